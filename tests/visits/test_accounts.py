"""People sign up, sign in and sign out."""

import asyncio
import time
from contextlib import suppress
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from playwright.async_api import Page, Route, TimeoutError, expect

from tests.support.browser import shown, visit
from tests.support.people import (
    PASSWORD,
    Person,
    account,
    can_sign_in,
    fill,
    form,
    join,
    join_without_browser,
    new_email,
    post,
    sign_in,
    submit,
)
from tests.support.server import Server

WRONG = 'Email or password is wrong.'
DAY = 86400


async def test_somebody_signs_up_signs_out_and_signs_in_again(page: Page, site: Server):
    ann = Person(new_email())
    await visit(page, '/')
    await page.get_by_role('banner').get_by_role('link', name='Sign up').click()
    sign_up = await fill(page, 'Create account', email=ann.email, password=ann.password)
    await sign_up.get_by_label('Name (optional)').fill('Ann')
    await sign_up.get_by_role('button', name='Create account').click()
    await shown(page, 'Car rental')

    await account(page, ann).click()
    await page.get_by_role('menuitem', name='Sign out').click()
    await expect(account(page, ann)).to_have_count(0)

    await page.get_by_role('banner').get_by_role('link', name='Sign in').click()
    await submit(page, 'Sign in', email=ann.email, password=ann.password)
    await expect(account(page, ann)).to_be_visible()
    await visit(page, '/cars')
    await expect(page.get_by_text('Welcome, Ann.')).to_be_visible()


async def test_whoever_is_signed_out_comes_back_to_where_they_wanted_to_go(page: Page, site: Server):
    ann = await join(page, site)
    await page.context.clear_cookies()
    await visit(page, '/cars?from=a%20letter')
    assert urlsplit(page.url).path == '/login'
    await submit(page, 'Sign in', email=ann.email, password=ann.password)
    await shown(page, 'Our cars')
    assert page.url == f'{site.url}/cars?from=a%20letter'


async def test_somebody_new_comes_back_to_where_they_wanted_to_go(page: Page, site: Server):
    await visit(page, '/cars')
    await page.get_by_role('main').get_by_role('link', name='Sign up').click()
    await submit(page, 'Create account', email=new_email(), password=PASSWORD)
    await shown(page, 'Our cars')


@pytest.mark.parametrize('next_', [
    'https://evil.example/', '//evil.example/', '///evil.example', '/\\evil.example', '\\\\evil.example',
    '/\t/evil.example', '/%09/evil.example', 'javascript:alert(1)', 'evil.example', '/\n/evil.example',
    ' //evil.example', '/.//evil.example', '/x/..//evil.example', '/auth/sign-out', '',
])  # fmt: skip
async def test_next_leads_nowhere_but_to_our_own_pages(http: httpx.AsyncClient, site: Server, next_: str):
    ann = await join_without_browser(http, site)
    answer = await post(http, site, 'sign-in', email=ann.email, password=ann.password, next=next_)
    leads_to = answer.json()['next']
    assert leads_to.startswith('/') and not leads_to.startswith(('//', '/\\', '/auth')), leads_to
    assert urljoin(site.url, leads_to).startswith(f'{site.url}/') and leads_to.isprintable()
    document = await http.get(f'{site.url}/login?next={quote(next_, safe="")}')
    assert 'evil.example"' not in document.headers.get('location', '') and document.status_code in (200, 303)


async def test_the_session_ends_with_the_browser_unless_it_is_to_be_kept(page: Page, site: Server):
    ann = await join(page, site)
    for keep in (False, True):
        await page.context.clear_cookies()
        await visit(page, '/login')
        form_ = await fill(page, 'Sign in', email=ann.email, password=ann.password)
        await form_.get_by_label('Keep me signed in').set_checked(keep)
        await form_.get_by_role('button', name='Sign in').click()
        await expect(account(page, ann)).to_be_visible()
        [cookie] = [cookie for cookie in await page.context.cookies() if cookie.get('httpOnly')]
        assert (cookie.get('sameSite'), cookie.get('path')) == ('Lax', '/')
        ends = cookie.get('expires', 0)
        assert (29.9 * DAY < ends - time.time() < 30.1 * DAY) if keep else ends == -1


async def test_a_wrong_password_is_said_and_nothing_typed_is_lost(page: Page, site: Server):
    ann = await join(page, site)
    await page.context.clear_cookies()
    for email, password in ((ann.email, 'not the password'), (new_email('nobody'), PASSWORD)):
        await visit(page, '/login')
        form_ = await submit(page, 'Sign in', email=email, password=password)
        await expect(form_.get_by_role('alert').filter(has_text=WRONG)).to_be_visible()
        await expect(form_.get_by_label('Email')).to_have_value(email)
        await expect(form_.get_by_label('Password', exact=True)).to_have_value(password)
        assert urlsplit(page.url).path == '/login'


