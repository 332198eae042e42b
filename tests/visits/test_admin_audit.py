"""/admin/audit: site admins find who did what, share the address of what they found, and take it along as a file."""

import csv
import io

from playwright.async_api import Page, expect

from tests.conftest import NewPage
from tests.support.browser import assert_accessible, assert_looks_right, visit
from tests.support.people import PASSWORD, Person, fill, form, join, join_without_browser, new_email, post, sign_in
from tests.support.server import Server


async def new_admin(page: Page, site: Server) -> Person:
    admin = Person(new_email('root'))
    await site.cli('create-admin', admin.email, '--password-stdin', typed=f'{PASSWORD}\n')
    await sign_in(page, site, admin)
    return admin


async def test_acts_are_found_by_person_kind_and_day_and_the_address_says_so(site: Server, new_page: NewPage):
    page, ann_page = await new_page(site), await new_page(site)
    ann = await join(ann_page, site, 'Premium', name='Ann')
    await new_admin(page, site)
    await visit(page, '/admin/audit')
    table = page.get_by_role('table', name='Acts')
    await expect(table.get_by_role('row')).not_to_have_count(0)
    await assert_looks_right(page)
    await fill(page, 'Filter', person='not an email')
    filter_ = form(page, 'Filter')
    await filter_.get_by_role('button', name='Filter').click()
    await expect(filter_.get_by_label('Person')).to_have_attribute('aria-invalid', 'true')
    await filter_.get_by_label('Person').fill(ann.email)
    await filter_.get_by_label('Kind').select_option('Role granted')
    await page.keyboard.press('Tab')
    await filter_.get_by_role('button', name='Filter').press('Enter')
    await expect(table.get_by_role('row')).to_have_count(2)
    granted = table.get_by_role('row').nth(1)
    for words in ('Role granted', ann.email, 'Command line', 'role: Premium'):
        await expect(granted).to_contain_text(words)
    assert 'person=' in page.url and 'kind=role+granted' in page.url
    await visit(page, page.url + '&since=2030-01-01&until=2030-01-02')
    await expect(page.get_by_text('No act matches.')).to_be_visible()
    await assert_accessible(page)
    await visit(page, '/admin/audit?since=yesterday')
    await expect(page.get_by_role('alert').filter(has_text='This is not a day.')).to_be_visible()
    await page.get_by_role('link', name='Show all').click()
    await expect(table).to_be_visible()


async def test_pages_lead_on_and_back(site: Server, new_page: NewPage, http):
    page = await new_page(site)
    ann = await join_without_browser(http, site)
    for _ in range(60):
        await post(http, site, 'sign-in', email=ann.email, password='wrong')
    await new_admin(page, site)
    await visit(page, f'/admin/audit?person={ann.email}')
    rows, pages = (
        page.get_by_role('table', name='Acts').get_by_role('row'),
        page.get_by_role('navigation', name='Pages'),
    )
    await expect(rows).to_have_count(51)
    await pages.get_by_role('button', name='Next').click()
    await expect(page.get_by_role('cell', name='Signed up')).to_be_visible()
    await pages.get_by_role('button', name='Previous').click()
    await expect(rows).to_have_count(51)
    await expect(page.get_by_role('cell', name='Signed up')).to_have_count(0)


async def test_the_file_has_what_the_filter_shows_and_no_formula(site: Server, new_page: NewPage, http):
    page, formula = await new_page(site), '=cmd|"/c calc"!A1'
    ann = await join_without_browser(http, site)
    headers = {'Accept': 'application/json', 'Origin': site.url, 'User-Agent': formula}
    answer = await http.post(
        f'{site.url}/auth/sign-in', data={'email': ann.email, 'password': PASSWORD}, headers=headers
    )
    assert answer.status_code == 200
    path = f'/admin/audit.csv?person={ann.email}'
    assert (await http.get(f'{site.url}{path}', headers={'Accept': 'text/csv'})).status_code == 403
    http.cookies.clear()
    assert (await http.get(f'{site.url}{path}', headers={'Accept': 'text/csv'})).status_code == 401

    await new_admin(page, site)
    await visit(page, f'/admin/audit?person={ann.email}')
    async with page.expect_download() as downloading:
        await page.get_by_role('link', name='Export CSV').click()
    download = await downloading.value
    assert download.suggested_filename.startswith('audit-') and download.suggested_filename.endswith('.csv')
    response = await page.context.request.get(f'{site.url}{path}')
    text = (await response.body()).decode()
    assert text[0] == '\ufeff' and 'attachment' in response.headers['content-disposition']
    records = list(csv.DictReader(io.StringIO(text[1:])))
    assert [record['What'] for record in records][-1] == 'Signed up' and records[0]['User agent'] == f"'{formula}"
    assert {record['Whom'] for record in records} == {ann.email}
    assert not [cell for record in records for cell in record.values() if cell.startswith(('=', '+', '-', '@'))]
    for wrong in ('person=x', 'kind=x', 'since=x', 'until=2026-02-30'):
        assert (await page.context.request.get(f'{site.url}/admin/audit.csv?{wrong}')).status == 422
