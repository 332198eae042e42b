"""The content security policy: where the browser may take from what a page shows, asks for and runs.

Everything comes from ourselves; `NICEGATE_CSP_IMG`, `_CONNECT` and `_SCRIPT` add sources for a developer's own pages.
What is blocked is named with its setting in the browser's console (ui/static/sources.js).
"""

from auth.settings import Settings


def policy(settings: Settings) -> str:
    """The header's value, the same for every answer."""
    directives = {
        # No framing (clickjacking), no plug-ins, no <base>, forms only to ourselves.
        'frame-ancestors': "'none'",
        'object-src': "'none'",
        'base-uri': "'none'",
        'form-action': "'self'",
        'img-src': f"'self' data: blob: {settings.csp_img}",
        'connect-src': f"'self' {_own_socket(settings)} {settings.csp_connect}",
        # NiceGUI's document has scripts in it, and Vue makes functions of templates.
        'script-src': f"'self' 'unsafe-inline' 'unsafe-eval' {settings.csp_script}",
        'worker-src': f"'self' blob: {settings.csp_script}",  # a chart's worker is a script that the page holds itself
    }
    return '; '.join(' '.join([name, *sources.split()]) for name, sources in directives.items())


def _own_socket(settings: Settings) -> str:
    """Our websocket by its address: Safari before 15.4 does not count it as 'self'. IPv6 has no place in a policy."""
    return '' if '[' in settings.url else settings.url.replace('http', 'ws', 1)
