"""/forgot: this release sends no mail, so the page says who can help instead of pretending."""

from ui.components import account_card, code, link_button, muted, paragraph
from ui.gate import page, ways_in


@page('/forgot', title='Forgot password', access='public', nav=False, heading=False)
def forgot() -> None:
    with account_card('Forgot password'):
        paragraph('Ask a site admin of this site: they can set a new password for you.')
        muted('For site admins, on the machine that runs this site:')
        code('.venv/bin/python main.py set-password EMAIL')
        link_button('Back to sign in', ways_in.sign_in_location(), kind='primary', wide=True)
