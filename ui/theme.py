"""The theme: where the styles are, and a person's choice of light or dark. The colours are in static/nicegate.css.

The choice is a cookie, because it must be known before the first paint: dark mode that is decided in the browser
paints white first.
"""

import copy
import hashlib
import inspect
from pathlib import Path

from fastapi import Request
from nicegui import app, ui

from ui import site
from ui.components import mark

COOKIE = 'nicegate_theme'
_DARK = {'light': False, 'dark': True}
STATIC_DIR = Path(__file__).parent / 'static'

FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#1d5fa8" stroke-width="2.25"'
    f' stroke-linecap="round" stroke-linejoin="round"><path d="{mark.PATH}"/></svg>'
)


def _version() -> str:
    """A name that changes when a static file does, so that they may be cached for ever."""
    files = sorted(path for path in STATIC_DIR.iterdir() if path.is_file())
    return hashlib.sha256(b''.join(path.read_bytes() for path in files)).hexdigest()[:12]


STATIC_PATH = f'/static/nicegate/{_version()}'


def head_html() -> str:
    """The tags that bring styles and behaviour; the style sheet blocks the first paint, the scripts wait for it."""
    scripts = (
        f'<script defer src="{STATIC_PATH}/{name}.js"></script>'
        for name in ('forms', 'shell', 'actions', 'mends', 'sources')
    )
    styles = (f'<link rel="stylesheet" href="{STATIC_PATH}/{name}.css">' for name in ('nicegate', 'admin'))
    return '\n'.join([*styles, *scripts])


def prepare() -> None:
    """Settle with NiceGUI, once, at start, what a style sheet cannot.

    NiceGUI writes its own palette onto every page's body, where it would win over ours: it goes, unless a developer
    chose other colours.
    """
    standard = {name.replace('_', '-'): one.default for name, one in inspect.signature(app.colors).parameters.items()}
    brand = app.config.quasar_config['brand']
    for name in [name for name, color in brand.items() if color == standard.get(name)]:
        del brand[name]
    for field in (ui.input, ui.number, ui.select, ui.textarea):
        field.default_props('dense')  # as high as a button; the rest of their look is in the style sheet
    app.config.quasar_config['loadingBar']['skipHijack'] = True  # its bar has no name for a screen reader


def scheme_of(request: Request) -> str:
    """The colour scheme as the head of a document names it: `light`, `dark`, or `normal` for the system's."""
    chosen = request.cookies.get(COOKIE, '')
    return chosen if chosen in _DARK else 'normal'


def apply(request: Request) -> None:
    """Give the current client its own colour scheme, and the site's colour, before its document is written.

    `client.page` is shared by everybody who opens that path, so the choice goes on a copy. Without a cookie, or with
    anything else in it, the system decides.
    """
    client = ui.context.client
    client.page = copy.copy(client.page)
    client.page.dark = _DARK.get(request.cookies.get(COOKIE, ''))
    ui.add_head_html(f'<style id="{site.STYLE_ID}">{site.rules()}</style>')
