"""Pages of a developer who gates parts of them. Each handler and each section writes down that it ran, and for whom."""

import asyncio
import os
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

from nicegui import Client, Event, run, ui
from pydantic import Field

from auth.current_user import CurrentUser
from ui.gate import DeclarationError, NotFoundError, Session, current_session, gated, group, needs, page, section

DATA = Path(os.environ['NICEGATE_DATA_DIR'])
RAN = DATA / 'ran.txt'
DATA.mkdir(exist_ok=True)
PICTURE = DATA / 'offer.svg'
PICTURE.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
DRAWING = DATA / 'drawing.svg'
DRAWING.write_text(PICTURE.read_text())
news = Event[str]()


def ran(what: str) -> None:
    with RAN.open('a') as file:
        file.write(f'{what} {current_session().email}\n')


group('Premium', roles=['Premium'])
group('Admin', roles=['Admin'])
group('Admin Premium', roles=['Admin', 'Premium'])


def upsell() -> None:
    ui.label('become a premium customer')
    ui.button('Ask for an upgrade', on_click=lambda: ran('asked'))


@gated(groups=['Admin'])
def prices(car: str) -> None:
    ran(f'prices of {car} drawn')
    ui.button(f'Change the price of {car}', on_click=lambda: ran('price changed'))


@gated(groups=['Premium'], otherwise=upsell)
def offers() -> None:
    ran('offers drawn')
    ui.label('premium offers')
    ui.button('Reserve', on_click=lambda: ran('reserved'))
    with ui.dialog(), ui.card():
        ui.button('Confirm', on_click=lambda: ran('confirmed'))
    ui.on('shout', lambda: ran('shouted'))
    ui.timer(0.05, lambda: ran('tick'))
    ui.upload(on_upload=lambda event: ran(f'upload of {event.file.name}'), label='Papers')
    ui.image(PICTURE)
    news.subscribe(partial(ran))  # of this page: Event takes back all that are equal
    current_session().on_change(lambda: ran('offers told'))
    ui.button('Follow', on_click=follow)
    prices('Fiat')
    prices('Jaguar')
    ui.button('Draw late', on_click=lambda: late.append(asyncio.create_task(draw_late(ui.context.client))))


late: list[asyncio.Task[None]] = []


async def draw_late(client: Client) -> None:
    for _ in range(500):
        if not current_session().in_group('Premium'):
            break
        await asyncio.sleep(0.02)
    with client:
        try:
            offers()
        except DeclarationError as error:
            ran(str(error))


async def follow() -> None:
    for _ in range(400):
        ran('step')
        await asyncio.sleep(0.05)


@gated(access='signed-in', otherwise=lambda: ui.label('sign in to see the fleet'))
async def fleet(size: int) -> None:
    ui.label('counting')
    await asyncio.sleep(0)
    ui.label(f'{size} cars')


@page('/', title='Cars', access='public')
async def cars(session: Session) -> None:
    ui.label().bind_text_from(session, 'email', lambda email: f'email {email}')
    ui.label().bind_text_from(session, 'roles', lambda roles: f'roles {",".join(roles)}')
    ui.label().bind_text_from(session, 'signed_in', lambda signed_in: f'signed in {signed_in}')
    ui.input('Notes')
    offers()
    await fleet(12)
    ui.button('Tell', on_click=lambda: news.emit('news'))
    ui.button('Guarded', on_click=needs('Premium', 'Admin')(lambda: ran('guarded')))
    ui.button('Guarded later', on_click=guarded_later)
    session.on_change(lambda now: ran(f'told {",".join(sorted(now.groups))} {now.in_group("Premium")}'))


@needs('Premium')
async def guarded_later() -> None:
    await asyncio.sleep(0)
    ran('guarded later')


@page('/watch', title='Watch', access='signed-in')
def watch(session: Session) -> None:
    tasks: list[asyncio.Task[None]] = []

    async def look() -> None:
        while True:
            ran(f'task sees {",".join(sorted(current_session().groups))}')
            await asyncio.sleep(0.05)

    tasks.append(asyncio.create_task(look()))
    ui.context.client.on_disconnect(tasks[0].cancel)
    ui.label('watching')
    ui.timer(0.05, lambda: ran(f'timer sees {",".join(sorted(session.groups))}'))
    ui.button('Pretend', on_click=lambda: setattr(session, 'email', 'boss@cars.example'))


