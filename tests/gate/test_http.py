"""The HTTP door: pages, routes, files, uploads, and everything that is not there."""

import httpx
import pytest

from tests.gate.test_socket import premium_tab
from tests.support.people import join_without_browser, post
from tests.support.waiting import eventually

HTML = {'Accept': 'text/html'}


@pytest.fixture
async def premium(premium_cookies, http):
    """A program that is signed in as somebody who holds Premium."""
    http.cookies.update(premium_cookies)
    return http


@pytest.mark.parametrize('path', ['/premium', '/signed-in', '/slow', '/ungated', '/admin', '/profile'])
async def test_signed_out_people_are_sent_to_sign_in_and_back(gate_site, http, path):
    answer = await http.get(f'{gate_site.url}{path}')
    assert (answer.status_code, answer.headers['location']) == (303, f'/login?next={path}')
    assert answer.content == b''


async def test_the_query_comes_back_too(gate_site, http):
    answer = await http.get(f'{gate_site.url}/signed-in?a=1&b=%2F')
    assert answer.headers['location'] == '/login?next=/signed-in%3Fa%3D1%26b%3D%252F'


async def test_a_person_without_the_role_gets_403_at_the_same_address_and_nothing_of_the_page(gate_site, http):
    await join_without_browser(http, gate_site)
    for path in ('/premium', '/ungated', '/admin'):
        answer = await http.get(f'{gate_site.url}{path}')
        assert answer.status_code == 403
        assert 'premium content' not in answer.text
        assert 'nobody said' not in answer.text
        assert answer.headers['cache-control'] == 'no-store'


async def test_an_ungated_page_opens_to_a_site_admin_with_a_word_about_it(gate_site, http):
    person = await join_without_browser(http, gate_site)
    await gate_site.cli('grant', person.email, 'Site admin')
    answer = await http.get(f'{gate_site.url}/ungated')
    assert answer.status_code == 200
    assert 'nobody said who may see this' in answer.text
    assert 'No gate yet' in answer.text


@pytest.mark.parametrize('method', ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'])
async def test_pages_answer_get_only(gate_site, premium, method):
    answer = await premium.request(method, f'{gate_site.url}/premium')
    assert answer.status_code == 405
    assert 'premium content' not in answer.text


@pytest.mark.parametrize(
    'path',
    ['/nowhere', '/premium/', '//premium', '/premium;x', '/%70remium', '/PREMIUM', '/premium%2f', '/premium%00',
     '/cars', '/pre%6dium', '/cars/', '/cars/x', '/cars/1.0', '/cars/01', '/cars/%31', '/cars/1?days=x', '/cars/1/2',
     '/_nicegui/', '/auth', '/auth/sign-in/', '/redoc', '/docs/', '/api/auth', '/_nicegui/auto/static/x/y',
     '/brochures2/x',
     '/_nicegui/client/x/upload/1', '/_nicegui/3.18.0/x', '/static/nicegate/x', '/premium/x'],
)  # fmt: skip
async def test_what_is_not_on_the_list_is_not_there(gate_site, premium, path):
    for headers in (HTML, {'Accept': '*/*'}):
        answer = await premium.get(f'{gate_site.url}{path}', headers=headers)
        assert answer.status_code in (404, 405)
        assert 'Traceback' not in answer.text
        assert 'nicegui_page' not in answer.text


async def test_a_parameter_is_converted(gate_site, http):
    assert 'car 7 for 1 days' in (await http.get(f'{gate_site.url}/cars/7')).text
    assert 'car 7 for 3 days' in (await http.get(f'{gate_site.url}/cars/7?days=3&user=1')).text


@pytest.mark.parametrize('path', ['/broken', '/broken-later'])
async def test_a_page_that_fails_says_so_without_its_reasons(gate_site, http, path):
    answer = await http.get(f'{gate_site.url}{path}')
    assert answer.status_code == 500
    assert 'Something went wrong' in answer.text
    for secret in ('KeyError', 'secret of the code', 'Traceback', 'half a page'):
        assert secret not in answer.text


async def test_a_slow_page_is_sent_as_far_as_it_is(gate_site, premium):
    answer = await premium.get(f'{gate_site.url}/slow', timeout=25)
    assert answer.status_code == 200
    assert 'slow beginning' in answer.text


async def test_routes_and_files_of_a_developer_ask_the_gate(gate_site, http):
    for path in ('/report', '/brochures/premium.txt', '/brochures/nothing.txt'):
        assert (await http.get(f'{gate_site.url}{path}', headers={'Accept': '*/*'})).status_code == 401
        assert (await http.get(f'{gate_site.url}{path}', headers=HTML)).status_code == 303
    person = await join_without_browser(http, gate_site)
    for path in ('/report', '/brochures/premium.txt', '/brochures/nothing.txt'):
        assert (await http.get(f'{gate_site.url}{path}')).status_code == 403
    assert 'report' not in gate_site.ran()
    await gate_site.cli('grant', person.email, 'Premium')
    assert (await http.get(f'{gate_site.url}/report')).json() == {'profit': 'secret figures'}
    assert (await http.get(f'{gate_site.url}/brochures/premium.txt')).text == 'premium brochure'
    assert (await http.get(f'{gate_site.url}/brochures/nothing.txt')).status_code == 404
    assert (await http.get(f'{gate_site.url}/brochures/%2e%2e/secret_key')).status_code == 404


async def test_a_local_picture_is_open_to_those_who_may_see_its_page(gate_site, premium):
    async with premium_tab(gate_site) as (tab, _, _):
        sources = [
            e['props']['src'] for e in tab.elements.values() if 'auto/static' in str(e.get('props', {}).get('src'))
        ]
    assert len(sources) == 1
    assert (await premium.get(f'{gate_site.url}{sources[0]}')).status_code == 200
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(f'{gate_site.url}{sources[0]}')).status_code == 403
        await join_without_browser(stranger, gate_site)
        assert (await stranger.get(f'{gate_site.url}{sources[0]}')).status_code == 403


