"""The one function behind every page route: it draws the shell and shows the page that was asked for in it."""

import secrets
from collections.abc import Callable

import structlog
from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from nicegui import Client, app, ui

from auth import sessions, snapshots
from ui.gate import navigation, registry, resources
from ui.gate import visit as visits
from ui.gate.http import ARRIVAL, Arrival
from ui.gate.navigation import PATIENCE, PageArea
from ui.gate.registry import DeclarationError
from ui.gate.scopes import Ownership
from ui.gate.session import Session
from ui.gate.visit import Shell, Visit

RESPONSE_TIMEOUT = 3 * PATIENCE
"""Seconds after which NiceGUI would give up on a document; ours are sent long before."""

log = structlog.get_logger()


def mount_pages(make_shell: Callable[[Visit, Request], Shell], failed: Callable[[str], str]) -> None:
    """Make a real route of every declared page, all with one builder, so that moving between them reloads nothing.

    `failed(reference)` is the HTML for the case that the shell itself cannot be drawn.
    """

    async def document(request: Request) -> Response | None:
        client = ui.context.client
        try:
            await draw(request)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception('document failed', reference=reference)
            if not client.is_deleted:
                client.delete()
            return HTMLResponse(failed(reference), 500, {'Cache-Control': 'no-store'})
        return None

    async def draw(request: Request) -> None:
        arrival: Arrival = request.scope[ARRIVAL]  # there, because the door let the request through
        client = ui.context.client
        visit = Visit(client, arrival.digest, arrival.user, arrival.match)
        # No await from here to `Ownership`: a change heard of in between finds the page whole, or not at all.
        visits.add(visit)
        visit.session = Session(visit)
        visit.shell = make_shell(visit, request)
        with visit.shell.main():
            visit.area = PageArea(visit)
        visit.ownership = Ownership(visit)
        if visit.peek() is snapshots.STALE:
            visit.user = await sessions.resume(visit.digest)
            visit.session.follow()
        await visit.area.show(arrival.match)

    navigation.refuse_nested()
    for page in registry.pages():
        ui.page(page.path, title=page.title, response_timeout=RESPONSE_TIMEOUT)(document)
        if not page.template.names:
            Client.page_routes[page.builder] = page.path  # where `ui.link` and `ui.navigate.to` look a function up


def check_routes(known: frozenset[int]) -> None:
    """Refuse to start when a route came up beside the gate: `known` holds the ids of NiceGUI's own route objects.

    Raises:
        DeclarationError: with the path and the way to gate it
    """
    for route in app.routes:
        path = getattr(route, 'path', '?')
        if id(route) in known or resources.is_gated(route) or path.startswith(resources.AUTO):
            continue
        raise DeclarationError(
            f'"{path}" is declared beside the gate, which could not say who may open it: use page(…) of ui.gate for a '
            'page, route(…) for an HTTP route, files(…) for a folder'
        )
