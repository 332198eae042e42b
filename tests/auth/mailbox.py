"""What stands in the outbox, for tests of the verbs: a code or a link as the mail would bring it."""

from auth.mail import outbox
from auth.mail.asked_for import resolve
from models.mail import Mail


async def mails(address: str) -> list[Mail]:
    """All mails to this address, the oldest first; those that were asked for are made or dropped first."""
    await resolve()
    return await Mail.filter(address=address).order_by('id')


async def newest(address: str) -> Mail:
    return (await mails(address))[-1]


async def code_for(address: str) -> str:
    mail = await newest(address)
    assert mail.sealed is not None
    return outbox.unseal(mail.sealed)['code']