PAPER = {'file': ('paper.txt', b'words', 'text/plain')}


async def test_an_upload_is_taken_from_the_browser_that_has_the_page_while_its_gate_is_open(gate_site):
    async with premium_tab(gate_site) as (tab, http, email):
        paths = [e['props']['url'] for e in tab.elements.values() if '/upload/' in str(e.get('props', {}).get('url'))]
        url = f'{gate_site.url}{paths[0]}'
        before = gate_site.count('upload paper.txt')
        async with httpx.AsyncClient() as stranger:
            assert (await stranger.post(url, files=PAPER)).status_code == 403
            await join_without_browser(stranger, gate_site, 'Premium')
            assert (await stranger.post(url, files=PAPER)).status_code == 403
        assert (await http.post(url, data={'not': 'a file'})).status_code == 400
        assert (await http.post(url, content=b'x' * 100)).status_code == 400
        assert (await http.post(url, files={'file': ('big', b'x' * 10_000_000)})).status_code == 413
        assert (await http.get(url)).status_code == 404
        assert gate_site.count('upload paper.txt') == before
        assert (await http.post(url, files=PAPER)).status_code == 200
        await eventually(lambda: gate_site.count('upload paper.txt') == before + 1, why='the upload')
        await gate_site.cli('revoke', email, 'Premium')
        await eventually(lambda: tab.says("You don't have access"), why='the view of a closed page')
        assert (await http.post(url, files=PAPER)).status_code in (403, 404)
        assert gate_site.count('upload paper.txt') == before + 1


async def test_forwarded_headers_from_anybody_change_nothing(gate_site, http):
    forged = {
        'X-Forwarded-Prefix': 'https://evil.example',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Proto': 'https',
    }
    answer = await http.get(f'{gate_site.url}/premium', headers=forged)
    assert answer.headers['location'] == '/login?next=/premium'
    assert 'evil.example' not in (await http.get(f'{gate_site.url}/', headers=forged)).text


@pytest.mark.parametrize('action', ['sign-in', 'sign-up', 'sign-out', 'set-up', 'check-password', 'ticket'])
async def test_another_site_cannot_act_for_a_visitor(gate_site, premium, action):
    fields = {'email': 'x@cars.example', 'password': 'some long words here'}
    for headers in (
        {'Origin': 'https://evil.example'},
        {'Origin': 'null'},
        {'Origin': gate_site.url, 'Sec-Fetch-Site': 'cross-site'},
        {'Sec-Fetch-Site': 'same-site'},
    ):
        answer = await premium.post(
            f'{gate_site.url}/auth/{action}', data=fields, headers=headers | {'Accept': 'application/json'}
        )
        assert answer.status_code == 403
        assert answer.json()['error']['reason'] == 'cross_site'
        assert 'set-cookie' not in answer.headers
    assert (await premium.get(f'{gate_site.url}/premium')).status_code == 200


@pytest.mark.parametrize(
    'target',
    ['https://evil.example', '//evil.example', '/\\evil.example', '/%5cevil.example', 'javascript:alert(1)', '/nowhere',
     '/auth/sign-out', '', '/premium\n', 'premium', '/login\r\nSet-Cookie: a=b'],
)  # fmt: skip
async def test_next_leads_nowhere_but_to_our_own_pages(gate_site, http, target):
    person = await join_without_browser(http, gate_site)
    answer = await post(http, gate_site, 'sign-in', email=person.email, password=person.password, next=target)
    assert answer.json() == {'next': '/'}
    answer = await post(http, gate_site, 'sign-in', email=person.email, password=person.password, next='/cars/7?days=2')
    assert answer.json() == {'next': '/cars/7?days=2'}
