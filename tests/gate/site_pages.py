"""Pages of a developer who uses everything that runs code or serves bytes. Each handler writes down that it ran."""

import asyncio
import os
from pathlib import Path

from nicegui import Event, ui

from auth.current_user import CurrentUser
from ui.gate import files, group, page, route

DATA = Path(os.environ['NICEGATE_DATA_DIR'])
RAN = DATA / 'ran.txt'
DATA.mkdir(exist_ok=True)
PICTURE = DATA / 'picture.svg'
PICTURE.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
(DATA / 'brochures').mkdir(exist_ok=True)
(DATA / 'brochures' / 'premium.txt').write_text('premium brochure')


def ran(what: str) -> None:
    with RAN.open('a') as file:
        file.write(f'{what}\n')


group('Premium', roles=['Premium'])
group('Admin', roles=['Admin'])
files('/brochures', DATA / 'brochures', groups=['Premium'])


@route('/report', groups=['Premium'])
async def report() -> dict[str, str]:
    ran('report')
    return {'profit': 'secret figures'}


@page('/', title='Home', access='public')
def home() -> None:
    ui.button('Wave', on_click=lambda: ran('wave'))


@page('/premium', title='Premium', groups=['Premium'])
def premium(user: CurrentUser) -> None:
    ui.label('premium content')
    ui.button('Plain', on_click=lambda: ran('plain'))
    with ui.column() as hidden:
        hidden.set_visibility(False)
        ui.button('Hidden', on_click=lambda: ran('hidden'))
    with ui.dialog(), ui.card():
        ui.button('In dialog', on_click=lambda: ran('dialog'))
    with ui.menu():
        ui.button('In menu', on_click=lambda: ran('menu'))
    ui.on('shout', lambda: ran('shout'))
    ui.keyboard(on_key=lambda: ran('key'))
    ui.timer(0.05, lambda: ran(f'tick {user.email}'))
    ui.upload(on_upload=lambda e: ran(f'upload {e.file.name}'), max_file_size=1000, label='Papers')
    ui.image(PICTURE)
    ui.input('Notes')
    ui.context.client.on_disconnect(lambda: ran(f'disconnect {user.email}'))


news = Event[str]()


def tell() -> None:
    news.emit('news')
    ran('told')


@page('/news', title='News', groups=['Premium'])
def latest(user: CurrentUser) -> None:
    async def follow() -> None:
        for _ in range(200):
            ran(f'step {user.email}')
            await asyncio.sleep(0.05)

    news.subscribe(lambda what: ran(f'{what} {user.email}'))
    ui.button('Follow', on_click=follow)


@page('/crash', title='Crash', access='public')
def crash() -> None:
    ui.button('Crash', on_click=lambda: int('a secret of the code'))
    ui.select(['one', 'two'], label='Choice', on_change=lambda: ran('chosen'))


@page('/signed-in', title='Signed in', access='signed-in')
def signed_in(user: CurrentUser) -> None:
    ui.label(f'hello {user.email}')
    ui.button('Greet', on_click=lambda: ran('greet'))
    ui.button('Tell', on_click=tell)
    ui.input('Draft')


@page('/slow', title='Slow', groups=['Premium'])
async def slow() -> None:
    ui.label('slow beginning')
    ran('slow began')
    await asyncio.sleep(60)
    ran('slow ended')


@page('/broken', title='Broken', access='public')
def broken() -> None:
    raise KeyError('a secret of the code')


@page('/broken-later', title='Broken later', access='public')
async def broken_later() -> None:
    ui.label('half a page')
    await asyncio.sleep(0)
    raise KeyError('a secret of the code')


@page('/cars/{car_id}', title='A car', access='public')
def car(car_id: int, days: int = 1) -> None:
    ui.label(f'car {car_id} for {days} days')


@page('/ungated', title='Ungated')
def ungated() -> None:
    ui.label('nobody said who may see this')
