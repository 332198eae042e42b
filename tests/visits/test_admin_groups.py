"""Site admins at work on roles and groups, and people whose open pages follow."""

import re

from playwright.async_api import Locator, Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import assert_looks_right, shown, tab_to, visit
from tests.support.people import PASSWORD, Person, form, join, new_email, sign_in
from tests.support.server import Server

SCRIPT = '<img src=x onerror=alert(1)>'


async def an_admin(new_page: NewPage, site: Server) -> Page:
    page, admin = await new_page(site), Person(new_email('ada'))
    await site.cli('create-admin', admin.email, '--password-stdin', typed=f'{PASSWORD}\n')
    await sign_in(page, site, admin)
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role('row').filter(has=page.get_by_role('rowheader', name=re.compile(f'^{re.escape(name)}')))


async def fill_dialog(page: Page, title: str, name: str, *roles: str) -> Locator:
    """Press the button that opens it, if it is not open yet; type, choose, confirm."""
    await page.get_by_role('button', name=title, exact=True).click()
    dialog = page.get_by_role('dialog', name=title)
    await dialog.get_by_label('Name').fill(name)
    for role in roles:
        await dialog.get_by_label(role, exact=True).check()
    await dialog.get_by_role('button', name=title).click()
    return dialog


async def test_an_admin_makes_a_role_and_a_group_and_is_told_what_is_wrong(new_page: NewPage, serve: Serve):
    site = await serve()
    page = await an_admin(new_page, site)
    await visit(page, '/admin/roles')
    dialog = await fill_dialog(page, 'Create role', 'premium')
    await expect(dialog.get_by_label('Name')).to_be_focused()
    await expect(dialog).to_contain_text('There is already a role called "premium".')
    await assert_looks_right(page)
    await dialog.get_by_label('Name').fill('Gold')
    await page.keyboard.press('Enter')
    await expect(row(page, 'Gold')).to_contain_text('Made here')
    await expect(row(page, 'Premium')).to_contain_text('Named in code')
    await expect(page.get_by_role('button', name='Delete Premium')).to_have_count(0)
    await expect(page.get_by_role('button', name=re.compile('Site admin$'))).to_have_count(0)
    await expect(row(page, 'Gold').get_by_role('link', name='0')).to_have_attribute('href', '/admin/users?role=Gold')
    await assert_looks_right(page)

    await visit(page, '/admin/groups')
    await page.get_by_role('button', name='Create group').click()
    dialog = page.get_by_role('dialog', name='Create group')
    await expect(dialog.get_by_role('status')).to_contain_text('Admits nobody')
    await dialog.get_by_label('Name').fill('Best customers')
    for role in ('Premium', 'Gold'):
        await dialog.get_by_label(role, exact=True).check()
    await expect(dialog.get_by_role('status')).to_contain_text('A member holds all of: Gold, Premium')
    await expect(dialog.get_by_role('status')).to_contain_text('Nobody joins or leaves.')
    await assert_looks_right(page)
    await dialog.get_by_role('button', name='Create group').click()
    await expect(row(page, 'Best customers')).to_contain_text('A member holds all of: Gold, Premium')
    await fill_dialog(page, 'Create group', 'Nobody')
    await expect(row(page, 'Nobody')).to_contain_text('Admits nobody')
    await expect(row(page, 'Admin Premium')).to_contain_text('Fleet costs (/staff/fleet)')
    await assert_looks_right(page)


async def test_an_open_page_follows_when_the_roles_of_its_group_change(new_page: NewPage, serve: Serve):
    site = await serve()
    page, customer = await an_admin(new_page, site), await new_page(site)
    ann = await join(customer, site)
    await site.cli('grant', ann.email, 'Admin')
    await visit(customer, '/premium')
    await shown(customer, "You don't have access to this page")
    await visit(page, '/admin/groups')
    await page.get_by_role('button', name='Edit Premium', exact=True).click()
    dialog = page.get_by_role('dialog', name='Edit group')
    await dialog.get_by_label('Admin', exact=True).check()
    await dialog.get_by_label('Premium', exact=True).uncheck()
    for words in (f'1 person ({ann.email}) will join', f'Best cars (/premium) opens to 1 person ({ann.email})'):
        await expect(dialog.get_by_role('status')).to_contain_text(words)
    await dialog.get_by_role('button', name='Edit group').click()
    await shown(customer, 'Best cars')
    await expect(row(page, 'Premium')).to_contain_text('The code says: Premium.')
    await page.get_by_role('button', name='Back to the code Premium').click()
    dialog = page.get_by_role('dialog', name='Back to the code')
    await expect(dialog).to_contain_text(f'Best cars (/premium) closes to 1 person ({ann.email})')
    await dialog.get_by_role('button', name='Back to the code').click()
    await shown(customer, "You don't have access to this page")
    await expect(row(page, 'Premium')).to_contain_text('Named in code')


