"""The least that has every door: clicks, an upload, a local file, a section, a route, a folder of files."""

import os
from pathlib import Path

from nicegui import ui

from ui.gate import files, gated, group, needs, page, route

DATA = Path(os.environ['NICEGATE_DATA_DIR'])
(DATA / 'brochures').mkdir(parents=True, exist_ok=True)
(DATA / 'brochures' / 'premium.txt').write_text('premium brochure')
(DATA / 'picture.svg').write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')

group('Premium', roles=['Premium'])
files('/brochures', DATA / 'brochures', groups=['Premium'])


@route('/report', groups=['Premium'])
def report() -> None:
    raise AssertionError('this route really ran')


def fail() -> None:
    raise AssertionError('this handler really ran')


@page('/premium', groups=['Premium'])
def premium() -> None:
    ui.button('Reserve', on_click=fail)
    ui.on('shout', fail)
    ui.upload(on_upload=fail)
    ui.image(DATA / 'picture.svg')


@gated(groups=['Premium'])
def offers() -> None:
    ui.button('Order', on_click=fail)


@page('/', access='signed-in')
def home() -> None:
    offers()
    ui.button('Guarded', on_click=needs('Premium')(fail))
