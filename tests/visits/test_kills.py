"""The server dies in the middle of what people do: what they were told stays so."""

from tests.support.lives import killed_while_living


async def test_what_was_answered_outlives_a_kill(serve, catcher):
    site = await serve(smtp_url=catcher.url, mail_from='site@lives.example', verify_email='on')
    await site.stop()
    ledger = await killed_while_living(site, catcher, kills=3, people=5, invitations=2)
    assert not ledger.faults
    assert ledger.acts['sign-up']
