"""Somebody has a page open while their roles change."""

import pytest
from playwright.async_api import Page, expect

from tests.conftest import NewPage
from tests.support.browser import shown, visit
from tests.support.people import form, join
from tests.support.server import Server

REFUSED = "You don't have access to this page"
MARK = "window.mark = 'the same document'"


async def _is_the_same_document(page: Page) -> bool:
    return bool(await page.evaluate("window.mark === 'the same document'"))


@pytest.mark.both
async def test_a_page_opens_in_an_open_tab_when_the_role_is_granted_and_closes_when_it_is_revoked(
    page: Page, site: Server
):
    ann = await join(page, site)
    assert await visit(page, '/premium') == 403
    await shown(page, REFUSED)
    await page.evaluate(MARK)

    await site.cli('grant', ann.email, 'Premium')
    await shown(page, 'Best cars')
    await expect(page.get_by_role('button', name='Reserve Porsche 911 Carrera')).to_be_visible()
    await expect(page).to_have_title('Best cars')

    await site.cli('revoke', ann.email, 'Premium')
    await shown(page, REFUSED)
    assert 'Porsche' not in await page.content()
    assert await _is_the_same_document(page)


async def test_a_group_needs_all_its_roles(page: Page, site: Server):
    ann = await join(page, site, 'Admin')
    assert await visit(page, '/staff') == 200
    assert await visit(page, '/staff/fleet') == 403
    await site.cli('grant', ann.email, 'Premium')
    await shown(page, 'Fleet costs')
    await site.cli('revoke', ann.email, 'Admin')
    await shown(page, REFUSED)


async def _assert_header(page: Page, *titles: str) -> None:
    links = page.get_by_role('navigation', name='Main').get_by_role('link')
    await expect(links).to_have_count(len(titles))
    for at, title in enumerate(titles):
        await expect(links.nth(at)).to_have_accessible_name(title)


async def test_the_header_shows_what_a_person_may_open_and_follows_their_roles(page: Page, site: Server):
    await visit(page, '/')
    await _assert_header(page, 'Car rental')
    ann = await join(page, site)
    await visit(page, '/')
    await _assert_header(page, 'Car rental', 'Our cars')
    await site.cli('grant', ann.email, 'Premium')
    await _assert_header(page, 'Car rental', 'Our cars', 'Best cars')
    await site.cli('grant', ann.email, 'Admin')
    await _assert_header(page, 'Car rental', 'Our cars', 'Best cars', 'Staff area', 'Fleet costs')
    await site.cli('revoke', ann.email, 'Premium')
    await _assert_header(page, 'Car rental', 'Our cars', 'Staff area')


async def test_a_page_that_stays_open_keeps_what_was_typed(page: Page, site: Server):
    ann = await join(page, site)
    await visit(page, '/')
    days = page.get_by_label('Days')
    await days.fill('7')
    await site.cli('grant', ann.email, 'Premium')
    await expect(page.get_by_role('link', name='Best cars')).to_be_visible()
    await expect(days).to_have_value('7')


async def test_moving_between_pages_loads_no_document(page: Page, site: Server):
    await join(page, site, 'Premium')
    await visit(page, '/')
    await page.evaluate(MARK)
    for title, path in (('Our cars', '/cars'), ('Best cars', '/premium'), ('Car rental', '/')):
        await page.get_by_role('navigation', name='Main').get_by_role('link', name=title).click()
        await shown(page, title)
        await page.wait_for_url(f'{site.url}{path}')
    await page.go_back()
    await shown(page, 'Best cars')
    await page.go_back()
    await shown(page, 'Our cars')
    assert await _is_the_same_document(page)
    await page.get_by_role('button', name='Reserve Fiat 500').click()
    await expect(page.get_by_role('alert').filter(has_text='The Fiat 500 is')).to_be_visible()


async def test_every_tab_of_a_person_follows_and_no_tab_of_another(new_page: NewPage, site: Server):
    first, other = await new_page(site), await new_page(site)
    ann, _ = await join(first, site), await join(other, site)
    second = await first.context.new_page()
    for tab in (first, second, other):
        assert await visit(tab, '/premium') == 403
    await site.cli('grant', ann.email, 'Premium')
    await shown(first, 'Best cars')
    await shown(second, 'Best cars')
    await shown(other, REFUSED)


async def test_signing_out_in_one_tab_empties_the_other(page: Page, site: Server):
    ann = await join(page, site, 'Premium')
    other = await page.context.new_page()
    await visit(page, '/')
    await visit(other, '/premium')
    await shown(other, 'Best cars')
    await page.get_by_role('button', name=ann.email).click()
    await page.get_by_role('menuitem', name='Sign out').click()
    await expect(page.get_by_role('banner').get_by_role('link', name='Sign in')).to_be_visible()
    await expect(form(other, 'Sign in')).to_be_visible()
    assert 'Porsche' not in await other.content()
