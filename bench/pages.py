"""The pages that the benches load: text and buttons that note when they ran, plainly and in sections with gates."""

import asyncio
import os
import time
from pathlib import Path

from nicegui import Client, ui

from ui.gate import gated, group, page

RAN = Path(os.environ['NICEGATE_DATA_DIR']) / 'clicks.txt'

group('Premium', roles=['Premium'])


def note() -> None:
    with RAN.open('a') as file:
        file.write(f'{time.time()}\n')


def drop_when_not_connected(client: Client) -> None:
    """NiceGUI keeps a page that nobody connects to for a minute and looks after it ten times a second: a bench that
    loads hundreds would measure that."""
    if not client.is_deleted and not client.has_socket_connection:
        client.delete()


def begin() -> None:
    if 'NICEGATE_BENCH_DROP' in os.environ:
        asyncio.get_running_loop().call_later(5, drop_when_not_connected, ui.context.client)


@gated(groups=['Premium'])
def car(number: int) -> None:
    with ui.card():
        ui.label(f'Car {number}')
        ui.button('Reserve', on_click=note)


@page('/parts', title='Best cars, each in a section', access='signed-in')
def parts() -> None:
    begin()
    ui.label('A dozen cars, from the small Fiat to the fast Porsche.')
    for number in range(20):
        car(number)


@page('/premium', title='Best cars', groups=['Premium'])
def premium() -> None:
    begin()
    ui.label('A dozen cars, from the small Fiat to the fast Porsche.')
    for number in range(10):
        with ui.card():
            ui.label(f'Car {number}')
            ui.button('Reserve', on_click=note)
