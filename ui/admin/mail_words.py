"""The mails in words: what each is, when it goes out, and what its variables mean."""

from collections.abc import Mapping
from typing import Final

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    'verify email': ('Verify email', 'Somebody signs up, or signs in before the email is verified.'),
    'reset password': ('Reset password', 'Somebody forgot the password.'),
    'change email': ('Change email', 'Somebody wants to use another email: the code goes there.'),
    'email taken': ('Email taken', 'Somebody signs up with an email that has an account.'),
    'password changed': ('Password changed', 'A password was changed, by its owner or a site admin.'),
    'email changed': ('Email changed', 'An email was changed: this goes to the old one.'),
    'invitation': ('Invitation', 'A site admin invites somebody.'),
    'account made': ('Account made', 'A site admin adds somebody with a password, and has them told.'),
}
"""By template: its name, and when it goes out."""

MEANINGS: Final[Mapping[str, str]] = {
    'name': 'the name of whoever gets it; empty when there is none, or when it could be an advertisement',
    'code': 'the code that they type; it must stay in the mail',
    'link': 'the link that they follow',
    'when': 'when it was changed; may be empty',
    'where': 'from which address it was changed; may be empty',
    'new_email': 'the new email',
    'inviter': 'who invites them; may be empty',
    'days': 'how many days the link works',
    'site': 'where people reach this site',
    'host': 'the same without https://',
    'sender': 'who mails come from',
    'minutes': 'how many minutes a code works',
}
"""By variable."""


def title_of(template: str) -> str:
    return TITLES[template][0] if template in TITLES else template.capitalize()
