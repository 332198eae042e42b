"""Doors that stay shut: pages that are not there, odd spellings of pages that are, and pages of others."""

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.support.browser import shown, visit
from tests.support.people import form, join, join_without_browser
from tests.support.server import Server

ODD = [
    '/premium/', '/premium//', '//premium', '/./premium', '/x/../premium', '/premium;x', '/premium;x=1', '/premium%00',
    '/premium%20', '/premium.', '/PREMIUM', '/Premium', '/%70remium', '/premium%2f', '/premium%3Bx', '/premium%23',
    '/premium?', '/premium?user=1', '/premium?session=1', '/p\u0440emium', '/premium/../premium',
    '/staff/..%2fpremium', '/premium\\', '/%2e/premium',
]  # fmt: skip


@pytest.mark.parametrize('path', ODD)
async def test_no_spelling_of_a_path_opens_it(http: httpx.AsyncClient, site: Server, path: str):
    await join_without_browser(http, site)
    answer = await http.get(f'{site.url}{path}')
    assert answer.status_code in (303, 307, 400, 403, 404), answer.status_code
    assert 'Porsche' not in answer.text


async def test_a_path_that_leads_nowhere_says_so(page: Page, site: Server):
    for path in ('/nowhere', '/cars/abc', '/admin/nowhere', '/<script>alert(1)</script>'):
        response = await page.goto(path)
        assert response is not None and response.status == 404
        await shown(page, 'Page not found')
    await page.get_by_role('link', name='Go to the home page').click()
    await shown(page, 'Car rental')


async def test_a_refused_person_can_go_on(page: Page, site: Server):
    ann = await join(page, site)
    assert await visit(page, '/staff') == 403
    await expect(page.get_by_role('main')).to_contain_text(ann.email)
    await page.get_by_role('button', name='Sign in as someone else').click()
    await expect(form(page, 'Sign in')).to_be_visible()
    assert page.url.endswith(('next=/staff', 'next=%2Fstaff'))
    assert await visit(page, '/staff') == 200  # the sign-in page, after a redirect
    await expect(form(page, 'Sign in')).to_be_visible()


async def test_a_get_of_a_form_action_and_an_unknown_method_change_nothing(http: httpx.AsyncClient, site: Server):
    await join_without_browser(http, site)
    for method, path in (
        ('GET', '/auth/sign-out'),
        ('PUT', '/cars'),
        ('POST', '/cars'),
        ('DELETE', '/'),
        ('TRACE', '/'),
        ('OPTIONS', '/cars'),
    ):
        assert (await http.request(method, f'{site.url}{path}')).status_code in (400, 404, 405), (method, path)
    assert (await http.get(f'{site.url}/cars')).status_code == 200


@pytest.mark.parametrize(
    'origin', ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost.evil.example']
)
async def test_no_other_site_signs_anybody_in_or_out(http: httpx.AsyncClient, site: Server, origin: str):
    ann = await join_without_browser(http, site)
    for action, fields in (('sign-out', {}), ('sign-in', {'email': ann.email, 'password': ann.password})):
        answer = await http.post(
            f'{site.url}/auth/{action}', data=fields, headers={'Origin': origin, 'Accept': 'application/json'}
        )
        assert answer.status_code == 403 and answer.json()['error']['reason'] == 'cross_site'
    assert (await http.get(f'{site.url}/cars')).status_code == 200
