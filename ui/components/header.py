"""The parts of the header: brand, navigation, theme switch, and who is signed in.

Each follows the visit in place. A link that stays keeps its element, and with it the focus; an open menu stays open.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from nicegui import ui

from ui.components.mark import mark
from ui.components.menu import menu, menu_button, menu_link, popup
from ui.components.tag import tag

if TYPE_CHECKING:
    from auth.current_user import CurrentUser
    from ui.gate import Page

SIGN_IN_PAGES = frozenset({'/login', '/signup', '/logout', '/forgot', '/setup'})
"""Pages that are about signing in themselves: there the header does not offer it a second time."""
THEMES = (('light', 'Light', 'sun'), ('dark', 'Dark', 'moon'), ('system', 'System', 'screen'))


def brand(name: str) -> None:
    with tag('a', classes='nc-brand', href='/'):
        mark('nc-brand__mark')
        tag('span', name, 'nc-brand__name')


def theme_menu() -> None:
    """Light, dark, or what the system says; shell.js marks the choice when the menu opens."""
    with tag('div', classes='nc-anchor'):
        with menu_button('nc-theme', 'nc-icon-button nc-icon--theme'):
            tag('span', 'Theme', 'nc-hidden')
        with popup('nc-theme'), menu('nc-theme'):
            for key, label, icon in THEMES:
                tag(
                    'button',
                    label,
                    f'nc-menuitem nc-icon--{icon}',
                    type='button',
                    role='menuitemradio',
                    aria_checked='false',
                    tabindex='-1',
                    data_nc_theme=key,
                )


def place(element: ui.element, **attributes: str | None) -> None:
    """Give the element these attributes and take away those that are None; says nothing when nothing changed."""
    for key, value in attributes.items():
        name = key.replace('_', '-')
        if value is None:
            element.props.pop(name, None)
        elif element.props.get(name) != value:
            element.props[name] = value


class Navigation:
    """Links to the pages that this person may open; behind a button where the screen is narrow."""

    def __init__(self) -> None:
        with tag(
            'button',
            classes='nc-icon-button nc-icon--menu nc-nav-button',
            type='button',
            aria_expanded='false',
            aria_controls='nc-nav',
            data_nc_nav=True,
        ) as self._button:
            tag('span', 'Menu', 'nc-hidden')
        with tag('nav', classes='nc-nav', id='nc-nav', aria_label='Main'):
            self._list = tag('ul', classes='nc-nav__list')
        self._items: dict[str, ui.element] = {}
        self._links: dict[str, ui.element] = {}

    def follow(self, pages: 'Sequence[Page]', open_path: str | None) -> None:
        wanted = [page.path for page in pages]
        for path in [path for path in self._items if path not in wanted]:
            self._items.pop(path).delete()
            del self._links[path]
        for at, page in enumerate(pages):
            self._show(page, at)
        for path, link in self._links.items():
            place(link, aria_current='page' if path == open_path else None)
        place(self._button, hidden=None if wanted else 'hidden')

    def _show(self, page: 'Page', at: int) -> None:
        if page.path not in self._items:
            with self._list, tag('li') as item:
                with tag('a', classes='nc-nav__link', href=page.path) as link:
                    if page.icon:
                        tag('span', classes='nc-nav__icon material-icons', data_icon=page.icon, aria_hidden='true')
                    tag('span', page.title)
                self._links[page.path] = link
            self._items[page.path] = item
        item = self._items[page.path]
        if self._list.default_slot.children.index(item) != at:
            item.move(target_index=at)


class AccountArea:
    """Signed out: the ways in. Signed in: a button with the e-mail that opens the person's own menu."""

    def __init__(self) -> None:
        self._box = tag('div', classes='nc-account')
        self._shown: tuple[str, str, bool] | None = None
        self._sign_in: list[ui.element] = []

    def follow(self, user: 'CurrentUser | None', open_path: str | None, location: str) -> None:
        shown = (user.email, user.name, user.is_site_admin) if user else None
        if shown != self._shown or not self._box.default_slot.children:
            self._box.clear()
            with self._box:
                self._draw_menu(user) if user else self._draw_ways_in()
            self._shown = shown
        if user is None:
            self._place_ways_in(open_path, location)

    def _draw_ways_in(self) -> None:
        self._sign_in = [
            tag('a', 'Sign in', 'nc-button nc-button--quiet', href='/login'),
            tag('a', 'Sign up', 'nc-button nc-button--primary', href='/signup'),
        ]

    def _place_ways_in(self, open_path: str | None, location: str) -> None:
        """They bring people back to where they are; on the pages that are about signing in they are not shown."""
        query = f'?next={quote(location)}' if location != '/' else ''
        hidden = 'hidden' if open_path in SIGN_IN_PAGES else None
        for link, path in zip(self._sign_in, ('/login', '/signup'), strict=True):
            place(link, href=path if hidden else path + query, hidden=hidden)

    def _draw_menu(self, user: 'CurrentUser') -> None:
        with tag('div', classes='nc-anchor'):
            with menu_button('nc-account', 'nc-account-button'):
                tag('span', classes='nc-avatar', data_letter=(user.name or user.email)[0].upper(), aria_hidden='true')
                tag('span', user.email, 'nc-account-button__email')
            with popup('nc-account'):
                with tag('div', classes='nc-popup__head'):
                    if user.name:
                        tag('p', user.name, 'nc-popup__name')
                    tag('p', user.email, 'nc-popup__email')
                with menu('nc-account'):
                    menu_link('Profile', '/profile', 'user')
                    if user.is_site_admin:
                        menu_link('Admin', '/admin', 'shield')
                    _sign_out()


def _sign_out() -> None:
    """A real post that acts at once; a GET would let any page on the web sign people out."""
    with tag(
        'form',
        classes='nc-menu__form',
        role='none',
        method='post',
        action='/auth/sign-out',
        data_nc_form=True,
        data_nc_unreachable='You are still signed in: the server could not be reached. Try again.',
    ):
        tag('input', type='hidden', name='next', value='/')
        tag('button', 'Sign out', 'nc-menuitem nc-icon--out', type='submit', role='menuitem', tabindex='-1')
