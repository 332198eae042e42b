"""The first site admin of a new site."""

import httpx
from playwright.async_api import Page, expect

from tests.conftest import NewPage, Serve
from tests.support import sql
from tests.support.browser import shown, visit
from tests.support.people import PASSWORD, Person, account, form, join, new_email, post, submit
from tests.support.server import Server

SPENT = 'This set-up link is not valid'
DONE = 'This site is set up already.'


async def _set_up(page: Page, link: str, admin: Person) -> None:
    await visit(page, link)
    await submit(page, 'Set password', email=admin.email, name='Ada', new_password=admin.password)


async def test_the_first_start_leads_to_a_site_admin_and_its_link_works_once(serve: Serve, new_page: NewPage):
    site = await serve()
    page, second = await new_page(site), await new_page(site)
    await visit(page, '/')
    await expect(page.get_by_role('main')).to_contain_text('set-up link')
    link, ada = await site.set_up_link(), Person(new_email('ada'))

    await visit(second, link)
    await _set_up(page, link, ada)
    await account(page, ada).click()
    await page.get_by_role('menuitem', name='Admin').click()
    await page.wait_for_url('**/admin')

    await submit(second, 'Set password', email=new_email('eve'), new_password=PASSWORD)
    await expect(second.get_by_role('alert').filter(has_text=DONE)).to_be_visible()
    await visit(second, link)
    await expect(form(second, 'Set password')).to_have_count(0)
    await expect(second.get_by_role('main')).to_contain_text(f'{DONE} Sign in.')
    await expect(second.get_by_role('main')).not_to_contain_text('create-admin')
    await visit(second, '/')
    await expect(second.get_by_role('main')).not_to_contain_text('set-up link')


async def test_the_link_is_good_for_an_hour(serve: Serve, http: httpx.AsyncClient):
    site = await serve()
    link = await site.set_up_link()
    lifetimes = await sql.rows(site.database_url, 'SELECT created_at, ends_at FROM code')
    assert [(ends - created).total_seconds() for created, ends in lifetimes] == [3600]
    await sql.rows(site.database_url, 'UPDATE code SET ends_at = created_at')
    token = link.partition('=')[2]
    answer = await post(http, site, 'set-up', token=token, email=new_email(), name='', password=PASSWORD)
    assert answer.json()['error']['reason'] == 'setup_link_invalid' and not http.cookies


async def test_a_made_up_link_opens_nothing(serve: Serve, new_page: NewPage, http: httpx.AsyncClient):
    site = await serve()
    page = await new_page(site)
    for path in ('/setup', '/setup?token=', '/setup?token=x', '/setup?token=' + 'A' * 43):
        await visit(page, path)
        await expect(form(page, 'Set password')).to_have_count(0)
        await expect(page.get_by_role('main')).to_contain_text(SPENT)
    answer = await post(http, site, 'set-up', token='A' * 43, email=new_email(), name='', password=PASSWORD)
    assert answer.json()['error']['reason'] == 'setup_link_invalid' and not http.cookies


async def test_create_admin_makes_the_first_site_admin_too(serve: Serve, new_page: NewPage):
    site = await serve()
    link, ada = await site.set_up_link(), Person(new_email('ada'))
    await site.cli('create-admin', ada.email, '--password-stdin', typed=f'{ada.password}\n')
    page = await new_page(site)
    await visit(page, link)
    await expect(form(page, 'Set password')).to_have_count(0)
    await visit(page, '/login?next=/admin')
    await submit(page, 'Sign in', email=ada.email, password=ada.password)
    await page.wait_for_url('**/admin')


async def test_nobody_else_opens_the_admin_area(page: Page, site: Server):
    assert await visit(page, '/admin') == 200  # the sign-in page, after a redirect
    await expect(form(page, 'Sign in')).to_be_visible()
    ann = await join(page, site, 'Admin', 'Premium')
    assert await visit(page, '/admin') == 403
    await shown(page, "You don't have access to this page")
    await account(page, ann).click()
    await expect(page.get_by_role('menuitem', name='Sign out')).to_be_visible()
    await expect(page.get_by_role('menuitem', name='Admin')).to_have_count(0)
