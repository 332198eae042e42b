"""Pages that are not easily visited: with parameters of many types, slow, waiting for a browser, failing."""

import os
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal
from uuid import UUID

from nicegui import ui

from auth.current_user import CurrentUser
from ui.gate import files, group, page, route, section

DATA = Path(os.environ['NICEGATE_DATA_DIR'])
(DATA / 'empty').mkdir(parents=True, exist_ok=True)
FILLED = DATA / 'two words'
FILLED.mkdir(exist_ok=True)
(FILLED / 'a file & more.txt').write_text('text')

group('Staff', roles=['Night shift of the airport', 'Key holder'])
group('Night', roles=['Night shift of the airport'])
files('/empty', DATA / 'empty', groups=['Night'])
files('/filled', FILLED, access='signed-in')


class Order(StrEnum):
    PRICE = 'price'
    NAME = 'name'


@route('/orders/{number}', methods=['GET', 'POST', 'DELETE'], groups=['Staff'], status_code=201)
def orders(number: int) -> None:
    raise AssertionError(f'the order {number} really came')


@page('/cars/{car}', access='signed-in')
def car(car: str) -> None:
    ui.label({'a': 'Jaguar'}[car])  # no car "1"


@page('/day/{when}/{who}', groups=['Staff', 'Night'])
def day(when: date, who: UUID, order: Order, kind: Literal['small', 'large'], days: int = 1) -> None:
    ui.label(f'{when} {who} {order} {kind} {days}')
    ui.button('Off', on_click=lambda: None).disable()
    ui.upload(label='Off').disable()
    ui.upload(label='Hidden').set_visibility(False)


def menu() -> Iterator[None]:
    with ui.row():
        yield


section('/lounge', groups=['Night'], layout=menu)


@page('/lounge/waiting')
async def waiting(user: CurrentUser) -> None:
    await ui.context.client.connected()
    ui.label(f'{await ui.run_javascript("window.innerWidth")} {user.email}')


@page('/lounge/gone')
def gone() -> None:
    ui.label('going on')
    ui.navigate.to('/')


@page('/', access='public')
def home() -> None:
    with ui.dialog() as dialog, ui.card():
        ui.button('Close', on_click=dialog.close)
    ui.button('Open', on_click=dialog.open)
    count = ui.label('0')
    ui.timer(0.05, lambda: count.set_text(str(int(count.text) + 1)))


@page('/broken', groups=['Staff'])
def broken() -> None:
    raise KeyError('no such car')


@page('/pattern/{code}', access='public')
def pattern(code: Literal['1', '2'], size: tuple[int, int]) -> None:
    ui.label(f'{code} {size}')
