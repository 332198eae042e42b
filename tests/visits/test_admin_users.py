"""/admin/users: a site admin adds people, finds them, edits them, and acts on many; those concerned see it at once."""

import re

from playwright.async_api import Locator, Page, expect

from tests.conftest import NewPage
from tests.support.browser import assert_looks_right, shown, visit
from tests.support.mail_catcher import MailCatcher
from tests.support.people import PASSWORD, Person, can_sign_in, fill, form, join, new_email, sign_in
from tests.support.server import Server


async def admin(new_page: NewPage, site: Server, path: str) -> Page:
    """A site admin's own browser at this page."""
    page = await new_page(site)
    await join(page, site, 'Site admin')
    await visit(page, path)
    return page


def dialog(page: Page, name: str) -> Locator:
    return page.get_by_role('dialog', name=name, exact=True)


async def ask(page: Page, name: str) -> Locator:
    """Press a button and wait for the dialog of its name."""
    await page.get_by_role('button', name=name, exact=True).click()
    found = dialog(page, name)
    await expect(found).to_be_visible()
    return found


async def confirm(found: Locator, name: str) -> None:
    await found.get_by_role('button', name=name, exact=True).click()


async def search(page: Page, text: str) -> None:
    await page.get_by_label('Search', exact=True).fill(text)
    await expect(page).to_have_url(re.compile(r'[?&]q='))


def row(page: Page, email: str) -> Locator:
    return page.get_by_role('row').filter(has=page.get_by_role('link', name=email, exact=True))


async def uid_of(page: Page, email: str) -> str:
    href = await page.get_by_role('link', name=email, exact=True).get_attribute('href')
    assert href is not None
    return href


async def test_somebody_is_added_with_a_password_that_is_shown_once_and_changed_at_the_first_sign_in(
    new_page: NewPage, site: Server
):
    page, person = await admin(new_page, site, '/admin/users'), Person(new_email('bob'))
    add = await ask(page, 'Add user')
    await confirm(add, 'Add user')
    await expect(add.get_by_label('Email', exact=True)).to_be_focused()
    await expect(add).to_contain_text('Enter your email.')
    await add.get_by_label('Email', exact=True).fill(f' {person.email.upper()}')
    await add.get_by_label('Generate one').check()
    await add.get_by_label('Send nothing').check()
    await add.get_by_label('Premium', exact=True).check()
    await assert_looks_right(page)
    await confirm(add, 'Add user')
    secret = dialog(page, 'New password')
    password = await secret.get_by_role('code').inner_text()
    await secret.get_by_role('button', name='Done').click()
    await expect(secret).to_have_count(0)
    assert password not in await page.content()

    bob = await new_page(site)
    await visit(bob, '/login?next=/premium')
    await fill(bob, 'Sign in', email=person.email, password=password)
    await form(bob, 'Sign in').get_by_role('button', name='Sign in').click()
    await expect(bob).to_have_url(re.compile('/password'))
    await fill(bob, 'Change password', current_password=password, new_password=PASSWORD)
    await form(bob, 'Change password').get_by_role('button', name='Change password').click()
    await shown(bob, 'Best cars')


async def test_somebody_is_invited_by_mail_and_another_by_a_link_that_is_handed_on(
    new_page: NewPage, mailing: Server, mails: MailCatcher
):
    page = await admin_by_mail(new_page, mailing, '/admin/users')
    invited, handed = Person(new_email('ida')), Person(new_email('hal'))
    add = await ask(page, 'Add user')
    await add.get_by_label('Email', exact=True).fill(invited.email)
    await confirm(add, 'Add user')
    await expect(add).to_have_count(0)
    assert '/invitation?token=' in mails.link_in(await mails.mail_to(invited.email))

    add = await ask(page, 'Add user')
    await add.get_by_label('Email', exact=True).fill(invited.email)
    await confirm(add, 'Add user')
    await expect(add.get_by_label('Email', exact=True)).to_have_accessible_description(re.compile('already an account'))
    await add.get_by_label('Email', exact=True).fill(handed.email)
    await add.get_by_label('Show me the link instead').check()
    await confirm(add, 'Add user')
    link = await dialog(page, 'Link to hand on').get_by_role('code').inner_text()
    await dialog(page, 'Link to hand on').get_by_role('button', name='Done').click()
    other = await new_page(mailing)
    await other.goto(link)
    await fill(other, 'Set password', name='Hal', new_password=PASSWORD)
    await form(other, 'Set password').get_by_role('button', name='Set password').click()
    await shown(other, 'Car rental')
    await search(page, handed.email)
    await expect(row(page, handed.email)).to_contain_text('active')


async def admin_by_mail(new_page: NewPage, site: Server, path: str) -> Page:
    """The same on a site that verifies emails: made on the command line."""
    person = Person(new_email('root'))
    await site.cli('create-admin', person.email, '--password-stdin', typed=person.password)
    page = await new_page(site)
    await sign_in(page, site, person)
    await visit(page, path)
    return page


