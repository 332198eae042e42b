"""Texts that people carry elsewhere, such as a link or an id, and the button that copies them in the browser."""

from nicegui import ui

from ui.components.button import Kind, classes
from ui.components.tag import tag


def copied_text(text: str, verb: str) -> ui.element:
    """Draw the text and the button `verb` below it."""
    with tag('div', classes='nc-copied') as drawn:
        id_ = f'nc-copied-{drawn.id}'
        tag('code', text, 'nc-secret', id=id_)
        copy_button(verb, id_, kind='primary', wide=True)
    return drawn


def copy_button(verb: str, of: str, *, kind: Kind = 'plain', wide: bool = False) -> ui.element:
    """Draw a button that copies the text of the element with the id `of`, and says so (forms.js)."""
    drawn = tag(
        'button',
        verb,
        classes(kind, wide=wide),
        type='button',
        data_nc_copies=of,
        data_nc_copied='Copied.',
        data_nc_selected='It is selected: copy it with your keyboard or menu.',
        aria_describedby=f'{of}-said',
    )
    tag('p', '', 'nc-help', id=f'{of}-said', role='status')
    return drawn
