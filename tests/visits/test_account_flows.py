"""People look after their own accounts: each flow from the mail to the page that they wanted, in a real browser."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import assert_looks_right, connected, shown, tab_to, visit
from tests.support.mail_catcher import MailCatcher, plain_text
from tests.support.people import PASSWORD, Person, account, can_sign_in, form, join_by_mail, new_email, sign_in, submit
from tests.support.server import Server

NEW_PASSWORD = 'a yellow kite over the lake'
WRONG = 'This code is wrong or too old.'


async def _sign_up(page: Page, *, next: str = '/') -> Person:
    ann = Person(new_email())
    await visit(page, f'/signup?next={next}')
    await submit(page, 'Create account', email=ann.email, password=ann.password)
    await form(page, 'Verify email').wait_for()
    await connected(page)
    return ann


async def _code(mails: MailCatcher, person: Person, *, nth: int = 1) -> str:
    return mails.code_in(await mails.mail_to(person.email, nth=nth))


def _path(link: str) -> str:
    """Path and query: the command line does not know the port that this server was started on."""
    return urlsplit(link)._replace(scheme='', netloc='').geturl()


async def _submit_code(page: Page, form_name: str, button: str, code: str) -> None:
    found = form(page, form_name)
    await found.get_by_label('Verification code').fill(code)
    await found.get_by_role('button', name=button, exact=True).click()


async def test_the_keyboard_alone_signs_up_types_the_code_from_the_mail_and_arrives(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    page, ann = await new_page(mailing), Person(new_email())
    await visit(page, '/signup?next=/cars')
    await expect(form(page, 'Create account').get_by_label('Email')).to_be_focused()
    await page.keyboard.type(ann.email)
    await tab_to(page, 'Password')
    await page.keyboard.type(ann.password)
    await page.keyboard.press('Enter')
    field = form(page, 'Verify email').get_by_label('Verification code')
    await expect(field).to_be_focused()
    await expect(page).to_have_title('Verify email')
    await expect(page.get_by_role('main')).to_contain_text(ann.email)
    await assert_looks_right(page)
    await page.keyboard.type('WRNG-CDXX')
    await page.keyboard.press('Enter')
    await expect(field).to_have_attribute('aria-invalid', 'true')
    await expect(field).to_be_focused()
    await expect(form(page, 'Verify email')).to_contain_text(WRONG)
    await assert_looks_right(page)
    await field.select_text()
    code = await _code(mails, ann)
    await page.keyboard.type(f' {code.lower().replace("-", " ")} ')
    await page.keyboard.press('Enter')
    await shown(page, 'Our cars')
    await expect(account(page, ann)).to_be_visible()


async def test_an_unverified_person_comes_from_signing_in_to_a_fresh_code(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    phone, laptop = await new_page(mailing), await new_page(mailing)
    ann = await _sign_up(phone)
    old = await _code(mails, ann)
    await visit(laptop, '/verify')  # nothing began in this browser: it says what to do
    await laptop.get_by_role('main').get_by_role('link', name='Sign in').click()
    await submit(laptop, 'Sign in', email=ann.email, password=ann.password)
    await form(laptop, 'Verify email').wait_for()
    new = await _code(mails, ann, nth=2)
    await _submit_code(laptop, 'Verify email', 'Verify', old)
    await expect(form(laptop, 'Verify email')).to_contain_text(WRONG)
    await _submit_code(laptop, 'Verify email', 'Verify', new)
    await expect(account(laptop, ann)).to_be_visible()
    await visit(laptop, '/verify')
    await expect(laptop.get_by_role('main')).to_contain_text('nothing to verify')


async def test_a_new_code_has_its_waiting_time(new_page: NewPage, serve: Serve, mails: MailCatcher):
    site = await serve(verify_email='on', throttle='on', smtp_url=mails.url)
    page = await new_page(site)
    ann = await _sign_up(page)
    again = page.get_by_role('button', name='Send a new code')
    for nth in (2, 3):  # three in ten minutes
        await expect(again).to_be_enabled()
        await again.click()
        await expect(page.get_by_role('main')).to_contain_text('A new code is on its way.')
        newest = await _code(mails, ann, nth=nth)
    await expect(again).to_be_disabled()
    await expect(again).to_have_accessible_description(re.compile(r'^You can ask for a new code in \d+:\d\d\.$'))
    line = page.get_by_text('You can ask for a new code in')
    said = await line.inner_text()
    await expect(line).not_to_have_text(said)  # it counts
    await again.press('Enter')
    await assert_looks_right(page)
    await _submit_code(page, 'Verify email', 'Verify', newest)
    await expect(account(page, ann)).to_be_visible()
    assert len(mails.mails_to(ann.email)) == 3


async def test_the_keyboard_alone_gets_over_a_forgotten_password(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    page, elsewhere = await new_page(mailing), await new_page(mailing)
    ann = await join_by_mail(elsewhere, mailing, mails)
    await visit(elsewhere, '/cars')
    await visit(page, '/login?next=/cars')
    await tab_to(page, 'Forgot password?')
    await page.keyboard.press('Enter')
    await expect(form(page, 'Forgot password').get_by_label('Email')).to_be_focused()
    await assert_looks_right(page)
    await page.keyboard.type(ann.email)
    await page.keyboard.press('Enter')
    confirm = form(page, 'Confirm password')
    await expect(confirm.get_by_label('Verification code')).to_be_focused()
    await assert_looks_right(page)
    await page.reload()
    await expect(confirm.get_by_label('Verification code')).to_be_focused()
    await page.keyboard.type(await _code(mails, ann, nth=2))
    await tab_to(page, 'New password')
    await page.keyboard.type('qwertyuiop')
    await page.keyboard.press('Enter')
    await expect(confirm.get_by_label('New password')).to_have_attribute('aria-invalid', 'true')
    await confirm.get_by_label('New password').select_text()
    await page.keyboard.type(NEW_PASSWORD)
    await page.keyboard.press('Enter')
    log_in = form(page, 'Sign in')
    await expect(page.get_by_role('status').filter(has_text='Your password was changed.')).to_be_visible()
    await expect(form(elsewhere, 'Sign in')).to_be_visible()  # all sessions have ended, in open tabs too
    await assert_looks_right(page)
    await log_in.get_by_label('Email').focus()
    await page.keyboard.type(ann.email)
    await tab_to(page, 'Password')
    await page.keyboard.type(NEW_PASSWORD)
    await page.keyboard.press('Enter')
    await shown(page, 'Our cars')
    assert 'password' in (await mails.mail_to(ann.email, nth=3))['Subject'].lower()


async def test_a_code_for_a_new_password_is_typed_on_another_device(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    laptop, phone = await new_page(mailing), await new_page(mailing)
    ann = await join_by_mail(laptop, mailing, mails)
    await visit(laptop, '/forgot')
    await form(laptop, 'Forgot password').get_by_label('Email').fill(ann.email)
    await form(laptop, 'Forgot password').get_by_role('button', name='Send code').click()
    await form(laptop, 'Confirm password').wait_for()
    await visit(phone, '/forgot')
    ask = form(phone, 'Forgot password')
    await ask.get_by_role('button', name='I have a code').click()
    await expect(ask.get_by_label('Email')).to_be_focused()
    await expect(ask.get_by_label('Email')).to_have_accessible_description('Enter your email.')
    await ask.get_by_label('Email').fill(ann.email)
    await ask.get_by_role('button', name='I have a code').click()
    confirm = form(phone, 'Confirm password')
    await phone.get_by_role('button', name='Send a new code').click()
    await expect(phone.get_by_role('status').filter(has_text='a new code is on its way')).to_be_visible()
    await confirm.get_by_label('New password').fill(NEW_PASSWORD)
    await _submit_code(phone, 'Confirm password', 'Set new password', await _code(mails, ann, nth=3))
    await form(phone, 'Sign in').wait_for()
    assert await can_sign_in(mailing, ann.email, NEW_PASSWORD)
    await visit(phone, f'/forgot?email={ann.email}&step=code')
    await phone.get_by_role('link', name='Use another email').click()
    await form(phone, 'Forgot password').wait_for()


async def test_somebody_invited_sets_name_and_password_and_is_signed_in(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    page, ann = await new_page(mailing), Person(new_email('ina'))
    await mailing.cli('invite', ann.email, '--role', 'Premium')
    link = _path(mails.link_in(await mails.mail_to(ann.email)))
    for _ in range(2):  # looking uses nothing up
        await visit(page, link)
    await expect(page.get_by_role('main')).to_contain_text(ann.email)
    await assert_looks_right(page)
    await submit(page, 'Set password', name='Ina Invited', new_password=ann.password)
    await expect(account(page, ann)).to_be_visible()
    await visit(page, '/premium')
    await shown(page, 'Best cars')
    stranger = await new_page(mailing)
    await visit(stranger, link)
    await shown(stranger, 'This invitation was used')
    await expect(stranger.get_by_role('main').get_by_role('link', name='Sign in')).to_be_visible()


async def test_an_invitation_that_was_replaced_says_so(new_page: NewPage, mailing: Server, mails: MailCatcher):
    page, ann = await new_page(mailing), Person(new_email('ina'))
    for nth in (1, 2):
        await mailing.cli('invite', ann.email)
        await mails.mail_to(ann.email, nth=nth)
    old, new = (_path(mails.link_in(mail)) for mail in mails.mails_to(ann.email))
    member = await join_by_mail(page, mailing, mails)
    await visit(page, old)
    await shown(page, 'This invitation was withdrawn')
    await visit(page, new)
    await expect(page.get_by_role('main')).to_contain_text(f'You are signed in as {member.email}.')
    await submit(page, 'Set password', new_password=ann.password)
    await expect(account(page, ann)).to_be_visible()


async def test_a_password_that_somebody_else_made_is_changed_first(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    page, email = await new_page(mailing), new_email('gil')
    made = (await mailing.cli('create-user', email, '--generate')).strip().split('\t')[1]
    gil = Person(email, NEW_PASSWORD)
    await visit(page, '/login?next=/cars')
    await submit(page, 'Sign in', email=gil.email, password=made)
    change = form(page, 'Change password')
    await expect(change.get_by_label('Current password')).to_be_focused()
    await assert_looks_right(page)
    await visit(page, '/cars')
    await form(page, 'Sign in').wait_for()  # nothing else opens
    await visit(page, '/password?next=/cars')
    await submit(page, 'Change password', current_password='not it', new_password=gil.password)
    await expect(change.get_by_label('Current password')).to_have_attribute('aria-invalid', 'true')
    await submit(page, 'Change password', current_password=made, new_password=gil.password)
    await shown(page, 'Our cars')
    assert not await can_sign_in(mailing, gil.email, made)
    other = await new_page(mailing)
    await sign_in(other, mailing, gil)


async def test_without_a_mail_server_the_pages_say_where_the_code_is(new_page: NewPage, serve: Serve):
    page = await new_page(await serve(verify_email='on'))
    ann = await _sign_up(page)
    hint = page.get_by_text('No mail server is set: the code is in the terminal.')
    await expect(hint).to_be_visible()
    await visit(page, f'/forgot?email={ann.email}&step=code')
    await expect(hint).to_be_visible()


async def test_a_taken_address_looks_like_a_free_one(new_page: NewPage, mailing: Server, mails: MailCatcher):
    page = await new_page(mailing)
    ann = await join_by_mail(page, mailing, mails)
    stranger = await new_page(mailing)
    await visit(stranger, '/signup')
    await submit(stranger, 'Create account', email=ann.email, password=PASSWORD + ' too')
    await form(stranger, 'Verify email').wait_for()
    await expect(stranger.get_by_role('main')).to_contain_text(f'We sent a code to {ann.email}.')
    told = await mails.mail_to(ann.email, nth=2)
    assert not re.search(r'\b[A-Z]{4}-[A-Z]{4}\b', plain_text(told))