async def test_cells_are_edited_in_place_and_a_role_opens_a_page_that_is_already_open(new_page: NewPage, site: Server):
    await site.cli('attribute', 'homepage', '--kind', 'url')
    theirs = await new_page(site)
    person = await join(theirs, site, name='Zoe')
    await visit(theirs, '/premium')
    await expect(theirs.get_by_role('heading', name="You don't have access to this page")).to_be_visible()
    page = await admin(new_page, site, f'/admin/users?q={person.email}&columns=homepage')
    await row(page, person.email).hover()
    await page.get_by_role('button', name=f'Edit name of {person.email}').click()
    typed = page.get_by_label(f'Name of {person.email}')
    await typed.fill('x' * 201)
    await typed.press('Enter')
    await expect(row(page, person.email)).to_contain_text('This name cannot be used')
    await expect(typed).to_be_focused()
    await typed.fill('<img src=x onerror=alert(1)>')
    await typed.press('Enter')
    await expect(row(page, person.email)).to_contain_text('<img src=x onerror=alert(1)>')
    await expect(page.get_by_role('button', name=f'Edit name of {person.email}')).to_be_focused()

    await page.get_by_role('button', name=f'Edit homepage of {person.email}').click()
    await page.get_by_label(f'Homepage of {person.email}').fill('javascript:alert(1)')
    await page.keyboard.press('Enter')
    await expect(row(page, person.email)).to_contain_text('Homepage cannot be used like this')
    await page.get_by_label(f'Homepage of {person.email}').fill('https://zoe.example/')
    await page.keyboard.press('Enter')
    await expect(row(page, person.email)).to_contain_text('https://zoe.example/')

    await page.get_by_role('button', name=f'Edit roles of {person.email}').click()
    roles = dialog(page, 'Edit roles')
    await roles.get_by_label('Premium', exact=True).check()
    await roles.get_by_label('Premium until (optional)').fill('2001-01-01')
    await confirm(roles, 'Edit roles')
    await expect(roles).to_contain_text('This day is over')
    await roles.get_by_label('Premium until (optional)').fill('2999-12-31')
    await confirm(roles, 'Edit roles')
    await shown(theirs, 'Best cars')
    await expect(row(page, person.email)).to_contain_text('Premium')


async def test_many_are_acted_on_with_a_report_of_who_was_refused_and_a_way_back(new_page: NewPage, site: Server):
    page = await admin(new_page, site, '/admin/users')
    tag = new_email('bulk').partition('@')[0]
    emails = [f'{tag}.{name}@visits.example' for name in ('ann', 'ben', 'cat')]
    for email in emails:
        await site.cli('create-user', email, '--password-stdin', typed=PASSWORD)
    await site.cli('grant', emails[0], 'Premium')
    await search(page, tag)
    await expect(page.get_by_role('row')).to_have_count(4)
    await page.get_by_label('Select all on this page').check()
    await expect(page.get_by_text('3 selected')).to_be_visible()
    add = await ask(page, 'Add role')
    await add.get_by_role('combobox', name='Role').select_option('Premium')
    await confirm(add, 'Add role')
    await expect(page.get_by_text('Add role: done for 2 of 3. 1 were so already.')).to_be_visible()
    await expect(page.get_by_role('cell', name='Premium')).to_have_count(3)
    await page.get_by_role('button', name='Undo').click()
    await expect(page.get_by_text('Undo of add role: done for 2 of 2.')).to_be_visible()
    await expect(page.get_by_role('cell', name='Premium')).to_have_count(1)

    await page.get_by_label('Select all on this page').check()
    await page.get_by_role('button', name='Send invitation').click()
    await expect(page.get_by_text('3 refused.')).to_be_visible()
    await expect(page.get_by_role('listitem').filter(has_text=f'{emails[1]}: This person has')).to_be_visible()

    await page.get_by_label(f'Select {emails[0]}').check()
    await page.get_by_label(f'Select {emails[2]}').check()
    await confirm(await ask(page, 'Block'), 'Block')
    await expect(page.get_by_role('cell', name='blocked')).to_have_count(2)
    assert not await can_sign_in(site, emails[0]) and await can_sign_in(site, emails[1])
    await assert_looks_right(page)
    await page.get_by_role('button', name='Undo').click()
    await expect(page.get_by_role('cell', name='blocked')).to_have_count(0)
    assert await can_sign_in(site, emails[0])


