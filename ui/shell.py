"""What stands around every page: the header, the place for the page, and the views shown instead of a page.

Everything in the header works in the browser alone (ui/static/shell.js): it has no listener here, so it costs no
events and no door has to guard it. It shows only what the visit says this person may open.
"""

from typing import TYPE_CHECKING, Final

from nicegui import ui

from auth.access import Decision
from ui import messages
from ui.components import account_card, alert, code, heading, link_button, muted, paragraph, sign_out_form, tag
from ui.components.frame import Frame
from ui.components.header import Header
from ui.gate import failures, ways_in

if TYPE_CHECKING:
    from ui.gate import Visit

HOME: Final = 'Go to the home page'


class Shell:
    """The shell of one open document. `visit` is live: whoever changes it calls `follow()`."""

    def __init__(self, visit: 'Visit') -> None:
        self._visit = visit
        self._header = Header()
        self._frame = Frame()
        self.follow()

    def main(self) -> ui.element:
        """The element that the gate puts its page area into."""
        return self._frame

    def follow(self) -> None:
        """Bring header and notices up to date, in place: what did not change keeps its focus and stays open."""
        page = self._visit.page
        self._header.follow(self._visit)
        ungated = page if page is not None and page.gate is None else None
        words = messages.no_gate(ungated.source) if ungated and failures.shows_details else messages.NO_GATE
        self._frame.warn(words if ungated else '')

    def notice(self, text: str) -> None:
        """Say something above the page, such as where the set-up link is; '' takes it away."""
        self._frame.notice(text)

    def title_bar(self, title: str) -> None:
        """The page's h1, so that a developer's page has one without writing it."""
        heading(title)

    def no_access(self) -> None:
        """The view of a page that is closed to this person. It holds no listener and nothing of the page."""
        user = self._visit.user
        with account_card("You don't have access to this page"):
            if user is not None:
                paragraph(f'You are signed in as {user.email}. Ask a site admin for access.')
                muted('This page opens by itself as soon as you are given access.')
            _ways_on(ways_in.way_back(self._visit.match), signed_in=user is not None)

    def not_found(self) -> None:
        """The view of a path that leads nowhere."""
        with account_card('Page not found'):
            paragraph('There is no page at this address. It may have been moved, or the link may be mistyped.')
            link_button(HOME, '/', kind='primary', wide=True)

    def failed(self, reference: str, detail: str) -> None:
        """The view of a page whose own code raised; `reference` finds the log line, `detail` is for its developer."""
        with account_card('Something went wrong'):
            paragraph('This page could not be shown. Try again; if it stays so, tell a site admin this reference:')
            tag('p', reference, 'nc-reference')
            if detail:
                code(detail)
            link_button(HOME, '/', kind='primary', wide=True)

    def part_failed(self, reference: str, detail: str) -> None:
        """The same in the place of a section of a page."""
        alert(messages.part_failed(reference), 'error')
        if detail:
            code(detail)

    def denied(self, decision: Decision) -> None:
        """Say that a button did nothing, because the person may not do what it is for."""
        ui.notify(messages.SIGN_IN_FIRST if decision is Decision.SIGN_IN else messages.DENIED, type='warning')


def _ways_on(location: str, *, signed_in: bool) -> None:
    link_button(HOME, '/', kind='primary', wide=True)
    sign_in_here = ways_in.sign_in_location(location)
    if not signed_in:
        link_button('Sign in', sign_in_here, wide=True)
        return
    sign_out_form('Switch account', submit='Sign in as someone else', then=sign_in_here)
