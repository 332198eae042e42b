"""The tab of `prove`, on a server of the tests."""

import httpx

from tests.support.server import Server
from ui.prove import tab
from ui.prove.tab import Listener, Refused, Tab


async def open_tab(http: httpx.AsyncClient, site: Server, path: str) -> Tab:
    """Load a document with this client's cookies. It is not connected yet."""
    return await tab.open_tab(http, site.url, path)


__all__ = ['Listener', 'Refused', 'Tab', 'open_tab']
