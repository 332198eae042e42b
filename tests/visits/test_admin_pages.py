"""A site admin changes who may open pages, and where people are led, while others have them open."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import assert_looks_right, shown, still, visit
from tests.support.people import PASSWORD, Person, fill, form, join, new_email, sign_in
from tests.support.server import ROOT, Server

REFUSED = "You don't have access to this page"


async def admin_of(site: Server, page: Page) -> None:
    admin = Person(new_email('ada'))
    await site.cli('create-admin', admin.email, '--password-stdin', typed=f'{PASSWORD}\n')
    await sign_in(page, site, admin)
    await visit(page, '/admin/pages')


def row_of(page: Page, path: str) -> Locator:
    return (
        page.get_by_role('row')
        .filter(has=page.get_by_role('rowheader', name=path, exact=False))
        .filter(has=page.get_by_role('link', name=path, exact=True))
    )


async def open_dialog(page: Page, path: str) -> Locator:
    await page.get_by_role('button', name=f'Change gate {path}', exact=True).press('Enter')
    dialog = page.get_by_role('dialog', name='Change gate')
    await expect(dialog).to_be_visible()
    return dialog


async def restart(site: Server, *open_tabs: Page) -> None:
    """Stop and start it. Tabs leave first: a browser that just then asks for a socket would be cut off."""
    for tab in open_tabs:
        await tab.goto('about:blank')
    await site.stop()
    await site.start()


async def save(dialog: Locator) -> None:
    await dialog.get_by_role('button', name='Change gate').press('Enter')
    await expect(dialog).to_have_count(0)


@pytest.mark.both
async def test_a_page_closes_live_to_those_who_lose_it_and_opens_again(serve: Serve, new_page: NewPage):
    site = await serve()
    admin, ann, staying = await new_page(site), await new_page(site), await new_page(site)
    await join(ann, site)
    await join(staying, site)
    await visit(ann, '/cars')
    await shown(ann, 'Our cars')
    await visit(staying, '/')
    await staying.get_by_label('Days').fill('7')
    await admin_of(site, admin)
    await assert_looks_right(admin)

    dialog = await open_dialog(admin, '/cars')
    await dialog.get_by_label('Members of groups').check()
    await expect(dialog.get_by_role('status')).to_contain_text('Choose at least one group.')
    await dialog.get_by_role('checkbox', name='Premium', exact=True).check()
    preview = dialog.get_by_role('status', name='Preview')
    await expect(preview).to_contain_text('3 people lose the page.')
    await expect(preview).to_contain_text('Open now in 1 tab; it closes in 1.')
    await still(admin)
    await assert_looks_right(admin)
    await shown(ann, 'Our cars')  # nothing was saved yet
    await save(dialog)
    await shown(ann, REFUSED)
    assert 'Fiat' not in await ann.content()
    await expect(row_of(admin, '/cars')).to_contain_text('Members of Premium')
    await expect(row_of(admin, '/cars')).to_contain_text('Changed here')
    await expect(staying.get_by_role('banner').get_by_role('link', name='Our cars')).to_have_count(0)
    await expect(staying.get_by_label('Days')).to_have_value('7')
    await assert_looks_right(admin)

    await admin.get_by_role('button', name='Back to default /cars').press('Enter')
    await shown(ann, 'Our cars')
    await expect(row_of(admin, '/cars')).not_to_contain_text('Changed here')
    await expect(staying.get_by_role('banner').get_by_role('link', name='Our cars')).to_be_visible()
    await expect(staying.get_by_label('Days')).to_have_value('7')


async def test_the_code_changes_later_and_the_stricter_holds_in_every_server(
    serve: Serve, new_page: NewPage, tmp_path: Path
):
    pages = tmp_path / 'my_pages.py'
    code = (ROOT / 'examples' / 'car_rental.py').read_text()
    pages.write_text(code)
    site = await serve(pages=pages)
    second = Server(site.database_url, tmp_path, pages=pages, data_dir=site.environment['NICEGATE_DATA_DIR'])
    admin, ann = await new_page(site), await new_page(second)
    await admin_of(site, admin)
    await second.start()
    try:
        person = await join(ann, second, 'Premium')
        await visit(ann, '/staff')
        await shown(ann, REFUSED)
        dialog = await open_dialog(admin, '/staff')
        await dialog.get_by_role('checkbox', name='Premium', exact=True).check()
        await expect(dialog.get_by_role('status', name='Preview')).to_contain_text('1 person gains the page.')
        await save(dialog)
        await shown(ann, 'Staff area')  # in the other server
    finally:
        await ann.goto('about:blank')
        await second.stop()

    pages.write_text(
        code.replace("title='Staff area', groups=['Admin']", "title='Staff area', groups=['Admin Premium']")
    )
    await restart(site, admin)
    await visit(admin, '/admin/pages')
    staff = row_of(admin, '/staff')
    await expect(staff).to_contain_text('Members of Admin or Premium, and of Admin Premium')
    await expect(staff).to_contain_text('The code has changed since')
    await assert_looks_right(admin)
    bea = await new_page(site)
    await sign_in(bea, site, person)
    await visit(bea, '/staff')
    await shown(bea, REFUSED)

    pages.write_text(code.replace("@page('/staff',", "@page('/staff-room',"))
    await restart(site, admin, bea)
    await visit(admin, '/admin/pages')
    gone = admin.get_by_role('row').filter(has_text='Not in the code any more')
    await expect(gone).to_contain_text('/staff')
    await admin.get_by_role('button', name='Delete /staff', exact=True).click()
    await expect(gone).to_have_count(0)


async def test_redirects_lead_people_and_a_page_they_need_stays_open(serve: Serve, new_page: NewPage):
    site = await serve()
    admin, ann, bea = await new_page(site), await new_page(site), await new_page(site)
    person = await join(bea, site)
    await visit(bea, '/cars')
    await admin_of(site, admin)
    redirects = form(admin, 'Redirects')
    await expect(redirects.get_by_label('Where signed-out people go').locator('option')).to_have_text(
        ['The page to sign in', 'Car rental (/)', 'Create account (/signup)']
    )
    await redirects.get_by_label('Where signed-out people go').select_option('/')
    await redirects.get_by_label('Where people without access go').select_option('/no-access')
    await redirects.get_by_label('Where sign-in leads').select_option('/cars')
    await redirects.get_by_label('Where sign-out leads').select_option('/login')
    await redirects.get_by_role('button', name='Save redirects').click()
    await expect(redirects.get_by_role('status')).to_have_text('Saved.')

    dialog = await open_dialog(admin, '/')
    await dialog.get_by_label('Everyone who is signed in').check()
    await dialog.get_by_role('button', name='Change gate').click()
    await expect(dialog.get_by_role('alert').first).to_contain_text('where signed-out people go')
    await admin.keyboard.press('Escape')

    await restart(site, admin, bea)  # it keeps all of it
    await visit(ann, '/premium')
    assert ann.url == f'{site.url}/?next=/premium'
    await ann.get_by_role('banner').get_by_role('link', name='Sign in').click()
    await fill(ann, 'Sign in', email=person.email, password=person.password)
    await form(ann, 'Sign in').get_by_role('button', name='Sign in').click()
    await ann.wait_for_url(f'{site.url}/no-access')
    await shown(ann, REFUSED)
    await ann.get_by_role('button', name=person.email).click()
    await ann.get_by_role('menuitem', name='Sign out').click()
    await ann.wait_for_url(f'{site.url}/login')
    await fill(ann, 'Sign in', email=person.email, password=person.password)
    await form(ann, 'Sign in').get_by_role('button', name='Sign in').click()
    await ann.wait_for_url(f'{site.url}/cars')

    await visit(bea, '/cars')
    await visit(admin, '/admin/pages')
    redirects = form(admin, 'Redirects')
    await redirects.get_by_label('Where sign-in leads').select_option('')
    await redirects.get_by_role('button', name='Save redirects').click()
    await expect(redirects.get_by_role('status')).to_have_text('Saved.')
    dialog = await open_dialog(admin, '/cars')
    await dialog.get_by_label('Members of groups').check()
    await dialog.get_by_role('checkbox', name='Premium', exact=True).check()
    await save(dialog)
    await bea.wait_for_url(f'{site.url}/no-access')  # closed live: led away, too


async def test_a_page_that_is_closed_meanwhile_is_refused_as_the_sign_in_page(serve: Serve, new_page: NewPage):
    site = await serve()
    admin = await new_page(site)
    await admin_of(site, admin)
    redirects = form(admin, 'Redirects')
    await redirects.get_by_label('Where signed-out people go').select_option('/')  # chosen, not yet saved
    dialog = await open_dialog(admin, '/')
    await dialog.get_by_label('Everyone who is signed in').check()
    await save(dialog)
    await redirects.get_by_role('button', name='Save redirects').click()
    await expect(redirects.get_by_role('alert').filter(has_text='sent round for ever')).to_be_visible()
    await expect(redirects.get_by_label('Where signed-out people go')).to_have_value('/')
