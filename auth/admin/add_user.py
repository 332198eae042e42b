"""Add user: somebody new with a password or an invitation, in one act."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from auth import accounts, mail, site_url
from auth.admin import invitations, users
from auth.admin.actor import Actor, authorize
from auth.mail import Template
from models.database import transaction


class Announce(StrEnum):
    """How somebody hears of their account."""

    MAIL = 'mail'
    LINK = 'link'
    NOT = 'not'


@dataclass(frozen=True, slots=True)
class Added:
    """Who was added, and what to hand on where no mail goes out: a link, for them alone when they have no password."""

    id: str
    email: str
    link: str = field(default='', repr=False)


async def add(
    actor: Actor,
    email: str,
    *,
    name: str = '',
    roles: Iterable[str] = (),
    password: str | None = None,
    must_change_password: bool = False,
    announce: Announce = Announce.MAIL,
) -> Added:
    """Create somebody with these roles (by name or key). Without a password they are invited to set one; with one, a
    mail says where to sign in, and never carries it.

    Raises:
        AuthError: EMAIL_*, NAME_INVALID, PASSWORD_*, ROLE_NOT_FOUND, FORBIDDEN, BUSY
    """
    await authorize(actor)
    person = await accounts.draft(email, name, password)
    has_password = password is not None
    async with transaction():
        uid = await users.insert(
            actor, person, roles=roles, verified=has_password, must_change_password=must_change_password
        )
        link = await _announce(actor, uid, announce, has_password=has_password)
    return Added(uid, person.email, link)


async def _announce(actor: Actor, uid: str, announce: Announce, *, has_password: bool) -> str:
    """Tell them inside the caller's transaction; the link to hand on, if that was asked for."""
    if announce is Announce.NOT:
        return ''
    by_mail = announce is Announce.MAIL
    if not has_password:
        link = await invitations.invite(actor, uid, by_mail=by_mail)
        return '' if by_mail else link
    if by_mail:
        user = await accounts.get(uid)
        await mail.queue(Template.ACCOUNT_MADE, user.email, user, {'inviter': invitations.inviter(actor)})
        return ''
    return f'{await site_url.known()}/login'
