"""The header: brand, navigation, theme switch, and who is signed in. It follows the visit by its props alone."""

from typing import TYPE_CHECKING, Any

from nicegui import ui

from auth import sign_up_rules
from auth.settings import get_settings
from ui import site
from ui.components import mark
from ui.gate import ways_in

if TYPE_CHECKING:
    from auth.current_user import CurrentUser
    from ui.gate import Page, Visit

SIGN_IN_PAGES = frozenset({'/logout', '/forgot', '/setup', '/verify', '/invitation', '/password'})
"""Pages that are about signing in themselves, as those to sign in and up are: the header does not offer it twice."""


class Header(ui.element, component='nicegate_header.js'):
    """Drawn into the layout, before Quasar's page: that is the document's `<main>`, and a banner stands outside of it.

    It has no listener: its menus work in the browser, its links and forms are the browser's own.
    """

    def __init__(self) -> None:
        with ui.context.client.layout:
            super().__init__()
        self.props.update({'mark': mark.PATH, 'pages': []})
        self.move(target_index=0)

    def follow(self, visit: 'Visit') -> None:
        """Show what this person may open now; says nothing to the browser when nothing changed."""
        current = visit.page.path if visit.page else None
        shown: dict[str, Any] = {
            'brand': get_settings().brand,
            'rules': site.rules(),
            'pages': [{'path': page.path, 'title': page.title, 'icon': page.icon} for page in visit.menu()],
            'current': current,
            'person': _person(visit.user) if visit.user else None,
            'ways': None if visit.user or _is_about_it(visit.page) else _ways_in(ways_in.way_back(visit.match)),
        }
        if any(self.props.get(name) != value for name, value in shown.items()):
            self.props.update(shown)


def _person(user: 'CurrentUser') -> dict[str, Any]:
    initial = (user.name or user.email)[0].upper()
    return {'email': user.email, 'name': user.name, 'initial': initial, 'admin': user.is_site_admin}


def _ways_in(location: str) -> dict[str, str | None]:
    """They bring people back to where they are."""
    sign_up = ways_in.sign_up_location(location) if sign_up_rules.is_open() else None
    return {'login': ways_in.sign_in_location(location), 'signup': sign_up}


def _is_about_it(page: 'Page | None') -> bool:
    return page is not None and (page.path in SIGN_IN_PAGES or ways_in.is_way_in(page))
