"""A developer works on the car rental with --reload: the gate panel, other people's eyes, and who may not have them."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, FrameLocator, Locator, Page, expect

from tests.conftest import NewPage, Serve
from tests.support import databases
from tests.support.browser import assert_accessible, assert_fits, shown, visit
from tests.support.people import join_without_browser
from tests.support.server import ROOT, Server

REFUSED = "You don't have access to this page"
PLACES = ['panel?path=/', 'split', 'split/state', 'split/split.js', 'become', 'generation', 'static/panel.js']


@pytest.fixture(scope='module')
async def workshop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server with --reload over a copy of the example."""
    folder = tmp_path_factory.mktemp('workshop')
    pages = Path(shutil.copy(ROOT / 'examples' / 'car_rental.py', folder / 'rental.py'))
    async with databases.migrated('sqlite', folder) as url:
        server = Server(url, folder, pages=pages, reload=True)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()
    assert 'level=error' not in server.output


@pytest.fixture
async def tab(browser: Browser, workshop: Server) -> AsyncIterator[Page]:
    """A tab that fails the test when a script in it fails. It may lose its server: each save starts another."""
    context = await browser.new_context(base_url=workshop.url, reduced_motion='reduce')
    page, failed = await context.new_page(), []
    page.on('pageerror', lambda error: failed.append(str(error)))
    yield page
    await context.close()
    assert not failed


def panel(page: Page) -> Locator:
    return page.get_by_role('complementary', name='Gate panel')


def part(page: Page, title: str) -> Locator:
    return panel(page).get_by_role('region', name=title, exact=True)


async def become(page: Page, name: str) -> None:
    await part(page, 'Become').get_by_role('button', name=name, exact=True).click()


async def test_the_panel_says_what_opens_a_page_and_makes_the_developer_somebody_else(
    new_page: NewPage, workshop: Server
):
    page = await new_page(workshop)
    await visit(page, '/staff/fleet')
    await shown(page, 'Sign in')
    await page.get_by_role('button', name='Gate', exact=True).press('Enter')
    await expect(part(page, 'You')).to_contain_text('Signed out')
    this_page = part(page, 'This page')
    await expect(this_page).to_contain_text(re.compile('You wanted:.*/staff/fleet.*sign in', re.DOTALL))
    await expect(panel(page).get_by_role('link', name='Split view')).to_have_attribute(
        'href', '/_nicegate/split?path=%2Fstaff%2Ffleet'
    )
    nobody = part(page, 'Become').get_by_role('button', name='Public signed out')
    await expect(nobody).to_have_attribute('aria-pressed', 'true')
    for name, opens in (('Premium', 'false'), ('Admin Premium', 'true')):
        chosen = part(page, 'Become').get_by_role('button', name=name, exact=True)
        await expect(chosen).to_have_attribute('data-opens', opens)
    await become(page, 'Premium')  # from the sign-in page it leads to where they wanted to go
    await shown(page, REFUSED)
    await expect(this_page).not_to_contain_text('You wanted')
    await expect(this_page).to_contain_text('Members of Admin Premium')
    await expect(this_page).to_contain_text('lacks role Admin for group Admin Premium')
    roles = this_page.get_by_role('listitem').get_by_role('listitem')
    await expect(roles).to_have_text(['Admin (lacking)', 'Premium (held)'])
    code = (workshop.folder / 'rental.py').read_text()
    line = code[: code.index("@page('/staff/fleet'")].count('\n') + 1
    await expect(this_page).to_contain_text(f'rental.py:{line}')
    await assert_accessible(page)

    await become(page, 'Admin Premium')
    await shown(page, 'Fleet costs')
    await expect(part(page, 'You')).to_contain_text('admin-premium@demo.example')
    await page.get_by_role('button', name='Add up').click()
    last = part(page, 'Last decisions').get_by_role('listitem')
    await expect(last.first).to_contain_text(re.compile('event.*in group Admin Premium', re.DOTALL))
    await expect(last.filter(has_text='lacks role Admin for group Admin Premium').first).to_contain_text('no access')

    await workshop.cli('revoke', 'admin-premium@demo.example', 'Admin')
    await shown(page, REFUSED)
    await expect(last.first).to_contain_text(re.compile('live.*lacks role Admin', re.DOTALL))
    again = part(page, 'Become').get_by_role('button', name='Admin Premium', exact=True)
    await again.press('Enter')  # holds the group's roles again
    await shown(page, 'Fleet costs')
    await expect(again).to_be_focused()
    await page.get_by_role('link', name='Our cars').click()
    await expect(this_page).to_contain_text('Everyone who is signed in')

    await page.set_viewport_size({'width': 390, 'height': 844})
    await assert_fits(page)
    await assert_accessible(page, ('light',))
    await panel(page).get_by_role('heading', name='Gate').press('Escape')
    await expect(page.get_by_role('button', name='Gate', exact=True)).to_be_focused()
    await expect(this_page).to_be_hidden()


