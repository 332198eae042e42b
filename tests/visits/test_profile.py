"""/profile: people change what is kept of them, and see it follow in every tab that they have open."""

import re

from playwright.async_api import Locator, Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import assert_looks_right, shown, visit
from tests.support.mail_catcher import MailCatcher
from tests.support.people import (
    PASSWORD,
    Person,
    account,
    can_sign_in,
    fill,
    form,
    join,
    join_by_mail,
    new_email,
    sign_in,
    submit,
)
from tests.support.server import Server

NEW_PASSWORD = 'a yellow kite over the lake'
IPHONE = (
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0'
    ' Mobile/15E148 Safari/604.1'
)


def _sessions(page: Page) -> Locator:
    return page.get_by_role('listitem').filter(has_text='signed in')


def _save(page: Page) -> Locator:
    return form(page, 'Profile').get_by_role('button', name='Save profile')


async def test_a_name_and_attributes_are_saved_and_what_is_wrong_is_said(page: Page, site: Server):
    await site.cli('attribute', 'website', '--kind', 'url', '--editable')
    await site.cli('attribute', 'badge', '--label', 'Badge number')
    await join(page, site, name='Ann')
    await visit(page, '/profile')
    about = form(page, 'Profile')
    await expect(about.get_by_label('Name')).to_have_value('Ann')
    await expect(about.get_by_label('Badge number')).to_have_count(0)
    await expect(page.get_by_role('definition').filter(has_text='Not given')).to_be_visible()
    await fill(page, 'Profile', name='Ann Example', website='javascript:alert(1)')
    await _save(page).click()
    website = about.get_by_label('Website')
    await expect(website).to_be_focused()
    await expect(website).to_have_accessible_description(re.compile('^Website cannot be used like this'))
    await website.fill('https://ann.example/')
    await fill(page, 'Change password', current_password='half ty')
    await _save(page).click()
    await expect(about.get_by_role('status')).to_have_text('Your profile was saved.')
    await expect(form(page, 'Change password').get_by_label('Current password')).to_have_value('half ty')
    await page.get_by_role('banner').get_by_role('button', name='@visits.example').click()
    await expect(page.get_by_role('banner').get_by_text('Ann Example')).to_be_visible()
    await visit(page, '/profile')
    await expect(about.get_by_label('Name')).to_have_value('Ann Example')
    await expect(website).to_have_value('https://ann.example/')