async def test_an_address_that_is_taken_is_said_at_the_field(page: Page, site: Server):
    ann = await join(page, site)
    await page.context.clear_cookies()
    await visit(page, '/signup')
    sign_up = await submit(page, 'Create account', email=ann.email.upper(), password=PASSWORD)
    await expect(
        sign_up.get_by_role('alert').filter(has_text='There is already an account with this email.')
    ).to_be_visible()
    await expect(sign_up.get_by_label('Email')).to_be_focused()
    await expect(sign_up.get_by_label('Email')).to_have_attribute('aria-invalid', 'true')


@pytest.mark.both
async def test_thirty_sign_ups_of_one_address_at_once_make_one_account(site: Server):
    email = new_email()
    spellings = [email, email.upper(), f'  {email} '] * 10

    async def sign_up(spelling: str) -> httpx.Response:
        async with httpx.AsyncClient(timeout=60) as http:
            return await post(http, site, 'sign-up', email=spelling, password=PASSWORD)

    answers = await asyncio.gather(*map(sign_up, spellings))
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert {answer.json()['error']['reason'] for answer in answers if answer.status_code != 200} == {'email_taken'}
    assert await can_sign_in(site, email)


async def test_the_presented_session_ends_at_sign_in(http: httpx.AsyncClient, site: Server):
    """A session that was planted in a browser before its owner signs in is worth nothing afterwards."""
    ann = await join_without_browser(http, site)
    planted = httpx.Cookies(http.cookies)
    await post(http, site, 'sign-in', email=ann.email, password=ann.password)
    assert (await http.get(f'{site.url}/cars')).status_code == 200
    async with httpx.AsyncClient(cookies=planted) as attacker:
        assert (await attacker.get(f'{site.url}/cars')).status_code == 303


async def test_signing_out_asks_at_its_own_address_and_a_get_changes_nothing(page: Page, site: Server):
    ann = await join(page, site)
    await visit(page, '/logout')
    await expect(account(page, ann)).to_be_visible()
    await page.get_by_role('main').get_by_role('button', name='Sign out').click()
    await expect(account(page, ann)).to_have_count(0)
    await visit(page, '/cars')
    await expect(form(page, 'Sign in')).to_be_visible()


async def test_after_signing_out_the_way_back_shows_nothing(page: Page, site: Server):
    ann = await join(page, site, 'Premium')
    await visit(page, '/premium')
    await shown(page, 'Best cars')
    await account(page, ann).click()
    await page.get_by_role('menuitem', name='Sign out').click()
    await shown(page, 'Car rental')
    await page.go_back()
    await expect(form(page, 'Sign in')).to_be_visible()
    assert 'Porsche' not in await page.content()


async def test_signing_out_leads_home_even_when_the_page_hears_of_it_before_the_answer(page: Page, site: Server):
    """The socket takes the page away as soon as the session is over, which can be sooner than the form's answer."""
    ann = await join(page, site, 'Premium')
    await page.route('**/auth/sign-out', lambda route: _answer_late(page, route))
    await visit(page, '/premium')
    await account(page, ann).click()
    await page.get_by_role('menuitem', name='Sign out').click()
    await shown(page, 'Car rental')


async def _answer_late(page: Page, route: Route) -> None:
    """Two seconds after the act, or as soon as the page has gone elsewhere by itself, which it should not."""
    response = await route.fetch()
    with suppress(TimeoutError):
        await page.wait_for_url('**/login**', wait_until='commit', timeout=2000)
    await route.fulfill(response=response)


async def test_a_form_that_is_posted_without_script_works_too(page: Page, site: Server):
    ann = Person(new_email())
    await visit(page, '/signup')
    await fill(page, 'Create account', email='no address', password=ann.password)
    await form(page, 'Create account').evaluate('form => HTMLFormElement.prototype.submit.call(form)')
    sign_up = form(page, 'Create account')
    await expect(sign_up.get_by_role('alert').filter(has_text='This is not an email address.')).to_be_visible()
    await expect(sign_up.get_by_label('Email')).to_have_value('no address')
    await expect(sign_up.get_by_label('Password', exact=True)).to_have_value('')
    await fill(page, 'Create account', email=ann.email, password=ann.password)
    await sign_up.evaluate('form => HTMLFormElement.prototype.submit.call(form)')
    await expect(account(page, ann)).to_be_visible()


async def test_whoever_signs_in_as_somebody_else_takes_the_other_tabs_along(page: Page, site: Server):
    first, second = await join(page, site), await join(page, site)
    await page.context.clear_cookies()
    await visit(page, '/login?next=/cars')
    other = await page.context.new_page()
    await sign_in(other, site, first)
    await visit(other, '/cars')
    await expect(account(other, first)).to_be_visible()

    await submit(page, 'Sign in', email=second.email, password=second.password)
    await shown(page, 'Our cars')
    await expect(account(page, second)).to_be_visible()
    await expect(account(other, second)).to_be_visible()
