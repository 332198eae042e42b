"""A developer's own forms (examples/own_forms.py): signing up, in and out by hand, in a page that stays as it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.conftest import NewPage
from tests.support.browser import assert_accessible, assert_fits, shown, visit
from tests.support.people import PASSWORD, Person, account, form, join, new_email, submit
from tests.support.server import Server

EXAMPLE = Path(__file__).parents[2] / 'examples' / 'own_forms.py'
MARK = "window.mark = 'the same document'"
WRONG = 'Email or password is wrong.'


@pytest.fixture(scope='module')
async def club(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """The example, one server per database for all visits."""
    async with Server.serving(database, tmp_path_factory.mktemp(f'club-{database}'), pages=EXAMPLE) as server:
        yield server
    troubled = [line for line in server.output.splitlines() if 'level=error' in line or 'level=warning' in line]
    assert not troubled, '\n'.join(troubled)
    assert PASSWORD not in server.output


async def _marked(page: Page, path: str) -> None:
    await visit(page, path)
    await page.evaluate(MARK)


async def _assert_same_document(page: Page) -> None:
    assert await page.evaluate("window.mark === 'the same document'")


async def test_somebody_signs_up_by_hand_and_lands_where_they_wanted_to_go(new_page: NewPage, club: Server):
    page, ann = await new_page(club), Person(new_email())
    await visit(page, '/members')
    await shown(page, 'Sign in')
    assert page.url == f'{club.url}/enter?next=/members'
    await page.evaluate(MARK)
    await page.get_by_role('link', name='New here? Sign up').click()
    await shown(page, 'Sign up')

    sign_up = await submit(page, 'Sign up', email='no address', password=PASSWORD)
    await expect(sign_up.get_by_role('alert').filter(has_text='This is not an email address.')).to_be_visible()
    await expect(sign_up.get_by_label('Email')).to_be_focused()
    await submit(page, 'Sign up', email=ann.email, password='short')
    await expect(sign_up.get_by_role('alert').filter(has_text='This password is too short.')).to_be_visible()
    await expect(sign_up.get_by_label('Email')).to_have_value(ann.email)
    await submit(page, 'Sign up', password=PASSWORD)

    await shown(page, 'Members')
    await expect(page.get_by_text(f'You are in, {ann.email}.')).to_be_visible()
    await expect(account(page, ann)).to_be_visible()
    assert page.url == f'{club.url}/members'
    await _assert_same_document(page)
    [cookie] = [cookie for cookie in await page.context.cookies() if cookie.get('httpOnly')]
    assert cookie.get('expires') == -1
    await page.reload()
    await shown(page, 'Members')


async def test_whoever_signs_in_on_a_page_stays_there_with_all_that_was_typed(new_page: NewPage, club: Server):
    page, other = await new_page(club), await new_page(club)
    ann = await join(other, club)
    await _marked(page, '/')
    words = page.get_by_label('What did you read?')
    await words.fill('Middlemarch, twice')

    sign_in = await submit(page, 'Sign in', email=ann.email, password='not the password')
    await expect(sign_in.get_by_role('alert').filter(has_text=WRONG)).to_be_visible()
    await expect(sign_in.get_by_label('Email')).to_have_value(ann.email)
    await expect(sign_in.get_by_label('Password')).to_have_value('not the password')
    await sign_in.get_by_label('Password').fill(ann.password)
    await sign_in.get_by_label('Password').press('Enter')

    await expect(account(page, ann)).to_be_visible()
    await expect(page.get_by_role('link', name='Members')).to_be_visible()
    await expect(form(page, 'Sign in')).to_have_count(0)
    await expect(words).to_have_value('Middlemarch, twice')
    await page.get_by_role('button', name='Publish').click()
    await expect(page.get_by_text('Middlemarch, twice')).to_be_visible()
    await page.get_by_role('link', name='Members').click()
    await expect(page.get_by_text(f'You are in, {ann.email}.')).to_be_visible()
    await _assert_same_document(page)


async def test_signing_out_by_hand_leaves_nothing_and_takes_the_other_tabs_along(new_page: NewPage, club: Server):
    page = await new_page(club)
    ann = await join(page, club)
    second = await page.context.new_page()
    await visit(second, '/members')
    await _marked(page, '/members')
    await page.bring_to_front()
    await page.get_by_role('button', name='Sign out').click()
    await shown(page, 'Reading club')
    await expect(page.get_by_text('You are signed out.')).to_be_visible()
    await expect(page.get_by_role('banner').get_by_role('link', name='Sign in')).to_be_visible()
    await _assert_same_document(page)
    await shown(second, 'Sign in')
    assert ann.email not in await page.content()
    await expect(second.get_by_text(ann.email)).to_have_count(0)  # it may load once more: the cookie goes last
    assert not [cookie for cookie in await page.context.cookies() if cookie.get('httpOnly')]

    await submit(page, 'Sign in', email=ann.email, password=ann.password)  # and in again, in the same page
    await expect(account(page, ann)).to_be_visible()
    await _assert_same_document(page)


async def test_the_ready_made_forms_stand_in_any_page(new_page: NewPage, club: Server):
    page, ann = await new_page(club), Person(new_email())
    await visit(page, '/ready')
    await submit(page, 'Create account', email=ann.email, password=ann.password)
    await expect(account(page, ann)).to_be_visible()
    await expect(page.get_by_text(f'You are signed in as {ann.email}.')).to_have_count(2)
    assert page.url == f'{club.url}/ready'
    await page.context.clear_cookies()
    await visit(page, '/ready')
    sign_in = await submit(page, 'Sign in', email=ann.email, password='not the password')
    await expect(sign_in.get_by_role('alert').filter(has_text=WRONG)).to_be_visible()
    await submit(page, 'Sign in', password=ann.password)
    await expect(account(page, ann)).to_be_visible()
    assert page.url == f'{club.url}/ready'


async def test_the_pages_that_come_with_nicegate_lead_to_the_named_ones_and_stay(new_page: NewPage, club: Server):
    page = await new_page(club)
    await visit(page, '/no-access')
    for name, path in (('Sign in', '/enter'), ('Sign up', '/join')):
        link = page.get_by_role('banner').get_by_role('link', name=name)
        await expect(link).to_have_attribute('href', f'{path}?next=/no-access')
    await expect(page.get_by_role('main').get_by_role('link', name='Sign in')).to_have_attribute('href', '/enter')
    await visit(page, '/login')
    await expect(page.get_by_role('main').get_by_role('link', name='Sign up')).to_have_attribute('href', '/join')
    await expect(page.get_by_role('banner').get_by_role('link', name='Sign in')).to_have_count(0)
    await visit(page, '/enter')
    await expect(page.get_by_role('banner').get_by_role('link', name='Sign in')).to_have_count(0)


async def test_the_keyboard_alone_signs_in_and_out(new_page: NewPage, club: Server):
    page, other = await new_page(club), await new_page(club)
    ann = await join(other, club)
    await visit(page, '/enter')
    await page.get_by_label('Email').focus()
    await page.keyboard.type(ann.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(ann.password)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await shown(page, 'Reading club')
    await expect(account(page, ann)).to_be_visible()
    [cookie] = [cookie for cookie in await page.context.cookies() if cookie.get('httpOnly')]
    assert cookie.get('expires', 0) > 0  # it is kept
    await page.get_by_role('link', name='Members').focus()
    await page.keyboard.press('Enter')
    await page.get_by_role('button', name='Sign out').focus()
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('banner').get_by_role('link', name='Sign in')).to_be_visible()


async def test_the_pages_are_accessible_and_fit_a_phone(new_page: NewPage, club: Server):
    page = await new_page(club, viewport={'width': 390, 'height': 844})

    async def look() -> None:
        await assert_fits(page)
        await assert_accessible(page)

    for path in ('/', '/ready', '/enter'):
        await visit(page, path)
        await look()
    await page.get_by_role('link', name='New here? Sign up').click()
    await submit(page, 'Sign up', email='no address', password=PASSWORD)
    await expect(page.get_by_role('alert').filter(has_text='This is not an email address.')).to_be_visible()
    await look()
    await join(page, club)
    await visit(page, '/members')
    await look()
