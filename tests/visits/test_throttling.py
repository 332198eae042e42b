"""Who guesses has to wait, and is told how long. Whose account it is comes in all the same, by mail."""

import re

import httpx

from tests.conftest import Serve
from tests.support import sql
from tests.support.mail_catcher import MailCatcher
from tests.support.people import PASSWORD, join_without_browser, post
from tests.support.server import Server

NEW_PASSWORD = 'green kettle by the window'
HOME, STREET = '192.0.2.1', '198.51.100.1'


async def served(serve: Serve, catcher: MailCatcher) -> Server:
    return await serve(throttle='on', trusted_proxies='127.0.0.1', smtp_url=catcher.url, mail_from='site@cars.example')


def comes_from(http: httpx.AsyncClient, address: str) -> None:
    http.headers['X-Forwarded-For'] = address


async def reset(
    http: httpx.AsyncClient, site: Server, catcher: MailCatcher, email: str, nth: int = 1
) -> httpx.Response:
    """Forgot password, read the mail, confirm."""
    asked = await post(http, site, 'forgot', email=email)
    assert asked.status_code == 200, asked.text
    code = catcher.code_in(await catcher.mail_to(email, nth=nth))
    return await post(http, site, 'confirm', email=email, code=code, password=NEW_PASSWORD)


async def test_five_wrong_passwords_and_then_a_wait_but_the_owner_resets_and_signs_in_at_once(serve, catcher, http):
    site = await served(serve, catcher)
    comes_from(http, HOME)
    person = await join_without_browser(http, site)
    http.cookies.clear()
    for _ in range(5):
        assert (await post(http, site, 'sign-in', email=person.email, password='a guess')).status_code == 401
    refused = await post(http, site, 'sign-in', email=person.email, password=PASSWORD)
    assert refused.status_code == 429
    assert 270 <= int(refused.headers['Retry-After']) <= 300
    assert refused.json()['error'] | {'message': ''} == {'reason': 'throttled', 'message': '', 'field': None}
    assert 'Wait 5 minutes' in refused.json()['error']['message']
    stranger = await post(http, site, 'sign-in', email=f'not-{person.email}', password='a guess')
    assert stranger.status_code == 401  # a colleague in the same office

    without_script = {'email': person.email, 'password': PASSWORD}
    back = await http.post(f'{site.url}/auth/sign-in', data=without_script, headers={'Origin': site.url})
    assert (back.status_code, back.headers['Location']) == (303, '/login')
    assert re.search(r'Too many tries\. Wait \d minutes and try again\.', (await http.get(f'{site.url}/login')).text)

    confirmed = await reset(http, site, catcher, person.email)
    assert confirmed.status_code == 200, confirmed.text
    signed_in = await post(http, site, 'sign-in', email=person.email, password=NEW_PASSWORD)
    assert signed_in.status_code == 200, signed_in.text
    assert (await http.get(f'{site.url}/profile')).status_code == 200


async def test_strangers_stop_the_password_and_use_up_the_mails_but_not_the_owners(serve, catcher, http):
    site = await served(serve, catcher)
    comes_from(http, HOME)
    person = await join_without_browser(http, site)
    http.cookies.clear()
    comes_from(http, STREET)
    await post(http, site, 'sign-in', email=person.email, password='a guess')
    await sql.rows(site.database_url, 'UPDATE throttle SET failures = 99 WHERE failures = 1')
    await post(http, site, 'sign-in', email=person.email, password='a guess')
    stopped = await post(http, site, 'sign-in', email=person.email, password=PASSWORD)
    assert (stopped.status_code, stopped.json()['error']['reason']) == (403, 'password_stopped')
    assert 'Reset the password' in stopped.json()['error']['message']
    for number in (1, 2, 3):
        assert (await post(http, site, 'forgot', email=person.email)).status_code == 200
        await catcher.mail_to(person.email, nth=number)
    too_many = await post(http, site, 'forgot', email=person.email)
    assert (too_many.status_code, too_many.json()['error']['reason']) == (429, 'throttled')

    comes_from(http, HOME)
    still = await post(http, site, 'sign-in', email=person.email, password=PASSWORD)
    assert still.status_code == 403
    confirmed = await reset(http, site, catcher, person.email, nth=4)
    assert confirmed.status_code == 200, confirmed.text
    signed_in = await post(http, site, 'sign-in', email=person.email, password=NEW_PASSWORD)
    assert signed_in.status_code == 200, signed_in.text
