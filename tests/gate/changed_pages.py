"""Pages whose gates a test changes. Each handler writes down that it ran."""

import os
from pathlib import Path

from nicegui import ui

from ui.gate import group, page, route, section

RAN = Path(os.environ['NICEGATE_DATA_DIR']) / 'ran.txt'
PICTURE = RAN.with_name('picture.svg')
PICTURE.parent.mkdir(exist_ok=True)
PICTURE.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
group('Premium', roles=['Premium'])
group('Admin', roles=['Admin'])
section('/area', groups=['Admin'])


def ran(what: str) -> None:
    with RAN.open('a') as file:
        file.write(f'{what}\n')


@page('/', title='Home', access='public')
def home() -> None:
    ui.label('home content')


@page('/open', title='Open', access='public')
def open_page() -> None:
    ui.label('open content')
    ui.button('Wave', on_click=lambda: ran('wave'))
    ui.image(PICTURE)


@page('/members', title='Members', access='signed-in')
def members() -> None:
    ui.label('members content')
    ui.button('Greet', on_click=lambda: ran('greet'))
    ui.upload(on_upload=lambda: ran('upload'), label='Papers')


@page('/area', title='Area')
def area() -> None:
    ui.label('area content')


@page('/area/inner', title='Inner')
def inner() -> None:
    ui.label('inner content')


@page('/ungated', title='Ungated')
def ungated() -> None:
    ui.label('ungated content')


@page('/kept', title='Kept', access='signed-in', locked=True)
def kept() -> None:
    ui.label('kept content')


@route('/report', access='signed-in')
async def report() -> dict[str, str]:
    return {'report': 'content'}
