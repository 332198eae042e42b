"""What each mail has to say it with: its variables, and which of them it is sent for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from auth.codes import LIFETIME
from auth.mail.outbox import Template
from auth.settings import get_settings


@dataclass(frozen=True, slots=True)
class Variable:
    """`may_be_empty`: in some mails it is ''. `is_secret`: it rests encrypted, and never stands in a subject."""

    name: str
    sample: str
    may_be_empty: bool = False
    is_secret: bool = False


_CODE: Final = Variable('code', 'WDJB-MJHT', is_secret=True)
_NAME: Final = Variable('name', 'Ann Example', may_be_empty=True)

OWN: Final[Mapping[str, tuple[Variable, ...]]] = {
    Template.VERIFY_EMAIL: (_CODE,),
    Template.RESET_PASSWORD: (
        _CODE,
        Variable('link', '{site}/forgot?email=ann%40example.com&step=code', is_secret=True),
    ),
    Template.CHANGE_EMAIL: (_CODE,),
    Template.EMAIL_TAKEN: (),
    Template.PASSWORD_CHANGED: (
        Variable('when', '3 May 2026, 12:00 UTC', may_be_empty=True),
        Variable('where', '192.0.2.7', may_be_empty=True),
    ),
    Template.EMAIL_CHANGED: (Variable('new_email', 'ann@example.net'),),
    Template.INVITATION: (
        Variable('link', '{site}/invitation?token=sample', is_secret=True),
        Variable('inviter', 'Bea Example', may_be_empty=True),
        Variable('days', '7'),
    ),
    Template.ACCOUNT_MADE: (Variable('inviter', 'Bea Example', may_be_empty=True),),
}
"""What a mail has beside the variables that all have."""

NEEDED: Final[Mapping[str, frozenset[str]]] = {
    Template.VERIFY_EMAIL: frozenset({'code'}),
    Template.RESET_PASSWORD: frozenset({'code'}),  # its link only leads to where the code is typed
    Template.CHANGE_EMAIL: frozenset({'code'}),
    Template.INVITATION: frozenset({'link'}),
}
"""What people are sent a mail for: without it the mail is of no use."""


def shared() -> dict[str, str | int]:
    """What every mail has, beside `name`."""
    settings = get_settings()
    host = urlsplit(settings.url).netloc
    return {
        'site': settings.url,
        'host': host,
        'sender': settings.site_name or settings.sender.name or host,
        'minutes': LIFETIME // timedelta(minutes=1),
    }


def variables(template: Template) -> tuple[Variable, ...]:
    """All that a mail has, each with a sample of this site."""
    site = get_settings().url
    own = (_NAME, *OWN[template])
    told = [Variable(one.name, one.sample.format(site=site), one.may_be_empty, one.is_secret) for one in own]
    return (*told, *(Variable(name, str(value)) for name, value in shared().items()))


def samples(template: Template) -> dict[str, str]:
    """A value for each of them."""
    return {variable.name: variable.sample for variable in variables(template)}
