"""A text that is shown once, such as a link or a password, and the button that copies it in the browser."""

from nicegui import ui

from ui.components.button import classes
from ui.components.tag import tag


def copied_text(text: str, verb: str) -> ui.element:
    """Draw the text and the button `verb`, which says that it was copied (forms.js)."""
    with tag('div', classes='nc-copied') as drawn:
        id_ = f'nc-copied-{drawn.id}'
        tag('code', text, 'nc-secret', id=id_)
        tag(
            'button',
            verb,
            classes('primary', wide=True),
            type='button',
            data_nc_copies=id_,
            data_nc_copied='Copied.',
            data_nc_selected='It is selected: copy it with your keyboard or menu.',
            aria_describedby=f'{id_}-said',
        )
        tag('p', '', 'nc-help', id=f'{id_}-said', role='status')
    return drawn
