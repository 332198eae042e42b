"""The audit: each act leaves one row, in the transaction of the act. What a row says is never a secret."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from auth.admin.actor import Actor, Operator
from auth.current_user import CurrentUser
from auth.errors import AuthError
from auth.people import check_email
from auth.visitor import Visitor
from models.audit import Audit
from models.clock import now
from models.session import Session
from models.user import User

NOWHERE = Visitor('', '')
"""Where an act comes from that no request stands behind: the command line, or the clock."""


class Act(StrEnum):
    """What can be found in the audit."""

    SIGNED_UP = 'signed up'
    SIGN_UP_REFUSED = 'sign-up for a taken email'
    EMAIL_VERIFIED = 'email verified'
    SIGNED_IN = 'signed in'
    SIGN_IN_FAILED = 'sign-in failed'
    CODE_REFUSED = 'code refused'
    PASSWORD_REFUSED = 'password refused'  # noqa: S105 - an act
    SIGNED_OUT = 'signed out'
    SESSION_ENDED = 'session ended'
    PROFILE_CHANGED = 'profile changed'
    EMAIL_CHANGE_ASKED = 'email change asked for'
    EMAIL_CHANGED = 'email changed'
    PASSWORD_CHANGED = 'password changed'  # noqa: S105 - an act
    PASSWORD_FORGOTTEN = 'password forgotten'  # noqa: S105 - an act
    PASSWORD_RESET = 'password reset'  # noqa: S105 - an act
    PASSWORD_SET = 'password set'  # noqa: S105 - an act
    ACCOUNT_DELETED = 'account deleted'
    INVITED = 'invited'
    INVITATION_WITHDRAWN = 'invitation withdrawn'
    INVITATION_ACCEPTED = 'invitation accepted'
    TOKEN_REUSED = 'refresh token reused'  # noqa: S105 - an act
    USER_CREATED = 'user created'
    USER_EDITED = 'user edited'
    BLOCKED = 'blocked'
    UNBLOCKED = 'unblocked'
    DELETED = 'deleted'
    ROLE_GRANTED = 'role granted'
    ROLE_REVOKED = 'role revoked'
    ROLE_CREATED = 'role created'
    ROLE_RENAMED = 'role renamed'
    ROLE_DELETED = 'role deleted'
    GROUP_CREATED = 'group created'
    GROUP_RENAMED = 'group renamed'
    GROUP_CHANGED = 'group changed'
    GROUP_DELETED = 'group deleted'
    ATTRIBUTE_DEFINED = 'attribute defined'
    ATTRIBUTE_DELETED = 'attribute deleted'
    ATTRIBUTE_MOVED = 'attribute moved'
    SETTINGS_CHANGED = 'settings changed'
    GATE_CHANGED = 'gate changed'
    GATE_RESET = 'gate put back'
    REDIRECTS_CHANGED = 'redirects changed'
    SET_UP = 'site set up'
    MAIL_RESENT = 'mail sent again'
    MAIL_LINK_COPIED = 'link of a mail copied'
    MAIL_TEMPLATE_CHANGED = 'mail template changed'
    MAIL_TEMPLATE_RESET = 'mail template reset'
    MAIL_TESTED = 'test mail sent'


ANYBODYS = frozenset({
    Act.SIGNED_UP, Act.SIGN_UP_REFUSED, Act.SIGN_IN_FAILED, Act.CODE_REFUSED, Act.PASSWORD_FORGOTTEN,
})  # fmt: skip
"""What any stranger can do about somebody: who it was is not known, but for where it came from."""


async def record(
    act: Act,
    subject: User | None,
    visitor: Visitor = NOWHERE,
    *,
    actor: Actor | None = None,
    about: str = '',
    details: Mapping[str, str | int] = MappingProxyType({}),
) -> None:
    """Write a row inside the caller's transaction. Without `actor` it is the subject's own act; `about` is the address
    that was given where there is no such person.
    """
    if isinstance(actor, CurrentUser) and visitor is NOWHERE:
        visitor = await _visitor_of(actor)
    by = None if act in ANYBODYS else subject
    uid = None if isinstance(actor, Operator) else actor.id if actor else by.uid if by else None
    who = actor.id if isinstance(actor, Operator) else actor.email if actor else by.email if by else ''
    await Audit.create(
        at=now(),
        act=act,
        actor_uid=uid,
        actor=who,
        subject_uid=subject.uid if subject else None,
        subject=subject.email if subject else _address_in(about),
        address=visitor.address,
        user_agent=visitor.user_agent,
        details=dict(details),
    )


async def _visitor_of(actor: CurrentUser) -> Visitor:
    """Where a site admin acts from: where their session began."""
    row = await Session.get_or_none(id=actor.session_id)
    return NOWHERE if row is None else Visitor(row.address, row.user_agent)


def _address_in(text: str) -> str:
    """What was given as an address, if it is one: people type their password there, too."""
    try:
        return check_email(text)[0]
    except AuthError:
        return ''
