"""What a site admin has made of the looks of the site, and how open pages follow when that changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import structlog

from auth import sign_up_rules
from auth.settings import get_settings
from ui import colors
from ui.gate import visit as visits

if TYPE_CHECKING:
    from models.change import Changed

STYLE_ID: Final = 'nc-site'
"""The style element in a document's head; its header keeps it up to date (ui/components/nicegate_header.js)."""
SIGNS_UP: Final = 'nc-signs-up'
"""Class of what offers to sign up in a page that may be open when sign-up is closed: it goes then."""

log = structlog.get_logger()


def rules() -> str:
    """The site's own style rules."""
    color = colors.css(get_settings().site_color)
    return color if sign_up_rules.is_open() else f'{color} .{SIGNS_UP} {{ display: none; }}'.lstrip()


def hear(changes: 'Sequence[Changed]') -> None:
    """Have the header of every open page say what the settings say now; the page itself stays as it is."""
    if not any(changed.kind in ('settings', 'lost') for changed in changes):
        return
    for visit in visits.everybody():
        try:
            with visit.client:
                visit.shell.follow()
        except Exception:  # one page must not hold up the others
            log.exception('header could not follow', page=visit.location)
