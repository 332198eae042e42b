"""Pages of a developer who signs people in and out by hand. Each handler writes down what came of it."""

import os
from pathlib import Path
from typing import Any

from nicegui import app, ui

from ui.actions import AuthError, login, logout, signup
from ui.forms import sign_in_form
from ui.gate import Session, page

DATA = Path(os.environ['NICEGATE_DATA_DIR'])
RAN = DATA / 'ran.txt'
DATA.mkdir(exist_ok=True)
ACTIONS: dict[str, Any] = {'login': login, 'logout': logout, 'signup': signup}


def ran(what: str) -> None:
    with RAN.open('a') as file:
        file.write(f'{what}\n')


def listen() -> None:
    """`act` runs an action with whatever the browser says, goes to `go` afterwards, and writes down the outcome."""

    async def act(event: Any) -> None:
        name, values, go = event.args['action'], event.args['values'], event.args['go']
        try:
            user = await ACTIONS[name](**values)
        except AuthError as error:
            ran(f'{name}: {error.reason.value}: {error} {error.message == str(error)} {error.field}')
            return
        ran(f'{name}: {user.email if user else "nobody"}')
        ui.notify('done')
        if go:
            ui.navigate.to(go)

    ui.on('act', act)


@page('/', title='Home', access='public')
def home(session: Session) -> None:
    listen()
    ui.label().bind_text_from(session, 'email', lambda email: f'here is {email or "nobody"}')
    ui.label(f'built for {session.email or "nobody"}')
    ui.label(f'first noted {app.storage.client.setdefault("first", session.email)}')
    ui.button('Wave', on_click=lambda: ran('wave'))
    ui.button('Uncaught', on_click=lambda: login('nobody@visits.example', 'not the password'))
    sign_in_form()
    sign_in_form('/elsewhere')


@page('/members', title='Members', access='signed-in')
def members(session: Session) -> None:
    listen()
    ui.label(f'members only, {session.email}')
    ui.button('Leave', on_click=logout)


@page('/elsewhere', title='Elsewhere', access='public')
def elsewhere() -> None:
    ui.label('elsewhere it is')


@page('/early', title='Early', access='public')
async def early() -> None:
    await logout()