@gated(access='signed-in')
def torn() -> None:
    raise KeyError('a secret of the code')


@gated(access='signed-in')
async def torn_later() -> None:
    ui.label('half a part')
    await asyncio.sleep(0)
    raise KeyError('a secret of the code')


@page('/torn', title='Torn', access='public')
async def torn_page() -> None:
    torn()
    await torn_later()
    ui.label('the rest stands')


@ui.refreshable
def board() -> None:
    ui.label('the board')
    offers()


@page('/board', title='Board', access='public')
def board_page() -> None:
    board()
    ui.button('Refresh', on_click=board.refresh)


def staff_layout(user: CurrentUser) -> Iterator[None]:
    with ui.row():
        ui.label(f'staff menu of {user.email}')
        with ui.column():
            yield
    ui.label('staff footer')


section('/staff', groups=['Admin'], layout=staff_layout)


@page('/staff', title='Staff')
def staff() -> None:
    ui.label('staff content')


@page('/staff/rota', title='Rota')
async def rota() -> None:
    await asyncio.sleep(0)
    ui.label('rota content')


@page('/staff/fleet', title='Fleet', groups=['Admin Premium'])
def staff_fleet() -> None:
    ui.label('fleet content')


@ui.refreshable
def pictures() -> None:
    ui.image(DRAWING)


@page('/gallery', title='Gallery', groups=['Premium'])
def gallery() -> None:
    pictures()


@page('/hanging', title='Hanging', access='public')
def hanging() -> None:
    ui.button('Hang anew', on_click=hang_anew)


def hang_anew() -> None:
    pictures.refresh()
    ran('hung anew')


kept: list[ui.column] = []
held = threading.Event()


@gated(groups=['Premium'])
def stock() -> None:
    ui.label('the stock')
    kept.append(ui.column())
    ui.button('Count', on_click=count)
    late.append(asyncio.create_task(report(ui.context.client)))
    current_session().on_change(held.set)


async def count() -> None:
    ran('counting')
    await run.io_bound(held.wait, 20)
    ran('counted')


async def report(client: Client) -> None:
    for _ in range(500):
        if not current_session().in_group('Premium'):
            break
        await asyncio.sleep(0.02)
    with client:
        ui.notify('a secret notice')
    try:
        with client.content:
            ui.label('a secret of the task')
    except DeclarationError as error:
        ran(str(error))


def keep_on() -> None:
    held.set()
    with kept[-1], ui.row():
        ui.label('a secret in a box that was kept')
    ran('kept on')


@page('/stock', title='Stock', access='public')
def stock_page() -> None:
    stock()
    ui.button('Keep on', on_click=keep_on)


class Stuck(ui.label):
    def _handle_delete(self) -> None:
        super()._handle_delete()
        raise ValueError('it cannot be deleted')


@gated(groups=['Premium'])
def stuck() -> None:
    Stuck('this stays')


@page('/stuck', title='Stuck', access='public')
def stuck_page() -> None:
    stuck()


@page('/threads', title='Threads', access='signed-in')
def threads_page() -> None:
    ui.label('threads')
    label, ready = ui.label(), threading.Event()

    def fill() -> None:
        with label:
            ready.set()
            held.wait(20)

    async def look() -> None:
        await asyncio.to_thread(lambda: ran('thread'))
        held.set()

    async def hold() -> None:
        held.clear()
        threading.Thread(target=fill).start()
        await run.io_bound(ready.wait, 20)
        ran('held')

    ui.button('Hold', on_click=hold)
    ui.button('Look', on_click=look)


def forgiving() -> Iterator[None]:
    try:
        yield
    except KeyError:
        ui.label('never mind')


@page('/forgiven', title='Forgiven', access='public', layout=forgiving)
def forgiven() -> None:
    raise KeyError('a secret of the code')


@page('/nested', title='Nested', access='public')
def nested() -> None:
    ui.sub_pages({'/': lambda: ui.label('beside the gate')})


@page('/rare/{car_id}', title='A rare car', access='public')
async def rare(car_id: Annotated[int, Field(gt=0, examples=[7])]) -> None:
    await asyncio.sleep(0)
    ui.label('looking it up')
    if car_id != 7:
        raise NotFoundError
    ui.label('the rare car')


@page('/stray', title='Stray', access='public')
def stray(session: Session) -> None:
    ui.button('Ask', on_click=lambda: session.in_group('Premuim'))
