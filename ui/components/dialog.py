"""Questions before something that cannot be taken back. The dialog confirms with the verb that opened it."""

from nicegui import ui

from ui.components.button import Kind, button
from ui.components.card import row
from ui.components.tag import tag
from ui.components.text import heading, paragraph


async def confirm(title: str, text: str, verb: str, *, kind: Kind = 'primary') -> bool:
    """Ask; True when the person presses `verb`, False when they cancel, press Escape or leave.

    The answer comes from a browser: the verb that runs next checks its actor again.
    """
    with ui.dialog() as dialog, tag('div', classes='nc-card nc-dialog'):
        name = f'nc-dialog-{dialog.id}'
        dialog.props(f'aria-labelledby={name} aria-describedby={name}-text')
        heading(title, 2, id=name)
        paragraph(text).props(f'id={name}-text')
        with row('nc-row--end'):
            button('Cancel', lambda: dialog.submit(False))
            button(verb, lambda: dialog.submit(True), kind=kind)
    answer = await dialog
    if not dialog.is_deleted:
        dialog.delete()
    return answer is True
