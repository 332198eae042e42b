"""Whole small documents for answers that make no NiceGUI client: refused requests must cost next to nothing.

No script (but under `run --reload`), no address but the home page's, styles inside; light or dark as the system says.
"""

from html import escape

from auth.settings import SettingsError, get_settings
from ui import colors
from ui.components import mark

_STYLE = """
:root { color-scheme: light dark;
  --bg: #f5f7fa; --card: #fff; --text: #17202b; --muted: #55606f; --line: #dfe4ea; --accent: #1d5fa8;
  --mark: #1d5fa8; --soft: #e8f0fa }
@media (prefers-color-scheme: dark) { :root {
  --bg: #0f1319; --card: #171c24; --text: #e7ebf0; --muted: #9da9b8; --line: #2b333f; --accent: #2b6cb8;
  --mark: #8abcf5; --soft: #1c2b3f
} }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--bg); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif }
main { width: 100%; max-width: 26rem; padding: 2.25rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.015em }
p { margin: 0 0 1rem; color: var(--muted); overflow-wrap: anywhere }
code { color: var(--text) }
.home { display: inline-block; margin-bottom: 1rem; padding: .5rem; border-radius: .75rem; background: var(--soft) }
svg { display: block; width: 1.75rem; height: 1.75rem; fill: none; stroke: var(--mark); stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round }
.go { display: block; margin-top: 1.5rem; padding: .6rem 1rem; border-radius: .5rem;
  background: var(--accent); color: #fff; font-weight: 600; text-align: center; text-decoration: none }
a:focus-visible { outline: 2px solid var(--text); outline-offset: 3px }
"""


_head = ''


def not_found(path: str = '') -> str:
    """The document for a path that leads nowhere; without `path` it does not repeat what was asked for."""
    where = f' at <code>{escape(path)}</code>' if path else ' at this address'
    return _document('Page not found', f'There is no page{where}. It may have been moved, or the link may be mistyped.')


def failed(reference: str) -> str:
    """The document for a fault of ours; `reference` finds the log line, and nothing else is told."""
    return _document(
        'Something went wrong',
        'This could not be shown. Try again; if it keeps happening, tell a site '
        f'admin this reference: <code>{escape(reference)}</code>',
    )


def refused(message: str) -> str:
    """The document for a request that is not answered; `message` comes from ui/messages.py."""
    return _document('Request refused', escape(message))


def _document(title: str, text: str) -> str:
    """`text` is HTML: whatever comes from outside must be escaped by the caller above."""
    return document(title, f'<p>{text}</p>\n<a class="go" href="/">Go to the home page</a>')


def document(title: str, content: str, head: str = '') -> str:
    """A whole document with this heading. `content` and `head` are HTML."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{_STYLE}{_colors()}</style>
{head or _head}
</head>
<body>
<main>
<a class="home" href="/" aria-label="Home"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="{mark.PATH}"/></svg></a>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def _colors() -> str:
    """The site's own, in the place of those above."""
    try:
        color = get_settings().site_color
    except SettingsError:  # under --reload these pages say what is wrong with one
        return ''
    if not color:
        return ''
    made = colors.palette(color)
    light, dark = (
        f':root {{ --accent: {each.fill}; --mark: {each.accent}; --soft: {each.accent_soft} }}'
        for each in (made.light, made.dark)
    )
    return f'{light} @media (prefers-color-scheme: dark) {{ {dark} }}'


def add_head(html: str) -> None:
    """Bring these tags in every document from now on: under `run --reload` they, too, follow a change."""
    global _head
    _head = html
