"""The home page of a site whose own pages have none: links all over lead to "/", which must not be a dead end."""

from nicegui import ui

from auth import sign_up_rules
from ui import site
from ui.components import link, link_button, paragraph, row, tag
from ui.gate import Session, Visit, page, registry, ways_in


def declare_if_missing() -> None:
    """Declare it unless a page or a route answers at "/" already. Called once all pages are declared."""
    # Not `match`: a page that wants a query parameter is declared, and answers "/" with 404.
    if '/' not in {each.path for each in registry.pages()} | {each.template.path for each in registry.routes()}:
        page('/', title='Home', access='public', nav=False)(home)


def home(visit: Visit, session: Session) -> None:
    shown = ui.refreshable(_ways)
    shown(visit)
    session.on_change(shown.refresh)


def _ways(visit: Visit) -> None:
    if pages := visit.menu():
        with tag('ul'):
            for each in pages:
                with tag('li'):
                    link(each.title, each.path)
    elif visit.user is not None:
        paragraph('Nothing is open to you yet. Ask a site admin for access.')
    else:
        paragraph('Nothing is open to you yet: sign in.')
        with row():
            link_button('Sign in', ways_in.sign_in_location(), kind='primary')
            if sign_up_rules.is_open():
                link_button('Create account', ways_in.sign_up_location()).classes(site.SIGNS_UP)