def column(page: Page, name: str) -> Locator:
    return page.get_by_role('region', name=name, exact=True)


def frame(page: Page, name: str) -> FrameLocator:
    return column(page, name).frame_locator('iframe')


async def in_frame(page: Page, name: str, heading: str) -> None:
    await expect(frame(page, name).get_by_role('heading', level=1, name=heading)).to_be_visible()


async def test_the_split_view_shows_a_page_to_everybody_at_once_and_follows_what_is_saved(tab: Page, workshop: Server):
    page = tab
    await page.goto('/_nicegate/split?path=/premium')
    await in_frame(page, 'Public', 'Sign in')
    await in_frame(page, 'Admin', REFUSED)
    await in_frame(page, 'Premium', 'Best cars')
    for name, verdict, reason in (
        ('Public', 'sign in', 'signed out'),
        ('Admin', 'no access', 'lacks role Premium for group Premium'),
        ('Premium', 'opens', 'in group Premium'),
    ):
        await expect(column(page, name)).to_contain_text(verdict)
        await expect(column(page, name)).to_contain_text(reason)
    await expect(column(page, 'Public')).to_contain_text('now at /login?next=/premium')
    await expect(column(page, 'Public')).to_contain_text('signed out')
    sign_in = frame(page, 'Public').locator('form[data-settled][data-nc-autofocus]')
    assert not await sign_in.evaluate('form => form.contains(document.activeElement)')  # the focus is not drawn into it
    await assert_accessible(page)
    await page.set_viewport_size({'width': 390, 'height': 844})
    await assert_fits(page)
    await page.set_viewport_size({'width': 1280, 'height': 800})

    reserve = frame(page, 'Premium').get_by_role('button', name='Reserve BMW 5 Series')
    await reserve.click()  # through the socket of the column's own port
    await expect(frame(page, 'Premium').get_by_role('alert').filter(has_text='BMW')).to_be_visible()
    await workshop.cli('grant', 'admin@demo.example', 'Premium')
    await in_frame(page, 'Admin', 'Best cars')
    await expect(column(page, 'Admin')).to_contain_text('opens')

    await frame(page, 'Premium').get_by_role('button', name='premium@demo.example').click()
    await frame(page, 'Premium').get_by_role('menuitem', name='Sign out').click()
    await expect(frame(page, 'Premium').get_by_role('link', name='Sign up')).to_be_visible()
    await expect(frame(page, 'Admin').get_by_role('button', name='admin@demo.example')).to_be_visible()

    pages = workshop.folder / 'rental.py'
    code = pages.read_text()
    pages.write_text(code.replace("groups=['Premium'], icon='star'", "groups=['Admin'], icon='star'"))
    await in_frame(page, 'Premium', REFUSED)  # is the persona again, and is refused now
    await in_frame(page, 'Admin', 'Best cars')
    await expect(column(page, 'Premium')).to_contain_text('lacks role Admin for group Admin')
    pages.write_text(code.replace("groups=['Premium'], icon='star'", "icon='star'"))
    line = code[: code.index("@page('/premium'")].count('\n') + 1
    await expect(frame(page, 'Admin').get_by_role('note')).to_contain_text(
        f"rental.py:{line} has no gate: write access='public', access='signed-in' or groups=[…] into @page(…)"
    )
    pages.write_text(code + 'nonsense(\n')
    await expect(page.locator('main')).to_contain_text('rental.py')  # what is wrong, and where
    pages.write_text(code)
    await in_frame(page, 'Premium', 'Best cars')

    await page.get_by_role('checkbox', name='No roles').check()
    await in_frame(page, 'No roles', REFUSED)
    await page.get_by_label('Path').fill('/staff')
    await page.get_by_label('Path').press('Enter')
    await in_frame(page, 'Admin', 'Staff area')
    await in_frame(page, 'No roles', REFUSED)


