"""Who may ask for what exists only under `run --reload`: pages of ours, on this machine."""

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.settings import Settings
from ui.origin import Site

LOOPBACK: Final = frozenset({'127.0.0.1', 'localhost', '[::1]'})
"""Hosts that a browser can only have asked for on this machine."""
FORWARDED: Final = ('forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip')
"""Headers that no browser sends, and proxies and tunnels do."""


def is_here(settings: Settings) -> bool:
    """Whether only people at this machine can reach the server."""
    return settings.is_loopback and not settings.public_url


def absence(settings: Settings) -> str:
    """Why the gate panel and the split view are not there, and the cure, as one line; '' when they are."""
    if settings.public_url:
        return 'No Gate panel: it is only there without NICEGATE_PUBLIC_URL (leave that out while you develop)'
    if not settings.is_loopback:
        tunnel = f'ssh -L {settings.port}:127.0.0.1:{settings.port}'
        return f'No Gate panel: it is only there on 127.0.0.1 (remove --host; from another machine use {tunnel})'
    return ''


def is_asked_here(headers: Headers) -> bool:
    """Whether a request comes from a browser at this machine, as far as its headers tell.

    Another name on a loopback address is DNS rebinding: some web site's own name, pointed here so that its scripts may
    read our answers. A header of a proxy means that the browser is somewhere behind that.
    """
    host = headers.get('host', '')
    name, _, port = host.rpartition(':')
    is_direct = not any(header in headers for header in FORWARDED)
    return is_direct and (name if port.isdigit() else host).lower() in LOOPBACK


class Guard:
    """ASGI application that lets through what our own pages ask for, and nothing that another site makes them ask."""

    def __init__(self, app: ASGIApp, site: Site, here: bool) -> None:
        self._app, self._site, self._here = app, site, here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if self._site.is_same_site(headers) and (not self._here or is_asked_here(headers)):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse('Forbidden: open this site at localhost', 403)(scope, receive, send)
