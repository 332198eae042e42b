"""The split view: one page as several personas see it, side by side. Each column is a frame on that persona's port."""

from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from nicegui import app

from auth import snapshots
from auth.access import Group, decide, explain
from auth.settings import Settings
from ui import messages, theme
from ui.dev.columns import Column, Columns, open_all
from ui.dev.panel import NO_STORE, made_people
from ui.gate import registry
from ui.gate.registry import Match
from ui.origin import Site

FEW: Final = 4
"""Columns that are shown until others are chosen: as many telephones as fit a laptop's 1280 pixels."""
NOBODY: Final = 'public'
"""Names the column of nobody in the address; all others have an e-mail."""
FILES: Final = Path(__file__).parent / 'static' / 'split'

Show = Annotated[Sequence[str], Query()]


def make_router(_: Site, settings: Settings) -> APIRouter:
    columns = open_all(settings, made_people())
    app.on_shutdown(columns.close)
    router = APIRouter(prefix='/split')

    @router.get('')
    async def document(request: Request) -> Response:
        html = Template((FILES / 'split.html').read_text()).substitute(
            scheme=theme.scheme_of(request), styles=f'{theme.STATIC_PATH}/nicegate.css'
        )
        response = HTMLResponse(html, headers={**NO_STORE, 'Content-Security-Policy': _policy(request, columns)})
        for column in columns:  # each column starts as its persona again, whoever signed in or out in it
            if column.cookie_name in request.cookies:
                response.delete_cookie(column.cookie_name, path='/', httponly=True, samesite='lax')
        return response

    @router.get('/state')
    async def state(request: Request, path: str = '/', show: Show = ()) -> Response:
        return JSONResponse(await _state(request, columns, path, show), headers=NO_STORE)

    @router.get('/{name}')
    async def static(name: str) -> Response:
        known = {file.name: file for file in FILES.iterdir()}
        return FileResponse(known[name]) if name in known else PlainTextResponse('Not found', 404)

    return router


async def _state(request: Request, columns: Columns, path: str, show: Sequence[str]) -> dict[str, Any]:
    """All that the view shows, as JSON: the columns, what the gate at `path` says in those that are shown, and the
    paths that could be asked for.
    """
    groups, match = await snapshots.all_groups(), registry.match(path)
    chosen = _chosen(columns, match, show)
    return {
        'columns': [
            {
                'key': _key(column),
                'name': column.persona.name if column.persona else 'Public',
                'email': column.persona.email if column.persona else None,
                'origin': _origin(request, column),
                'chosen': column in chosen,
                'verdict': await _verdict(column, match, groups) if column in chosen else None,
            }
            for column in columns
        ],
        'pages': [{'path': page.path, 'title': page.title} for page in registry.pages()],
        'left_out': columns.left_out,
    }


def _chosen(columns: Columns, match: Match | None, show: Sequence[str]) -> list[Column]:
    """The columns asked for; else nobody, and first those of the groups that the page names."""
    if found := [column for column in columns if _key(column) in show]:
        return found
    wanted = match.page.gate.named if match and match.page.gate else frozenset[str]()

    def rank(column: Column) -> tuple[bool, bool, bool]:
        groups = column.persona.groups if column.persona else frozenset[str]()
        return column.persona is not None, len(groups) != 1, len(groups) > 1 or groups.isdisjoint(wanted)

    return sorted(columns, key=rank)[:FEW]


def _key(column: Column) -> str:
    return column.persona.email if column.persona else NOBODY


async def _verdict(column: Column, match: Match | None, groups: Sequence[Group]) -> dict[str, str]:
    user = await column.user()
    if column.refusal is not None:
        return {'decision': 'sign in', 'reason': messages.say_to_developer(column.refusal)}
    if match is None:
        return {'decision': 'no page', 'reason': 'there is no page at this address'}
    gate = match.page.gate
    return {'decision': decide(gate, user).value, 'reason': explain(gate, user, groups)}


def _origin(request: Request, column: Column) -> str:
    """A column's origin under the name that the split view was asked for: another one would be another site."""
    host = request.headers['host'].lower()
    return f'http://{host.rpartition(":")[0] if host[-1].isdigit() else host}:{column.port}'


def _policy(request: Request, columns: Columns) -> str:
    frames = ' '.join(_origin(request, column) for column in columns)
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"frame-src {frames}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
