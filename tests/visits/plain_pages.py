"""A page of plain NiceGUI elements, none of which a developer has named or coloured with care."""

from nicegui import ui

from ui.gate import page


@page('/', title='Plain elements', access='public')
def plain() -> None:
    with ui.row():
        for color in ('primary', 'secondary', 'accent', 'positive', 'negative', 'info', 'warning'):
            ui.button(color, color=color)
            ui.button(f'flat {color}', color=color).props('flat')
            ui.chip(color, icon='star', color=color)
    ui.button(icon='delete_forever')
    ui.input('Bad', value='x', validation={'Too short': lambda value: len(value) > 3}).validate()
    ui.select(['a', 'b'], value='a', label='Letter')
    ui.linear_progress(0.4, show_value=False)
    ui.table(rows=[{'Car': 'Fiat 500', 'Price': '29 €'}], row_key='Car', selection='multiple')
    ui.markdown('Words with a [link](/).')
    with ui.card():
        ui.label('A card')
        ui.link('with a link', '/')
    with ui.button('Open menu'), ui.menu():
        ui.menu_item('First')
        ui.menu_item('Second')
    with ui.dialog() as dialog, ui.card():
        ui.label('Are you sure?')
        ui.button('Close', on_click=dialog.close)
    ui.button('Open dialog', on_click=dialog.open)
