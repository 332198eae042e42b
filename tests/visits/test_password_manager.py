"""Chromium's password manager knows our forms: it fills them, and is never offered a password that was wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import shown, visit
from tests.support.password_manager import ASKED, open_log, own_browser, remember
from tests.support.people import Person, form, new_email
from tests.support.server import Server
from tests.support.waiting import eventually

NEW_PASSWORD = 'a yellow kite over the lake'
FILLED = ':-webkit-autofill'


async def _asked(log: Page) -> int:
    """How often the password manager has asked to save a password."""
    return (await log.inner_text('body')).count(ASKED)


async def _type(page: Page, form_name: str, **fields: str) -> None:
    """As fingers do it: a password manager looks at keys, not at values that a script has set."""
    for label, text in fields.items():
        await form(page, form_name).get_by_label(label.replace('_', ' ').capitalize(), exact=True).click()
        await page.keyboard.press('ControlOrMeta+a')
        await page.keyboard.type(text)
    await page.keyboard.press('Enter')


@pytest.fixture
async def known(tmp_path: Path) -> AsyncIterator[tuple[Server, Person]]:
    """A site with one person. Which database it has says nothing about a browser: one is enough."""
    async with Server.serving('sqlite', tmp_path) as site:
        ann = Person(new_email())
        await site.cli('create-user', ann.email, '--password-stdin', typed=f'{ann.password}\n')
        yield site, ann


async def test_a_wrong_password_is_never_offered_and_a_right_one_is_filled_in_everywhere(
    known: tuple[Server, Person], tmp_path: Path
):
    site, ann = known
    profile = tmp_path / 'profile'
    async with own_browser(profile) as context:
        log, page = await open_log(context), await context.new_page()
        await visit(page, f'{site.url}/login')
        await _type(page, 'Sign in', email=ann.email, password='not the right one')
        await expect(page.get_by_role('alert').filter(has_text='Email or password is wrong.')).to_be_visible()
        assert await _asked(log) == 0
        await _type(page, 'Sign in', password=ann.password)
        await shown(page, 'Car rental')
        await eventually(lambda: _asked(log), why='the question whether to save the password')
    remember(profile, site.url, ann.email, ann.password)
    async with own_browser(profile) as context:
        log, page = await open_log(context), await context.new_page()
        await context.clear_cookies()
        await visit(page, f'{site.url}/login?next=/profile')
        sign_in = form(page, 'Sign in')
        for label in ('Email', 'Password'):
            await expect(sign_in.get_by_label(label, exact=True).and_(page.locator(FILLED))).to_be_visible()
        await sign_in.get_by_role('button', name='Sign in', exact=True).click()
        await shown(page, 'Profile')
        change = form(page, 'Change password')
        current = change.get_by_label('Current password')
        await expect(current.and_(page.locator(FILLED))).to_be_visible()
        await expect(change.get_by_label('New password')).to_have_value('')
        await expect(form(page, 'Change email').get_by_label('New email')).to_have_value('')
        before = await _asked(log)
        await _type(page, 'Change password', current_password='not the right one', new_password=NEW_PASSWORD)
        await expect(current).to_have_attribute('aria-invalid', 'true')
        assert await _asked(log) == before
        await _type(page, 'Change password', current_password=ann.password, new_password=NEW_PASSWORD)
        await expect(page.get_by_role('status').filter(has_text='Your password was changed.')).to_be_visible()
        await eventually(lambda: _asked_again(log, before), why='the question whether to change the password')


async def _asked_again(log: Page, before: int) -> bool:
    return await _asked(log) > before
