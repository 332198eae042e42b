"""/no-access: where a redirect sends people who may not open a page, when an admin chose one."""

from ui.components import account_card, link_button, paragraph
from ui.gate import Visit, page, ways_in


@page('/no-access', title='No access', access='public', nav=False, heading=False)
def no_access(visit: Visit) -> None:
    with account_card("You don't have access to this page"):
        if visit.user is not None:
            paragraph(f'You are signed in as {visit.user.email}. Ask a site admin for access.')
        else:
            paragraph('It is open to some people only. Sign in if you are one of them.')
        link_button('Go to the home page', '/', kind='primary', wide=True)
        if visit.user is None:
            link_button('Sign in', ways_in.sign_in_location(), wide=True)
