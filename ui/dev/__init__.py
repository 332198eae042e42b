"""What exists only under `run --reload`: a server without that option never imports this package.

All of it answers below one path, behind one guard. What shows more than a visitor may know is there on loopback only:
that is settled by the address the server listens on, and by no request, header or cookie.
"""

import json
import secrets
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response
from nicegui import ui
from starlette.types import ASGIApp

from auth.settings import Settings
from ui import error_pages
from ui.dev import columns, panel, split
from ui.dev.guard import Guard, is_here
from ui.gate import failures
from ui.origin import Site

PREFIX: Final = '/_nicegate'
"""Where it answers; no page can be declared there (ui/gate/declarations.py)."""
STATIC: Final = Path(__file__).parent / 'static'

RELOADING: Final = ['reload.js']
"""What of it comes into the documents that stand in for pages. Their policy (ui/dev/documents.py) has no more."""
EVERYWHERE: Final = [*RELOADING, 'blocked.css', 'blocked.js']
"""What of it comes into every page, wherever people are."""

SETTINGS_FILE: Final = Path('.env').absolute()
"""Where the settings are read from: the pages may go elsewhere as they run."""

Part = Callable[[Site, Settings], APIRouter]
PARTS: tuple[Part, ...] = (panel.make_router, split.make_router)
"""What is there on loopback besides reloading. Each makes a router whose paths continue `PREFIX`; each `*.js` and
`*.css` in `static/` comes into every page.
"""


def install(web: FastAPI, site: Site, settings: Settings) -> Callable[[ASGIApp], ASGIApp]:
    """Put it on the site. Call once, before NiceGUI is mounted, which takes every address that is left.

    Returns what stands around the site's doors.
    """
    head = mount(web, site, settings, PARTS)
    ui.add_head_html(head, shared=True)
    error_pages.add_head(head)
    failures.shows_details = is_here(settings)
    return partial(columns.around, site=site, settings=settings)


def mount(
    web: FastAPI, site: Site, settings: Settings, parts: tuple[Part, ...], otherwise: ASGIApp | None = None
) -> str:
    """Make it answer below `PREFIX`, what is not there with `otherwise`; returns the tags for every document's head."""
    here, generation = is_here(settings), secrets.token_hex(8)
    files = [file.name for file in sorted(STATIC.iterdir()) if file.suffix in ('.js', '.css')]
    names = (files if here else EVERYWHERE) if parts else RELOADING  # the others are for what the parts answer
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_reloading(generation, names))
    for make_router in parts if here else ():
        app.include_router(make_router(site, settings))
    if otherwise is not None:
        app.mount('', otherwise)
    web.mount(PREFIX, Guard(app, site, here))
    return _head(generation, names) + '\n' + _allowed(settings, here)


def _head(generation: str, names: list[str]) -> str:
    """The meta tag tells a script which start of the server made its document."""
    tags = [f'<meta name="nicegate-generation" content="{escape(generation)}">']
    for name in names:
        address = f'{PREFIX}/static/{name}?{generation}'
        tags.append(
            f'<script defer src="{address}"></script>'
            if name.endswith('.js')
            else f'<link rel="stylesheet" href="{address}">'
        )
    return '\n'.join(tags)


def _allowed(settings: Settings, here: bool) -> str:
    """Tells blocked.js what is allowed already, and which file says so: on this machine only its full path."""
    values = {f'NICEGATE_{name.upper()}': getattr(settings, name) for name in ('csp_img', 'csp_connect', 'csp_script')}
    file = str(SETTINGS_FILE) if here else SETTINGS_FILE.name
    return f'<meta name="nicegate-sources" content="{escape(json.dumps({"file": file, "values": values}))}">'


def _reloading(generation: str, names: list[str]) -> APIRouter:
    router = APIRouter()

    @router.get('/generation')
    async def answer() -> Response:
        return PlainTextResponse(generation, headers={'Cache-Control': 'no-store'})

    @router.get('/static/{name}')
    async def static(name: str) -> Response:
        return FileResponse(STATIC / name) if name in names else PlainTextResponse('Not found', 404)

    return router
