"""Forgot password: somebody asks for a code to the address of an account. Whether there is one, nobody can tell.

What is done here is the same for every address: a mail is asked for. The mail's worker looks who has the address.
"""

from urllib.parse import urlencode

from auth import accounts, audit, codes, invitations, mail, throttle
from auth.audit import Act
from auth.codes import Purpose
from auth.mail import Template
from auth.mail.outbox import Answer
from auth.people import check_email
from auth.settings import get_settings
from auth.visitor import Visitor
from models.clock import now
from models.database import transaction


async def forgot_password(email: str, visitor: Visitor) -> None:
    """Have a code for a new password mailed to this address, if there is somebody who may have one.

    Raises:
        AuthError: EMAIL_INVALID, THROTTLED
    """
    address, key = check_email(email)
    await throttle.ask_for_mail(key, visitor)
    async with transaction():
        await mail.ask(Template.RESET_PASSWORD, address)
        await audit.record(Act.PASSWORD_FORGOTTEN, None, visitor, about=address)


@mail.resolve_with(Template.RESET_PASSWORD)
async def _answer(address: str) -> Answer | None:
    user = await accounts.find_by_email(address)
    if user is None or user.blocked_at is not None or await invitations.is_withdrawn(user):
        return None
    code = await codes.issue(Purpose.RESET_PASSWORD, user)
    link = f'{get_settings().url}/forgot?{urlencode({"email": user.email, "step": "code"})}'
    return Answer(user, now() + codes.LIFETIME, {'code': code, 'link': link})