async def test_a_new_email_is_taken_with_the_code_that_went_to_it(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    page = await new_page(mailing)
    ann, new = await join_by_mail(page, mailing, mails), Person(new_email('anna'))
    await visit(page, '/profile')
    await fill(page, 'Profile', name='half typed')
    change = form(page, 'Change email')
    await submit(page, 'Change email', new_email=new.email, current_password='not it')
    await expect(change.get_by_label('Current password')).to_be_focused()
    await expect(change).to_contain_text('This is not your current password.')
    await submit(page, 'Change email', new_email=new.email, current_password=ann.password)
    code = change.get_by_label('Verification code')
    await expect(code).to_be_focused()
    await assert_looks_right(page)
    await mails.mail_to(new.email)
    await page.get_by_role('button', name='Start again').click()
    await submit(page, 'Change email', new_email=new.email, current_password=ann.password)
    await expect(code).to_be_focused()
    await mails.mail_to(new.email, nth=2)
    old, newest = (mails.code_in(each) for each in mails.mails_to(new.email))
    await code.fill(old)
    await change.get_by_role('button', name='Confirm email').click()
    await expect(code).to_have_attribute('aria-invalid', 'true')
    await code.fill(newest)
    await change.get_by_role('button', name='Confirm email').click()
    await expect(account(page, new)).to_be_visible()
    await expect(change.get_by_label('New email')).to_be_visible()
    await expect(page.get_by_role('status').filter(has_text='Your email was changed.')).to_be_visible()
    await expect(form(page, 'Profile').get_by_label('Name')).to_have_value('half typed')
    await expect(form(page, 'Change password').locator('[autocomplete=username]')).to_have_value(new.email)
    await mails.mail_to(ann.email, nth=2)  # the old address is told
    assert await can_sign_in(mailing, new.email) and not await can_sign_in(mailing, ann.email)


async def test_a_new_password_signs_out_everywhere_else_and_a_wrong_old_one_nobody(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    page, other = await new_page(mailing), await new_page(mailing)
    ann = await join_by_mail(page, mailing, mails)
    await sign_in(other, mailing, ann)
    await visit(other, '/cars')
    await visit(page, '/profile')
    change = form(page, 'Change password')
    await submit(page, 'Change password', current_password='not it', new_password=NEW_PASSWORD)
    await expect(change.get_by_label('Current password')).to_be_focused()
    await expect(account(other, ann)).to_be_visible()
    await fill(page, 'Change password', current_password=ann.password)
    await change.get_by_role('button', name='Change password').click()
    await expect(page.get_by_role('status').filter(has_text='Your password was changed.')).to_be_visible()
    await expect(account(page, ann)).to_be_visible()
    await expect(form(other, 'Sign in')).to_be_visible()
    await mails.mail_to(ann.email, nth=2)
    assert await can_sign_in(mailing, ann.email, NEW_PASSWORD) and not await can_sign_in(mailing, ann.email)


async def test_sessions_are_listed_live_and_signed_out_one_by_one_or_all(new_page: NewPage, site: Server):
    page = await new_page(site)
    ann = await join(page, site)
    await visit(page, '/profile')
    await expect(_sessions(page)).to_have_count(1)
    await expect(_sessions(page)).to_contain_text('Chrome on Linux')
    await expect(_sessions(page)).to_contain_text('This one')
    await fill(page, 'Profile', name='half typed')
    phone, laptop = await new_page(site, user_agent=IPHONE), await new_page(site)
    for browser in (phone, laptop):
        await sign_in(browser, site, ann)
        await visit(browser, '/cars')
    await expect(_sessions(page)).to_have_count(3)
    await assert_looks_right(page)
    leave = page.get_by_role('button', name='Sign out Safari on iPhone')
    await leave.focus()
    await page.keyboard.press('Enter')
    await expect(_sessions(page)).to_have_count(2)
    await expect(page.get_by_role('heading', name='Sessions')).to_be_focused()
    await expect(form(phone, 'Sign in')).to_be_visible()
    await expect(account(laptop, ann)).to_be_visible()
    await page.get_by_role('button', name='Sign out of all others').click()
    await expect(form(laptop, 'Sign in')).to_be_visible()
    await expect(_sessions(page)).to_have_count(1)
    await expect(page.get_by_role('button', name='Sign out of all others')).to_be_hidden()
    await expect(form(page, 'Profile').get_by_label('Name')).to_have_value('half typed')


async def test_roles_and_groups_follow_and_leave_what_is_typed(page: Page, site: Server):
    ann = await join(page, site)
    await visit(page, '/profile')
    await fill(page, 'Profile', name='half typed')
    await site.cli('grant', ann.email, 'Premium')
    await expect(page.get_by_role('listitem').filter(has_text='Premium')).to_have_count(2)  # the role and the group
    await expect(form(page, 'Profile').get_by_label('Name')).to_have_value('half typed')


async def test_an_account_is_deleted_with_its_password_alone(page: Page, site: Server):
    ann = await join(page, site)
    await visit(page, '/profile')
    await page.get_by_role('button', name='Delete account').press('Enter')
    dialog = page.get_by_role('dialog', name='Delete account')
    password = dialog.get_by_label('Password', exact=True)
    await expect(password).to_be_focused()
    await assert_looks_right(page)
    await page.keyboard.type('not it')
    await page.keyboard.press('Escape')
    await expect(page.get_by_role('button', name='Delete account')).to_be_focused()
    await page.keyboard.press('Enter')
    await expect(password).to_have_value('')
    await page.keyboard.type('not it')
    await page.keyboard.press('Enter')
    await expect(dialog.get_by_role('alert').filter(has_text='This is not your current password.')).to_be_visible()
    await expect(password).to_be_focused()
    await password.fill(ann.password)
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('status').filter(has_text='Your account was deleted.')).to_be_visible()
    assert not await can_sign_in(site, ann.email)


async def test_the_last_site_admin_is_told_why_they_stay(new_page: NewPage, serve: Serve):
    site = await serve()
    page, ada = await new_page(site), Person(new_email('ada'))
    await visit(page, await site.set_up_link())
    await submit(page, 'Set password', email=ada.email, new_password=PASSWORD)
    await shown(page, 'Car rental')
    await visit(page, '/profile')
    await expect(page.get_by_role('main')).to_contain_text('You are the last site admin.')
    await expect(page.get_by_role('button', name='Delete account')).to_have_count(0)