async def test_deleting_a_role_lists_what_changes_and_asks_about_groups(new_page: NewPage, serve: Serve):
    site = await serve()
    page, customer = await an_admin(new_page, site), await new_page(site)
    ann = await join(customer, site)
    await visit(page, '/admin/roles')
    await fill_dialog(page, 'Create role', 'Gold')
    await expect(row(page, 'Gold')).to_be_visible()
    await visit(page, '/admin/groups')
    await fill_dialog(page, 'Create group', 'Golden', 'Gold', 'Premium')
    await expect(row(page, 'Golden')).to_be_visible()
    await site.cli('grant', ann.email, 'Premium')
    await visit(page, '/admin/roles')
    await page.get_by_role('button', name='Delete Gold').click()
    dialog = page.get_by_role('dialog', name='Delete role')
    await expect(dialog).to_contain_text('Nobody holds it.')
    await expect(dialog).to_contain_text(f'so it admits more people: 1 person ({ann.email}) will join it.')
    await assert_looks_right(page)
    await dialog.get_by_role('button', name='Delete role').click()
    await expect(dialog.get_by_role('alert').filter(has_text='Groups ask for this role: Golden.')).to_be_visible()
    await dialog.get_by_label('Take it from the group too').check()
    await dialog.get_by_role('button', name='Delete role').click()
    await expect(row(page, 'Gold')).to_have_count(0)
    await visit(page, '/admin/groups')
    await expect(row(page, 'Golden')).to_contain_text('A member holds all of: Premium')
    await page.get_by_role('button', name='Delete Golden').click()
    dialog = page.get_by_role('dialog', name='Delete group')
    await expect(dialog).to_contain_text(f'Members now: 1 person ({ann.email}). They keep their roles.')
    await dialog.get_by_role('button', name='Delete group').click()
    await expect(row(page, 'Golden')).to_have_count(0)


async def test_the_keyboard_alone_makes_renames_and_deletes_a_role(new_page: NewPage, serve: Serve):
    site = await serve()
    page = await an_admin(new_page, site)
    await visit(page, '/admin/roles')
    await tab_to(page, 'Create role')
    await page.keyboard.press('Enter')
    await expect(form(page, 'Create role').get_by_label('Name')).to_be_focused()
    await page.keyboard.type(SCRIPT)  # its name is text, wherever it stands
    await page.keyboard.press('Enter')
    await expect(row(page, SCRIPT)).to_be_visible()
    await expect(page.get_by_role('button', name='Create role')).to_be_focused()
    await tab_to(page, f'Edit role of {SCRIPT}')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('site ADMIN')
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('alert').filter(has_text='There is already a role called')).to_be_visible()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(f'{SCRIPT}!')
    await page.keyboard.press('Enter')
    await expect(row(page, f'{SCRIPT}!')).to_contain_text(f'Code calls it {SCRIPT}.')
    await page.get_by_role('button', name=f'Delete {SCRIPT}!').focus()
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('dialog', name='Delete role')).to_contain_text(f'"{SCRIPT}!" is deleted for good.')
    await page.keyboard.press('Escape')
    await expect(page.get_by_role('button', name=f'Delete {SCRIPT}!')).to_be_focused()
    await page.keyboard.press('Enter')
    await tab_to(page, 'Delete role')
    await page.keyboard.press('Enter')
    await expect(row(page, SCRIPT)).to_have_count(0)
    assert await page.locator('img').count() == 0


async def test_two_admins_see_what_the_other_does_and_do_not_undo_it_unseen(new_page: NewPage, serve: Serve):
    site = await serve()
    one, other = await an_admin(new_page, site), await an_admin(new_page, site)
    for page in (one, other):
        await visit(page, '/admin/groups')
        await page.get_by_role('button', name='Edit Premium', exact=True).click()
        await page.get_by_role('dialog').get_by_label('Admin', exact=True).check()
    dialog = other.get_by_role('dialog')
    await dialog.get_by_label('Name').fill('Half typed')
    await one.get_by_role('dialog').get_by_role('button', name='Edit group').click()
    await expect(row(other, 'Premium')).to_contain_text('The code says: Premium.')
    await expect(dialog.get_by_label('Name')).to_have_value('Half typed')
    await dialog.get_by_role('button', name='Edit group').click()
    await expect(dialog.get_by_role('alert').filter(has_text='Somebody else has changed this')).to_be_visible()
    await expect(row(other, 'Half typed')).to_have_count(0)


async def test_the_overview_has_the_numbers_of_its_charts_as_tables(new_page: NewPage, serve: Serve):
    site = await serve()
    page = await an_admin(new_page, site)
    await visit(page, '/admin')
    await shown(page, 'Overview')
    chart = page.get_by_role('img', name=re.compile('^Sign-ins on each of the last 30 days'))
    await expect(chart.locator('svg')).to_be_visible()
    await page.get_by_text('Sign-ins as a table').press('Enter')
    table = page.get_by_role('table', name='Sign-ins by day')
    await expect(table.get_by_role('row').nth(1).get_by_role('cell')).to_have_text(['1', '0'])
    await expect(table.get_by_role('row')).to_have_count(31)
    attention = page.locator('section').filter(has=page.get_by_role('heading', name='What needs attention'))
    await expect(attention).to_contain_text('There is no second site admin')
    await expect(attention.get_by_role('link', name='Groups')).to_have_attribute('href', '/admin/groups')
    await expect(attention).to_contain_text('Nobody can open Best cars (/premium)')
    await expect(page.get_by_role('link', name='API for programs')).to_have_attribute('href', '/docs')
    await assert_looks_right(page)