async def test_nothing_of_it_is_there_without_reload_or_beyond_this_machine(
    site: Server, serve: Serve, http: httpx.AsyncClient
):
    abroad = await serve(reload=True, host='0.0.0.0')
    there = [f'{site.url}/_nicegate/{place}' for place in PLACES]
    there += [f'{abroad.url}/_nicegate/{place}' for place in PLACES if place != 'generation']
    for url in there:
        assert (await http.get(url)).status_code == 404, url
        assert (await http.post(url, data={'email': 'premium@demo.example'})).status_code in (404, 405), url
        assert not http.cookies
    assert f'only there on 127.0.0.1 (remove --host; from another machine use ssh -L {abroad.port}:' in abroad.output
    for server in (site, abroad):
        assert 'panel.js' not in (await http.get(server.url)).text


async def test_other_sites_and_other_people_are_no_personas(workshop: Server, http: httpx.AsyncClient):
    url = f'{workshop.url}/_nicegate'
    for headers in (
        {'Host': 'evil.example'},  # DNS rebinding
        {'Host': f'evil.example:{workshop.port}'},
        {'Origin': 'https://evil.example'},
        {'Sec-Fetch-Site': 'cross-site'},
        {'Sec-Fetch-Site': 'same-site'},  # another app on this machine
    ):
        assert (await http.get(f'{url}/panel?path=/', headers=headers)).status_code == 403
        assert (await http.get(f'{url}/split', headers=headers)).status_code == 403
        answer = await http.post(f'{url}/become', data={'email': 'premium@demo.example'}, headers=headers)
        assert answer.status_code == 403 and not http.cookies

    async with httpx.AsyncClient() as other:
        ann = await join_without_browser(other, workshop, 'Premium')
    for email in (ann.email, ann.email.upper(), 'nobody@demo.example'):
        answer = await http.post(f'{url}/become', data={'email': email}, headers={'Accept': 'application/json'})
        assert answer.status_code == 422 and not http.cookies
        assert answer.json()['error']['message'].startswith(f'{email} is no demo person')
    answer = await http.post(f'{url}/become', data={'email': 'premium@demo.example', 'next': 'https://evil.example'})
    assert (answer.status_code, answer.headers['location']) == (303, '/')

    await http.get(f'{workshop.url}/setup?token=known-to-few')
    decided = (await http.get(f'{url}/panel?path=/')).json()['decisions']
    assert '/setup?token=…' in [one['path'] for one in decided] and 'known-to-few' not in str(decided)
    assert 'level=info event="became a demo person"' in workshop.output


async def test_a_column_is_for_the_split_view_alone(workshop: Server, http: httpx.AsyncClient):
    split = await http.get(f'{workshop.url}/_nicegate/split?path=/premium')
    assert "frame-ancestors 'none'" in split.headers['content-security-policy']
    state = (await http.get(f'{workshop.url}/_nicegate/split/state?path=/premium&show=premium@demo.example')).json()
    (column,) = (one['origin'] for one in state['columns'] if one['chosen'])
    port = int(column.rpartition(':')[2])
    assert column in split.headers['content-security-policy']
    answer = await http.get(f'{column}/premium', headers={'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'iframe'})
    assert answer.status_code == 200 and 'BMW' in answer.text
    assert f'frame-ancestors {workshop.url};' in answer.headers['content-security-policy']
    for headers in (
        {'Host': 'evil.example'},
        {'Host': f'evil.example:{port}'},
        {'Host': f'127.0.0.1:{workshop.port}'},
        {'Origin': 'https://evil.example'},
        {'Origin': workshop.url},
        {'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'iframe'},
        {'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'image'},
    ):
        answer = await http.get(f'{column}/premium', headers=headers)
        assert answer.status_code == 403 and 'BMW' not in answer.text, headers
