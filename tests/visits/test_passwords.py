"""What a new password has to be, said while it is typed and asked again on the server."""

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.support.browser import visit
from tests.support.people import PASSWORD, can_sign_in, form, new_email, post, submit
from tests.support.server import Server

SHORT = 'This password is too short. Use 8 or more characters.'
COMMON = 'This password is easy to guess.'


async def test_a_short_or_common_password_is_refused_while_it_is_typed(page: Page, site: Server):
    await visit(page, '/signup')
    sign_up = form(page, 'Create account')
    password = sign_up.get_by_label('Password', exact=True)
    for typed, said in (('x9#kQ', SHORT), ('password123', COMMON), (PASSWORD, 'This password is fine.')):
        await password.fill('')
        await password.press_sequentially(typed)
        await expect(sign_up).to_contain_text(said)


async def test_a_short_or_common_password_is_refused_when_it_is_sent(page: Page, site: Server):
    email = new_email()
    for password, said in (('x9#kQ', SHORT), ('qwertyuiop', COMMON)):
        await visit(page, '/signup')
        sign_up = await submit(page, 'Create account', email=email, password=password)
        await expect(sign_up.get_by_role('alert').filter(has_text=said)).to_be_visible()
        field = sign_up.get_by_label('Password', exact=True)
        await expect(field).to_be_focused()
        await expect(field).to_have_attribute('aria-invalid', 'true')
        await expect(field).to_have_value(password)
        assert not await can_sign_in(site, email, password)


@pytest.mark.parametrize(('password', 'reason'), [
    ('', 'password_too_short'), ('x9#kQ', 'password_too_short'), ('iloveyou1', 'password_common'),
    ('x' * 257, 'password_too_long'), ('nul \x00 in the middle', 'input_invalid'),
])  # fmt: skip
async def test_the_server_refuses_whatever_the_browser_let_through(
    http: httpx.AsyncClient, site: Server, password: str, reason: str
):
    email = new_email()
    answer = await post(http, site, 'sign-up', email=email, password=password)
    assert 400 <= answer.status_code < 500 and answer.json()['error']['reason'] == reason
    assert not http.cookies
    assert not await can_sign_in(site, email, password or 'x')


async def test_no_part_of_a_long_password_is_left_out(http: httpx.AsyncClient, site: Server):
    email, long = new_email(), 'Пароль, который очень длинный и не похож на другие: ' + 'ab12' * 30
    answer = await post(http, site, 'sign-up', email=email, password=long)
    assert answer.status_code == 200, answer.text
    assert await can_sign_in(site, email, long)
    assert not await can_sign_in(site, email, long[:-1])
    assert not await can_sign_in(site, email, long + 'x')
