"""Puts the top floor together: our routes on a plain FastAPI app, NiceGUI mounted on it, the doors around both."""

import gc
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from nicegui import Client, background_tasks, core, ui
from nicegui import app as pages_app
from starlette.types import ASGIApp

from auth import events, health, page_gates, site_admins, site_url, snapshots
from auth.errors import AuthError
from auth.mail import worker as mail_worker
from auth.settings import BRAND, Settings
from ui import account_routes, api, error_pages, home, messages, session_routes, theme
from ui import site as look
from ui.gate import absent, document, failures, live, registry, resources, ways_in
from ui.gate.gates import Gates, declared
from ui.gate.http import ErrorPages, HttpDoor
from ui.gate.policy import policy
from ui.gate.registry import DeclarationError
from ui.gate.socket import SocketDoor
from ui.gate.visit import Visit
from ui.origin import Site
from ui.shell import Shell

RECONNECT_TIMEOUT = 10.0
"""Seconds a page waits for its browser after the connection is lost: a lift or a tunnel, not a lunch."""
GARBAGE = (20_000, 5, 20)
"""Thresholds of the garbage collector (Python's: 700, 10, 10), with the start-up heap frozen. In 20 s of page loads the
slowest took 0.14 s; with Python's own 0.6 s, with 50,000 and 20 instead 1.6 s, at two thirds more pages.
"""

log = structlog.get_logger()
_own_routes: frozenset[int] = frozenset()
_own_gates = Gates()


def prepare() -> None:
    """Before a pages file is loaded: remember which routes are NiceGUI's and which gates ours, and load every element.

    Elements load lazily, and a script whose element was never used would be answered with a cached 404.
    """
    global _own_routes, _own_gates
    for name in dir(ui):
        getattr(ui, name, None)
    absent.install()
    resources.install()
    failures.install(_tell, _tell_refusal)
    _own_routes = frozenset(id(route) for route in pages_app.routes)
    for own_pages in ('ui.account', 'ui.admin'):
        import_module(own_pages)
    registry.set_apart()
    _own_gates = declared()


def gates() -> tuple[Gates, Gates]:
    """The gates of the pages file that was loaded, and our own."""
    return declared().beside(_own_gates), _own_gates


def check() -> None:
    """Refuse what has come up beside the gate while the pages were loaded.

    Raises:
        DeclarationError: one line, with the way to declare it
    """
    if core.script_mode:
        raise DeclarationError('a NiceGUI element is made outside of a page: put it into a function under page(…)')
    document.check_routes(_own_routes)
    ways_in.check()


def build(settings: Settings, *, developing: bool = False) -> ASGIApp:
    """The whole site as one ASGI application, from what has been declared; `developing`: under `run --reload`.

    Raises:
        DeclarationError: something answers beside the gate
    """
    site, set_up = Site.of(settings), SetUpHint(settings.is_loopback and not settings.public_url)
    web = FastAPI(title=BRAND, lifespan=_lifespan(set_up), docs_url=None, redoc_url=None, openapi_url=None)
    web.router.redirect_slashes = pages_app.router.redirect_slashes = False  # a path has one spelling
    posts = [session_routes.make_router(site), account_routes.make_router(site)]
    for router in posts:
        web.include_router(router)
    web.add_api_route('/healthz', _healthz, methods=['GET'])
    web.mount(theme.STATIC_PATH, CachedFiles(directory=theme.STATIC_DIR))
    theme.prepare()
    ui.add_head_html(theme.head_html(), shared=True)
    own_folders = [f'{theme.STATIC_PATH}/']
    around: Callable[[ASGIApp], ASGIApp] | None = None
    if developing:
        from ui import dev

        around = dev.install(web, site, settings)
        own_folders.append(f'{dev.PREFIX}/')

    def make_shell(visit: Visit, request: Request) -> Shell:
        theme.apply(request)
        shell = Shell(visit)
        if set_up.shown and visit.location == '/':
            shell.notice(messages.SET_UP_HINT)
        return shell

    # NiceGUI's own answers would log the address with its query, name the exception, and reload for ever.
    pages_app.add_exception_handler(404, _not_found)
    pages_app.add_exception_handler(Exception, _failed)
    home.declare_if_missing()
    page_gates.declare(ways_in.declared_pages())
    document.mount_pages(make_shell, error_pages.failed)
    SocketDoor(site.cookie_name, site.is_own_origin).install()
    ui.run_with(
        web,
        title=BRAND,
        favicon=theme.FAVICON,
        language='en-US',
        reconnect_timeout=RECONNECT_TIMEOUT,
        show_welcome_message=False,
    )
    pages = ErrorPages(lambda: error_pages.not_found(''), error_pages.refused)
    posted = {route.path for router in posts for route in router.routes if isinstance(route, APIRoute)}
    own_paths = frozenset(posted | api.PATHS | {'/healthz', '/favicon.ico'})
    door = HttpDoor(
        api.Api(web), site.cookie_name, own_paths, tuple(own_folders), site.is_own_origin, pages, policy(settings)
    )
    return around(door) if around else door


def _tell(reference: str, detail: str) -> None:
    ui.notify(detail or messages.handler_failed(reference), type='negative', timeout=0, close_button='Close')


def _tell_refusal(error: AuthError) -> None:
    ui.notify(messages.say(error), type='negative')


class SetUpHint:
    """Whether the home page says where the set-up link is: on this machine only, and while there is no site admin."""

    def __init__(self, wanted: bool) -> None:
        self.shown = wanted
        snapshots.subscribe(self._look_soon)

    def _look_soon(self) -> None:
        if self.shown:
            background_tasks.create(self.look(), name='set-up hint')

    async def look(self) -> None:
        self.shown = self.shown and not await site_admins.exist()


class CachedFiles(StaticFiles):
    """Files below a path that changes with them: a browser never has to ask again."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers['Cache-Control'] = 'public, max-age=31536000, immutable'
        return response


def _lifespan(set_up: SetUpHint) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """NiceGUI starts before this and stops after it; the database is there before and after both."""
        await site_url.note()
        unsubscribe = events.subscribe(look.hear)
        await events.start()
        mail_worker.start()
        await live.start()
        await set_up.look()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        try:
            yield
        finally:
            await live.stop()
            for client in list(Client.instances.values()):
                client.delete()
            await mail_worker.stop()
            await events.stop()
            unsubscribe()

    return lifespan


async def _not_found(_: Request, __: Exception) -> Response:
    return HTMLResponse(error_pages.not_found(), 404)


async def _failed(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error('request failed', path=request.url.path, reference=reference, exc_info=error)
    return HTMLResponse(error_pages.failed(reference), 500)


async def _healthz() -> Response:
    ok = await health.is_up()
    return JSONResponse({'status': 'ok' if ok else 'database unreachable'}, 200 if ok else 503)
