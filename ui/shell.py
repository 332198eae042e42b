"""What stands around every page: the header, the place for the page, and the views shown instead of a page.

Everything in the header works in the browser alone (ui/static/shell.js): it has no listener here, so it costs no
events and no door has to guard it. It shows only what the visit says this person may open.
"""

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from nicegui import ui

from ui import messages, theme
from ui.components import account_card, form, heading, link_button, muted, paragraph, tag
from ui.components.header import AccountArea, Navigation, brand, place, theme_menu

if TYPE_CHECKING:
    from ui.gate import Visit

HOME: Final = 'Go to the home page'


class Shell:
    """The shell of one open document. `visit` is live: whoever changes it calls `follow()`."""

    def __init__(self, visit: 'Visit') -> None:
        self._visit = visit
        self._draw_header()
        self._draw_main()
        self.follow()

    def _draw_header(self) -> None:
        """In the layout, before Quasar's page: that is the document's `<main>`, and a banner stands outside of it."""
        with ui.context.client.layout:
            skip = tag('a', 'Skip to content', 'nc-skip', href='#nc-main', data_nc_skip=True)
            header = tag('header', classes='nc-header')
        skip.move(target_index=0)
        header.move(target_index=1)
        with header, tag('div', classes='nc-header__bar'):
            brand(theme.BRAND)
            self._navigation = Navigation()
            with tag('div', classes='nc-header__end'):
                theme_menu()
                self._account = AccountArea()

    def _draw_main(self) -> None:
        with tag('div', classes='nc-main', id='nc-main') as self._main:
            tag('p', '', 'nc-alert nc-alert--error', id='nc-said', role='alert')
            self._no_gate = tag('p', messages.NO_GATE, 'nc-alert nc-alert--warning', role='note', hidden='hidden')
            self._notice = tag('p', '', 'nc-alert nc-alert--info', role='status')

    def main(self) -> ui.element:
        """The element that the gate puts its page area into."""
        return self._main

    def follow(self) -> None:
        """Bring header and notices up to date, in place: what did not change keeps its focus and stays open."""
        visit = self._visit
        open_path = visit.page.path if visit.page else None
        self._navigation.follow(visit.menu(), open_path)
        self._account.follow(visit.user, open_path, visit.location)
        place(self._no_gate, hidden=None if visit.page is not None and visit.page.gate is None else 'hidden')

    def notice(self, text: str) -> None:
        """Say something above the page, such as where the set-up link is; '' takes it away."""
        if self._notice.text != text:
            self._notice.set_text(text)

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
            _ways_on(self._visit.location, signed_in=user is not None)

    def not_found(self) -> None:
        """The view of a path that leads nowhere."""
        with account_card('Page not found'):
            paragraph('There is no page at this address. It may have been moved, or the link may be mistyped.')
            link_button(HOME, '/', kind='primary', wide=True)

    def failed(self, reference: str) -> None:
        """The view of a page whose own code raised; `reference` finds the log line, and nothing else is told."""
        with account_card('Something went wrong'):
            paragraph('This page could not be shown. Try again; if it stays so, tell a site admin this reference:')
            tag('p', reference, 'nc-reference')
            link_button(HOME, '/', kind='primary', wide=True)


def _ways_on(location: str, *, signed_in: bool) -> None:
    link_button(HOME, '/', kind='primary', wide=True)
    sign_in_here = f'/login?next={quote(location)}'
    if not signed_in:
        link_button('Sign in', sign_in_here, wide=True)
        return
    with form(
        'Switch account', action='/auth/sign-out', submit='Sign in as someone else', kind='plain', autofocus=False
    ) as switch:
        switch.hidden('next', sign_in_here)
