"""What every address answers while the pages cannot be shown: what is wrong, where, and that it goes on by itself."""

import asyncio
import re
import socket
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.loops.auto import auto_loop_factory

from auth.settings import Settings
from ui import dev, error_pages
from ui.dev.guard import is_asked_here, is_here
from ui.gate.http import HEADERS
from ui.gate.sources import Source
from ui.origin import Site
from ui.server import Server

AROUND = 2
"""Lines of the source shown above and below the one that is meant."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""Nothing here can be clicked, so our own pages may frame it."""

_STYLE = """
body { grid-template-columns: minmax(0, 1fr) }
main { max-width: 44rem }
.where { margin-bottom: .25rem; font-weight: 600 }
.where, .why { color: var(--text) }
pre { margin: 0 0 1rem; padding: .75rem 0; overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--bg); color: var(--muted); font-size: .875rem; line-height: 1.6 }
pre.why { padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere }
pre span { display: block; width: fit-content; min-width: 100%; padding: 0 .75rem }
pre .hit { background: var(--soft); color: var(--text); box-shadow: inset 3px 0 var(--mark) }
pre:focus-visible { outline: 2px solid var(--text); outline-offset: 2px }
.on { margin: 0; padding-top: 1rem; border-top: 1px solid var(--line) }
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """What to show instead of the pages: why, what to do, and the place in the source, where there is one.

    `why` may name what is nobody's business but the developer's.
    """

    title: str
    cure: str
    why: str = ''
    file: str = ''
    line: int = 0
    excerpt: tuple[tuple[int, str], ...] = ()
    status: int = 500


INSTALLING = Notice('Installing requirements.txt…', 'This page goes on by itself when it is done.', status=503)


def broken(problem: str, source: Source) -> Notice:
    """For a start that failed with one line, as a `DeclarationError` has it: "file:line: what is wrong: cure"."""
    title, cure = 'The pages could not be loaded', 'Mend it and save: this page goes on by itself.'
    if not (place := re.fullmatch(r'(.+?\.py):(\d+): (.+)', problem)):
        return Notice(title, cure, problem)
    file, line = Path(place[1]), int(place[2])
    return Notice(title, cure, place[3], _short(file, source), line, _excerpt(file, line))


def not_installed(reason: str) -> Notice:
    return Notice(
        'requirements.txt could not be installed',
        'Mend it and save: it is installed again, and this page goes on by itself. Packages that Nicegate uses itself '
        'keep the version they have.',
        reason,
    )


def _short(file: Path, source: Source) -> str:
    full = file.resolve()
    return str(full.relative_to(source.folder) if source.folder in full.parents else full)


def _excerpt(file: Path, line: int) -> tuple[tuple[int, str], ...]:
    try:
        lines = file.read_text(errors='replace').splitlines()
    except OSError:
        return ()
    around = list(enumerate(lines, 1))[max(line - 1 - AROUND, 0) : line + AROUND]
    while around and not around[-1][1].strip():
        around.pop()
    return tuple(around)


# ------------------------------------------------------------------ answering


def serve(notice: Notice, settings: Settings, listener: socket.socket, ends_at: int) -> None:
    """Answer every address with it, until `ends_at` can be read or a signal comes."""

    async def ready() -> None:
        """Who started this has said why."""

    async def run() -> None:
        await Server(application(notice, settings), settings, ready, ends_at).serve([listener])

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(run())


def application(notice: Notice, settings: Settings) -> ASGIApp:
    """The site that shows nothing else. To whoever is not at this machine it shows no detail."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    here = is_here(settings)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await send({'type': 'websocket.close', 'code': 1012})  # restarting (RFC 6455's registry)
            return
        is_own = here and is_asked_here(Headers(scope=scope))
        headers = HEADERS | {'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store'}
        response: Response = HTMLResponse(_html(notice, is_own, head), notice.status, headers)
        await response(scope, receive, send)

    head = dev.mount(web, Site.of(settings), settings, parts=(), otherwise=answer)
    web.mount('', answer)
    return web


def _html(notice: Notice, is_own: bool, head: str) -> str:
    parts = []
    if not is_own and notice.why:
        parts.append('<p>The reason is in the terminal where this site was started.</p>')
    elif notice.why:
        where = f'{notice.file}, line {notice.line}' if notice.line else notice.file
        parts.append(f'<p class="where">{escape(where)}</p>' if where else '')
        tag = 'pre' if '\n' in notice.why else 'p'
        parts.append(f'<{tag} class="why">{escape(notice.why)}</{tag}>')
        parts.append(_source(notice) if notice.excerpt else '')
    parts.append(f'<p class="on">{escape(notice.cure)}</p>')
    return error_pages.document(notice.title, '\n'.join(parts), f'{head}\n<style>{_STYLE}</style>')


def _source(notice: Notice) -> str:
    width = len(str(notice.excerpt[-1][0]))
    lines = (
        f'<span{" class=hit" if number == notice.line else ""}>{number:>{width}}  {escape(text)}</span>'
        for number, text in notice.excerpt
    )
    return f'<pre tabindex="0" role="region" aria-label="Source">{"".join(lines)}</pre>'
