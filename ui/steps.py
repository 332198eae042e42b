"""The step that the browser of an open page is at, before it is signed in (auth/pending.py)."""

from auth.settings import get_settings
from ui.gate import Visit
from ui.gate.socket import cookie
from ui.origin import Site


def token_of(visit: Visit) -> str | None:
    """The token of that step: of what was done on this page, else of the cookie that its document came with."""
    headers = visit.client.request.headers
    return visit.passage.step or cookie(headers.get('cookie'), Site.of(get_settings()).step_cookie_name)
