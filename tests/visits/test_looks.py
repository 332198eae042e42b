"""Everybody can use it: by keyboard alone, with a screen reader, in the dark, on a phone."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import PHONE, assert_accessible, assert_fits, shown, tab_to, visit
from tests.support.people import PASSWORD, Person, account, fill, form, join, new_email, submit
from tests.support.server import Server

STRANGERS_PAGES = [
    '/',
    '/login',
    '/login?next=/cars',
    '/signup',
    '/setup?token=x',
    '/nowhere',
    '/logout',
    '/forgot',
    '/forgot?email=ann@visits.example&step=code',
    '/verify',
    '/password',
    '/invitation?token=x',
    '/no-access',
]
MEMBERS_PAGES = [
    '/',
    '/cars',
    '/premium',
    '/staff',
    '/staff/fleet',
    '/logout',
    '/profile',
    '/admin',
    '/nowhere',
    '/login',
    '/signup',
]

ADMIN_PAGES = [
    '/admin',
    '/admin/users',
    '/admin/roles',
    '/admin/groups',
    '/admin/pages',
    '/admin/mails',
    '/admin/mails/templates/invitation',
    '/admin/settings',
    '/admin/audit',
    '/setup?token=x',
]


async def _look_at(page: Page, path: str) -> None:
    await page.goto(path)
    await page.locator('h1').wait_for()


@pytest.mark.parametrize('path', STRANGERS_PAGES)
async def test_pages_for_strangers_are_accessible_and_fit_a_phone(new_page: NewPage, site: Server, path: str):
    page = await new_page(site)
    await _look_at(page, path)
    await assert_accessible(page)
    await page.set_viewport_size(PHONE)
    await assert_fits(page)
    await assert_accessible(page, ('light',))


async def test_pages_for_members_are_accessible_and_fit_a_phone(page: Page, site: Server):
    await join(page, site, 'Admin', 'Premium', name='Ann Very-Long-Name of the House of Even Longer Names')
    for path in MEMBERS_PAGES:
        await page.set_viewport_size({'width': 1280, 'height': 800})
        await _look_at(page, path)
        await assert_accessible(page)
        await page.set_viewport_size(PHONE)
        await assert_fits(page)
        await assert_accessible(page, ('light',))  # the colours are those of the wide window


async def test_pages_for_site_admins_are_accessible_and_fit_a_phone(serve: Serve, new_page: NewPage):
    site = await serve()
    page = await new_page(site)
    await _look_at(page, await site.set_up_link())
    await assert_accessible(page)
    await submit(page, 'Set password', email=new_email('ada'), new_password=PASSWORD)
    await shown(page, 'Car rental')
    for path in ADMIN_PAGES:
        await _look_at(page, path)
        await assert_accessible(page)
        await page.set_viewport_size(PHONE)
        await assert_fits(page)


async def _refused_sign_in(page: Page) -> None:
    await visit(page, '/login')
    await submit(page, 'Sign in', email='ann@visits.example', password='wrong')
    await expect(page.get_by_role('alert').filter(has_text='wrong')).to_be_visible()


async def _refused_sign_up(page: Page) -> None:
    await visit(page, '/signup')
    await submit(page, 'Create account', email='no address', password='short')
    await expect(page.get_by_role('alert').filter(has_text='This is not an email address.')).to_be_visible()


async def _open_account_menu(page: Page) -> None:
    await visit(page, '/cars')
    await page.get_by_role('banner').get_by_role('button', name='@visits.example').click()
    await expect(page.get_by_role('menuitem', name='Sign out')).to_be_visible()


async def _open_theme_menu(page: Page) -> None:
    await visit(page, '/cars')
    await page.get_by_role('button', name='Theme').click()
    await expect(page.get_by_role('menuitemradio', name='Dark')).to_be_visible()


async def _notified(page: Page) -> None:
    await visit(page, '/cars')
    await page.get_by_role('button', name='Reserve Fiat 500').click()
    await expect(page.get_by_role('alert').filter(has_text='Fiat')).to_be_visible()


@pytest.mark.parametrize('state', [_refused_sign_in, _refused_sign_up, _open_account_menu, _open_theme_menu, _notified])
async def test_states_of_pages_are_accessible_and_fit_a_phone(
    page: Page, site: Server, state: Callable[[Page], Awaitable[None]]
):
    if state not in (_refused_sign_in, _refused_sign_up):
        await join(page, site)
    await state(page)
    await assert_accessible(page)
    await page.set_viewport_size(PHONE)
    await state(page)
    await assert_fits(page)
    await assert_accessible(page, ('light',))


async def test_a_phone_shows_the_pages_behind_a_button(page: Page, site: Server):
    await join(page, site, 'Premium')
    await page.set_viewport_size(PHONE)
    await visit(page, '/')
    await page.get_by_role('button', name='Menu').click()
    await assert_accessible(page)
    await page.get_by_role('navigation', name='Main').get_by_role('link', name='Best cars').click()
    await shown(page, 'Best cars')
    await assert_fits(page)


async def test_the_keyboard_alone_signs_up_moves_and_signs_out(page: Page, site: Server):
    ann = Person(new_email())
    await visit(page, '/')
    await tab_to(page, 'Sign up')
    await page.keyboard.press('Enter')
    await form(page, 'Create account').wait_for()
    await form(page, 'Create account').get_by_label('Email').focus()
    await page.keyboard.type(ann.email)
    await tab_to(page, 'Password')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await expect(account(page, ann)).to_be_visible()

    await tab_to(page, 'Our cars')
    await page.keyboard.press('Enter')
    await shown(page, 'Our cars')
    await tab_to(page, 'Reserve Fiat 500')
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('alert').filter(has_text='Fiat 500')).to_be_visible()

    await account(page, ann).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    await expect(page.get_by_role('menuitem', name='Sign out')).to_be_focused()
    await page.keyboard.press('Escape')
    await expect(account(page, ann)).to_be_focused()
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('banner').get_by_role('link', name='Sign in')).to_be_visible()


async def test_the_first_tab_leads_past_the_header(page: Page, site: Server):
    await visit(page, '/')
    await page.keyboard.press('Tab')
    await expect(page.get_by_role('link', name='Skip to content')).to_be_focused()
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('main')).to_be_focused()


async def test_dark_is_chosen_at_once_and_remembered_before_the_first_paint(page: Page, site: Server):
    await page.emulate_media(color_scheme='light')
    await visit(page, '/')
    await page.get_by_role('button', name='Theme').click()
    await page.get_by_role('menuitemradio', name='Dark').click()
    await expect(page.locator('body')).to_contain_class('body--dark')
    answer = await page.context.request.get(f'{site.url}/')
    assert 'const dark = True' in await answer.text()
    await visit(page, '/login')
    await expect(page.locator('body')).to_contain_class('body--dark')
    await page.get_by_role('button', name='Theme').click()
    await page.get_by_role('menuitemradio', name='System').click()
    await expect(page.locator('body')).to_contain_class('body--light')


async def test_a_password_can_be_shown(page: Page, site: Server):
    await visit(page, '/login')
    sign_in = await fill(page, 'Sign in', password='blue')
    show = sign_in.get_by_role('button', name='Show password')
    await show.click()
    await expect(sign_in.get_by_label('Password', exact=True)).to_have_attribute('type', 'text')
    await expect(show).to_have_attribute('aria-pressed', 'true')
