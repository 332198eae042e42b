"""What a mail comes to, beside its editor. Its HTML is an admin's, or an attacker's: it is shown in a frame that runs
nothing, asks for nothing, and leads nowhere."""

import re
from typing import Final

from auth.mail.templates import Rendered
from ui.components import alert, heading, muted, tag

GUARD: Final = (
    '<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'\"><base target=\"_blank\">"
)
"""Stands before all that is the mail's, so nothing of it can come first. A link would open a tab, which the sandbox of
the frame forbids."""
_ASKING: Final = re.compile(r'<(/?)(link|object|embed|applet|i?frame|frameset|portal)\b', re.IGNORECASE)
"""Tags for which Chromium opens a connection before it asks the policy (link and object, in version 156), and others
that bring something from elsewhere: they become tags that nobody knows.
"""
_TARGET: Final = re.compile(r'\btarget(\s*=)', re.IGNORECASE)
"""By which a link could stay in the frame, and lead it away."""


def guarded(html: str) -> str:
    """A document for a sandboxed frame that shows this and does nothing."""
    return GUARD + _TARGET.sub(r'data-target\1', _ASKING.sub(r'<\1x-\2', html))


class Preview:
    """The subject, the HTML and the plain text; while something is wrong, what, above what could be shown last."""

    def __init__(self) -> None:
        heading('Preview', 2)
        self._wrong = tag('div', classes='nc-place')
        self._subject = tag('p', '', 'nc-preview__subject')
        self._frame = tag(
            'iframe', classes='nc-preview__html', title='Preview of the HTML', sandbox='', srcdoc='', tabindex='0'
        )
        muted('Images from elsewhere are not loaded here.')
        heading('Plain text', 3)
        self._plain = tag('pre', '', 'nc-pre nc-preview__plain')

    def show(self, rendered: Rendered) -> None:
        self._wrong.clear()
        self._subject.set_text(rendered.subject)
        self._plain.set_text(rendered.plain)
        self._frame.props['srcdoc'] = guarded(rendered.html)

    def refuse(self, words: str) -> None:
        self._wrong.clear()
        with self._wrong:
            alert(words, 'warning')