async def test_the_filter_lives_in_the_address_and_the_keyboard_sorts(new_page: NewPage, site: Server):
    page = await admin(new_page, site, '/admin/users')
    tag = new_email('sort').partition('@')[0]
    for name in ('b', 'a'):
        await site.cli(
            'create-user', f'{tag}.{name}@visits.example', '--name', f'{name} {tag}', '--password-stdin', typed=PASSWORD
        )
    await site.cli('block', f'{tag}.b@visits.example')
    await search(page, tag)
    links = page.get_by_role('rowheader').get_by_role('link')
    await expect(links).to_have_text([f'{tag}.a@visits.example', f'{tag}.b@visits.example'])
    by_name = page.get_by_role('columnheader', name='Name').get_by_role('button')
    await by_name.focus()
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('columnheader', name='Name')).to_have_attribute('aria-sort', 'ascending')
    await page.keyboard.press('Enter')
    await expect(links).to_have_text([f'{tag}.b@visits.example', f'{tag}.a@visits.example'])
    await expect(by_name).to_be_focused()
    await page.get_by_label('Status', exact=True).select_option('blocked')
    await expect(links).to_have_text([f'{tag}.b@visits.example'])
    await page.reload()
    await expect(links).to_have_text([f'{tag}.b@visits.example'])
    await expect(page.get_by_label('Search', exact=True)).to_have_value(tag)
    await expect(page.get_by_label('Status', exact=True)).to_have_value('blocked')
    await page.get_by_label('Search', exact=True).fill('nobody is called so')
    await expect(page.get_by_text('Nobody fits.')).to_be_visible()


async def test_one_user_is_edited_by_two_and_the_second_is_shown_both(new_page: NewPage, site: Server):
    theirs = await new_page(site)
    person = await join(theirs, site, name='Una')
    first = await admin(new_page, site, f'/admin/users?q={person.email}')
    address = await uid_of(first, person.email)
    await visit(first, address)
    second = await admin(new_page, site, address)
    await fill(first, 'User', name='Una First')
    await form(first, 'User').get_by_role('button', name='Save').click()
    await expect(form(first, 'User')).to_contain_text('Saved.')
    await fill(second, 'User', name='Una Second')
    await form(second, 'User').get_by_role('button', name='Save').click()
    await expect(second.get_by_role('alert').filter(has_text='Somebody else has changed this')).to_be_visible()
    await expect(second.get_by_role('row').filter(has_text='Una Second')).to_contain_text('Una First')
    await expect(form(second, 'User').get_by_label('Name')).to_have_value('Una Second')
    await assert_looks_right(second)
    await form(second, 'User').get_by_role('button', name='Save').click()
    await expect(form(second, 'User')).to_contain_text('Saved.')
    await visit(first, address)
    await expect(form(first, 'User').get_by_label('Name')).to_have_value('Una Second')


async def test_one_user_is_blocked_with_a_reason_signed_out_and_deleted(new_page: NewPage, site: Server):
    theirs = await new_page(site)
    person = await join(theirs, site)
    page = await admin(new_page, site, f'/admin/users?q={person.email}')
    await page.get_by_role('link', name=person.email, exact=True).click()
    await shown(page, person.email)
    await visit(theirs, '/cars')
    await expect(page.get_by_role('button', name=re.compile('^Sign out .*signed in'))).to_have_count(1)
    await expect(page.get_by_role('row').filter(has_text='/premium')).to_contain_text('lacks role Premium')
    block = await ask(page, 'Block')
    await block.get_by_label('Reason').fill('Did not pay')
    await block.get_by_label('Until').fill('2999-01-31')
    await confirm(block, 'Block')
    await shown(theirs, 'Sign in')
    await expect(page.get_by_role('alert').filter(has_text='Did not pay')).to_contain_text('until 31 January 2999')
    await expect(page.get_by_text('They are signed in nowhere.')).to_be_visible()
    await assert_looks_right(page)
    await page.get_by_role('button', name='Unblock').click()
    await expect(page.get_by_role('button', name='Block', exact=True)).to_be_visible()
    await sign_in(theirs, site, person)
    await expect(page.get_by_role('button', name=re.compile('^Sign out .*signed in'))).to_have_count(1)
    await visit(theirs, '/cars')
    await page.get_by_role('button', name=re.compile('^Sign out')).click()
    await shown(theirs, 'Sign in')

    password = await ask(page, 'Set password')
    await password.get_by_label('Set it by hand').check()
    await password.get_by_label('New password').fill('short')
    await confirm(password, 'Set password')
    await expect(password.get_by_label('New password')).to_have_accessible_description(re.compile('too short'))
    await password.get_by_label('New password').fill('a yellow kite over the lake')
    await password.get_by_label('They must change it').uncheck()
    await confirm(password, 'Set password')
    await expect(password).to_have_count(0)
    assert await can_sign_in(site, person.email, 'a yellow kite over the lake')

    await confirm(await ask(page, 'Delete'), 'Delete')
    await expect(page).to_have_url(re.compile('/admin/users$'))
    assert not await can_sign_in(site, person.email, 'a yellow kite over the lake')


async def test_nobody_else_opens_it_and_an_unknown_user_is_not_found(new_page: NewPage, site: Server):
    page = await new_page(site)
    await join(page, site, 'Admin')
    assert await visit(page, '/admin/users') == 403
    await site.cli('grant', (await join(page, site)).email, 'Site admin')
    for unknown in ('00000000-0000-7000-8000-000000000000', 'x' * 300, '%27%20OR%201=1'):
        assert await visit(page, f'/admin/users/{unknown}') == 404
