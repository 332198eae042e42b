"""The split view: one page as several personas see it, side by side. Each column is a frame on that persona's port."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from nicegui import app

from auth import snapshots
from auth.access import Group
from auth.settings import Settings
from ui import messages, theme
from ui.components import mark
from ui.dev.columns import Column, Columns, open_all
from ui.dev.panel import NO_STORE, made_people, verdict
from ui.gate import registry
from ui.gate.registry import Match
from ui.origin import Site

FEW: Final = 4
"""Columns that are shown until others are chosen: as many telephones as fit a laptop's 1280 pixels."""
NOBODY: Final = 'public'
"""Names the column of nobody in the address; all others have an e-mail."""
FILES: Final = Path(__file__).parent / 'static' / 'split'
WORDS: Final = {'allow': 'opens', 'sign in': 'sign in', 'no access': 'no access', 'no page': 'no page'}

Show = Annotated[Sequence[str], Query()]


def make_router(_: Site, settings: Settings) -> APIRouter:
    columns = open_all(settings, made_people())
    app.on_shutdown(columns.close)
    router = APIRouter(prefix='/split')

    @router.get('')
    async def split(request: Request, path: str = '/', show: Show = ()) -> Response:
        path = path if path.startswith('/') and path.isprintable() else '/'
        chosen = _chosen(columns, path, show)
        frames = {column: f'{_origin(request, column)}{path}' for column in chosen}
        html = _document(columns, frames, await _verdicts(chosen, path), path, theme.scheme_of(request))
        response = HTMLResponse(html, headers={**NO_STORE, 'Content-Security-Policy': _policy(request, chosen)})
        for column in columns:  # each column starts as its persona again, whoever signed in or out in it
            if column.cookie_name in request.cookies:
                response.delete_cookie(column.cookie_name, path='/', httponly=True, samesite='lax')
        return response

    @router.get('/verdicts')
    async def verdicts(path: str = '/', show: Show = ()) -> Response:
        return JSONResponse(await _verdicts(_chosen(columns, path, show), path), headers=NO_STORE)

    @router.get('/{name}')
    async def static(name: str) -> Response:
        known = {file.name: file for file in FILES.iterdir()}
        return FileResponse(known[name]) if name in known else PlainTextResponse('Not found', 404)

    return router


def _chosen(columns: Columns, path: str, show: Sequence[str]) -> list[Column]:
    """The columns asked for; else nobody, and first the groups that the page names."""
    if found := [column for column in columns if _key(column) in show]:
        return found
    match = registry.match(path)
    wanted = match.page.gate.groups if match and match.page.gate else frozenset[str]()

    def rank(column: Column) -> tuple[bool, bool, bool]:
        group = column.persona.group if column.persona else None
        return column.persona is not None, group is None, group not in wanted

    first = sorted(columns, key=rank)[:FEW]
    return [column for column in columns if column in first]


def _key(column: Column) -> str:
    return column.persona.email if column.persona else NOBODY


async def _verdicts(chosen: Sequence[Column], path: str) -> list[dict[str, Any]]:
    groups, match = await snapshots.all_groups(), registry.match(path)
    return [{'port': column.port, **await _verdict(column, match, groups)} for column in chosen]


async def _verdict(column: Column, match: Match | None, groups: Sequence[Group]) -> dict[str, str]:
    user = await column.user()
    if column.persona is not None and column.refusal is not None:
        return {'decision': 'sign in', 'word': 'not there', 'reason': messages.say_to_developer(column.refusal)}
    if match is None:
        return {'decision': 'no page', 'word': 'no page', 'reason': 'there is no page at this address'}
    found = verdict(match.page.gate, user, groups)
    return {'decision': found['decision'], 'word': WORDS[found['decision']], 'reason': found['reason']}


def _origin(request: Request, column: Column) -> str:
    """A column's origin under the name that the split view was asked for: another one would be another site."""
    host = request.headers['host'].lower()
    return f'http://{host.rpartition(":")[0] if host[-1].isdigit() else host}:{column.port}'


def _policy(request: Request, chosen: Sequence[Column]) -> str:
    frames = ' '.join(_origin(request, column) for column in chosen)
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"frame-src {frames}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


# ------------------------------------------------------------------ drawing


def _document(
    columns: Columns, frames: Mapping[Column, str], verdicts: Sequence[Mapping[str, Any]], path: str, scheme: str
) -> str:
    """What comes from outside is escaped where it is put in."""
    shown = [_column(*one) for one in zip(frames.items(), verdicts, strict=True)]
    choices = [_choice(column, chosen=column in frames) for column in columns]
    pages = [f'<option value="{escape(page.path)}">{escape(page.title)}</option>' for page in registry.pages()]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta id="nicegui-color-scheme" name="color-scheme" content="{scheme}">
<title>Split view of {escape(path)}</title>
<link rel="stylesheet" href="{theme.STATIC_PATH}/nicegate.css">
<link rel="stylesheet" href="/_nicegate/split/split.css">
</head>
<body>
<script src="/_nicegate/split/split.js"></script>
<header class="ngs-bar">
<a class="nc-brand" href="{escape(path)}" aria-label="Open this page alone">{_MARK}</a>
<h1 class="ngs-title">Split view</h1>
<form class="ngs-form" method="get" action="/_nicegate/split" aria-label="What to show">
<label class="ngs-path"><span class="nc-hidden">Path</span>
<input class="nc-input" name="path" value="{escape(path)}" list="pages" required
pattern="/.*" spellcheck="false"></label>
<datalist id="pages">{''.join(pages)}</datalist>
<fieldset class="ngs-choices"><legend class="nc-hidden">Personas</legend>{''.join(choices)}</fieldset>
<label class="ngs-zoom">Zoom <select id="zoom" class="nc-input">{_ZOOMS}</select></label>
<button class="nc-button nc-button--plain" type="submit">Show</button>
<button class="nc-button nc-button--quiet" type="button" id="reload">Reload</button>
</form>
</header>
<main class="ngs-columns" data-path="{escape(path)}">{''.join(shown)}</main>
</body>
</html>
"""


_MARK = f'<svg class="nc-mark nc-brand__mark" viewBox="0 0 24 24" aria-hidden="true"><path d="{mark.PATH}"/></svg>'
_ZOOMS = ''.join(f'<option value="{part / 100}">{part} %</option>' for part in (100, 75, 50))


def _choice(column: Column, *, chosen: bool) -> str:
    checked = ' checked' if chosen else ''
    return (
        f'<label class="ngs-choice"><input type="checkbox" name="show" value="{escape(_key(column))}"{checked}> '
        f'{escape(_name(column))}</label>'
    )


def _column(frame: tuple[Column, str], verdict: Mapping[str, Any]) -> str:
    column, url = frame
    name, label = escape(_name(column)), f'column-{column.port}'
    return f"""<section class="ngs-column" aria-labelledby="{label}" data-port="{column.port}">
<header class="ngs-head">
<h2 class="ngs-name" id="{label}">{name}</h2>
<span class="ngs-verdict" data-decision="{escape(verdict['decision'])}">{escape(verdict['word'])}</span>
{_who(column)}<p class="ngs-reason">{escape(verdict['reason'])}</p>
<p class="ngs-at" hidden></p>
</header>
<div class="ngs-frame"><iframe src="{escape(url)}" title="The page for {name}"></iframe></div>
</section>
"""


def _who(column: Column) -> str:
    return f'<p class="ngs-who">{escape(column.persona.email)}</p>\n' if column.persona else ''


def _name(column: Column) -> str:
    return column.persona.name if column.persona else 'Public'
