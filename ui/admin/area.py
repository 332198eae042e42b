"""What stands around the pages of the admin area: the way between them, and each page's title with what it offers."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from auth.access import SITE_ADMINS
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from ui.components import heading, muted, row, tag
from ui.gate import Session, Visit, page

PAGES = (
    ('/admin', 'Overview'),
    ('/admin/users', 'Users'),
    ('/admin/roles', 'Roles'),
    ('/admin/groups', 'Groups'),
    ('/admin/pages', 'Pages'),
    ('/admin/mails', 'Mails'),
    ('/admin/settings', 'Settings'),
    ('/admin/audit', 'Audit'),
)
"""Paths and titles, in the order in which a site is set up and then looked after."""


def admin_layout(visit: Visit) -> Iterator[None]:
    """The way between the pages, beside the page or, where there is no room, above it."""
    here = visit.page.path if visit.page else ''
    with tag('div', classes='nc-admin'):
        with tag('nav', classes='nc-admin__nav', aria_label='Admin'), tag('ul', classes='nc-admin__list'):
            for path, title in PAGES:
                current = path == here or (path != '/admin' and here.startswith(f'{path}/'))
                with tag('li'):
                    tag(
                        'a',
                        title,
                        'nc-nav__link',
                        href=path,
                        aria_current=('page' if path == here else 'true') if current else None,
                    )
        with tag('div', classes='nc-admin__page'):
            yield


admin_page = partial(page, groups=[SITE_ADMINS], locked=True, nav=False, heading=False, layout=admin_layout)
"""Declare a page of the admin area: `@admin_page('/admin/users', title='Users')`. Its title it draws by `page_head`."""


def actor_of(page: Visit | Session) -> CurrentUser:
    """Whoever acts on this page: the verb asks the database whether they may.

    Raises:
        AuthError: FORBIDDEN when nobody is signed in there any more
    """
    if page.user is None:
        raise AuthError(Reason.FORBIDDEN)
    return page.user


@contextmanager
def page_head(title: str, about: str = '') -> Iterator[None]:
    """The page's title and a line about it; inside of `with` its buttons are drawn, beside the title."""
    with tag('div', classes='nc-page-head'):
        with tag('div', classes='nc-page-head__words'):
            heading(title)
            if about:
                muted(about)
        with row('nc-page-head__acts'):
            yield
