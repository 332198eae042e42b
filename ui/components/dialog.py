"""Questions before something that cannot be taken back. The dialog confirms with the verb that opened it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from ui.components.button import Kind, button, classes
from ui.components.card import row
from ui.components.tag import tag
from ui.components.text import heading, paragraph


async def confirm(
    title: str, text: str, verb: str, *, kind: Kind = 'primary', consequences: Sequence[str] = ()
) -> bool:
    """Ask; True when the person presses `verb`, False when they cancel, press Escape or leave. `consequences` are what
    will change, listed below the text.

    The answer comes from a browser: the verb that runs next checks its actor again.
    """
    with ui.dialog() as dialog, tag('div', classes='nc-card nc-dialog'):
        name = f'nc-dialog-{dialog.id}'
        dialog.props(f'aria-labelledby={name} aria-describedby={name}-text')
        heading(title, 2, id=name)
        paragraph(text).props(f'id={name}-text')
        if consequences:
            with tag('ul', classes='nc-list'):
                for consequence in consequences:
                    tag('li', consequence)
        with row('nc-row--end'):
            button('Cancel', lambda: dialog.submit(False))
            button(verb, lambda: dialog.submit(True), kind=kind)
    answer = await dialog
    if not dialog.is_deleted:
        dialog.delete()
    return answer is True


@contextmanager
def form_dialog(title: str, *, kind: Kind = 'plain') -> Iterator[ui.element]:
    """A button called `title`, and the dialog that it opens, for a form of the same name.

    It works in the browser alone (forms.js): the browser's own `<dialog>` keeps the focus inside, closes on Escape and
    gives the focus back.
    """
    opener = button(title, kind=kind)
    name = f'nc-dialog-{opener.id}'
    opener.props.update({'data-nc-opens': name, 'aria-haspopup': 'dialog'})
    with tag('dialog', classes='nc-card nc-dialog', id=name, aria_labelledby=f'{name}-title') as dialog:
        heading(title, 2, id=f'{name}-title')
        yield dialog
        tag('button', 'Cancel', classes('plain', wide=True), type='button', data_nc_closes=True)


@contextmanager
def dialog_now(title: str, *, wide: bool = False, closes: str = 'Cancel') -> Iterator[ui.element]:
    """A dialog that opens at once, for what depends on the row it is about: a form of the same name, say. It is gone
    from the page when it is closed, by the button `closes`, say; a form in it closes it with `then='close'`.
    """
    with tag('dialog', classes=f'nc-card nc-dialog{" nc-dialog--wide" if wide else ""}', data_nc_now=True) as dialog:
        name = f'nc-dialog-{dialog.id}'
        dialog.props.update({'id': name, 'aria-labelledby': f'{name}-title'})
        dialog.on('close', dialog.delete, args=[])
        heading(title, 2, id=f'{name}-title')
        yield dialog
        tag('button', closes, classes('plain', wide=True), type='button', data_nc_closes=True)
