"""The JSON API for programs: sign in, tokens, and what people may do for themselves.

It lies in front of FastAPI and NiceGUI: one look into a table, and none of their machinery. Cookies mean nothing here,
so no page of another site can use somebody's browser for it.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.api.route import Route
from ui.api.routes import ROUTES

PATHS = frozenset(route.path for route in ROUTES)
"""The paths of all routes here, for the door in front."""


class Api:
    """ASGI application: the routes here, and `app` for everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._routes = {route.path: route for route in ROUTES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get(scope['path']) if scope['type'] == 'http' else None
        await (self._app if route is None else route)(scope, receive, send)


__all__ = ['PATHS', 'ROUTES', 'Api', 'Route']
