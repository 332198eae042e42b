"""Gates that another process changes at run time hold at every door, in tabs that are open too."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.gate.conftest import Site
from tests.gate.test_socket import layout_listener, refused
from tests.gate.test_uploads import upload_path
from tests.support.gates import change_gate, set_redirects
from tests.support.people import join_without_browser
from tests.support.sockets import open_tab
from tests.support.sql import rows
from tests.support.waiting import eventually

PAGES = Path(__file__).with_name('changed_pages.py')
CLOSED = "You don't have access"


@pytest.fixture
async def changed(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with Site.serving(database, tmp_path_factory.mktemp('changed'), pages=PAGES) as server:
        yield server


async def status(site: Site, http: httpx.AsyncClient, path: str) -> tuple[int, str | None]:
    answer = await http.get(f'{site.url}{path}')
    return answer.status_code, answer.headers.get('location')


async def becomes(site: Site, http: httpx.AsyncClient, path: str, code: int, location: str | None = None) -> None:
    async def look() -> bool:
        return await status(site, http, path) == (code, location)

    await eventually(look, why=f'{path} to answer {code}')


async def test_every_door_follows_and_the_default_comes_back(changed: Site, http: httpx.AsyncClient):
    await join_without_browser(http, changed)
    tab, moving = [await open_tab(http, changed, path) for path in ('/members', '/')]
    await tab.connect()
    await moving.connect()
    greet, upload = tab.find('Greet'), upload_path(tab)

    await change_gate(changed, '/members', ['Premium'], code='signed-in')
    await becomes(changed, http, '/members', 403)
    await eventually(lambda: tab.says(CLOSED), why='the open page to close')
    assert not tab.says('members content')
    await refused(changed, lambda: tab.send(greet), 1)
    assert (await http.post(f'{changed.url}{upload}', files={'file': b'x'})).status_code in (403, 404)
    await moving.send(layout_listener(moving, 'sub_pages_open'), '/members')
    await eventually(lambda: moving.says(CLOSED), why='the move to be refused')
    assert 'members content' not in str(moving.frames)
    assert (await http.get(f'{changed.url}/report')).status_code == 200  # a route has its gate from code alone

    await change_gate(changed, '/members', None, code='signed-in')
    await eventually(lambda: tab.look('Greet'), why='the page to open again')
    await tab.send(tab.find('Greet'))
    await eventually(lambda: changed.count('greet') == 1, why='the click')
    await eventually(lambda: moving.look('Greet'), why='the other tab to open')
    await tab.close()
    await moving.close()


async def test_a_public_page_closes_to_strangers_who_have_it_open(changed: Site, http: httpx.AsyncClient):
    tab, staying = await open_tab(http, changed, '/open'), await open_tab(http, changed, '/')
    await tab.connect()
    await staying.connect()
    wave = tab.find('Wave')
    sources = [e['props']['src'] for e in tab.elements.values() if 'auto/static' in str(e.get('props', {}).get('src'))]
    assert (await http.get(f'{changed.url}{sources[0]}')).status_code == 200
    before = staying.elements.copy()

    await change_gate(changed, '/open', 'signed-in', code='public')
    await becomes(changed, http, '/open', 303, '/login?next=/open')
    assert (await http.get(f'{changed.url}{sources[0]}')).status_code == 403
    await eventually(lambda: tab.says('Sign in'), why='the sign-in page in the open tab')
    await refused(changed, lambda: tab.send(wave), 1)
    assert changed.ran() == []
    content = {key: e for key, e in before.items() if e.get('text') == 'home content'}
    assert content
    assert all(staying.elements[key] is e for key, e in content.items())  # never built anew
    await tab.close()
    await staying.close()


async def test_a_page_leaves_its_section_alone_and_an_ungated_one_can_be_given_a_gate(
    changed: Site, http: httpx.AsyncClient
):
    await join_without_browser(http, changed)
    assert [await status(changed, http, path) for path in ('/area', '/area/inner', '/ungated')] == [(403, None)] * 3
    await change_gate(changed, '/area', 'signed-in', code=['Admin'])
    await change_gate(changed, '/ungated', 'signed-in', code=None)
    await becomes(changed, http, '/area', 200)
    await becomes(changed, http, '/ungated', 200)
    assert await status(changed, http, '/area/inner') == (403, None)


async def test_what_was_replaced_is_not_the_codes_any_more_then_both_must_admit(changed: Site, http: httpx.AsyncClient):
    """The other process takes the default for another one: as if the code had changed since."""
    person = await join_without_browser(http, changed, 'Premium')
    await change_gate(changed, '/area', ['Premium'], code='signed-in')
    await change_gate(changed, '/members', 'public', code=['Premium'])
    async with httpx.AsyncClient() as stranger:
        assert await status(changed, http, '/area') == (403, None)  # Premium, but not Admin as the code says
        assert (await status(changed, stranger, '/members'))[0] == 303
    await changed.cli('grant', person.email, 'Admin')
    await becomes(changed, http, '/area', 200)


async def test_an_override_of_a_locked_page_only_adds_and_one_of_our_own_does_nothing(
    changed: Site, http: httpx.AsyncClient
):
    await change_gate(changed, '/kept', 'public', code='signed-in')
    await change_gate(changed, '/login', ['Premium'], code='public')
    await change_gate(changed, '/admin', 'public', code=['Site admins'])
    await change_gate(changed, '/open', 'signed-in', code='public')
    await becomes(changed, http, '/open', 303, '/login?next=/open')  # so the others were heard, too
    assert (await status(changed, http, '/kept'))[0] == 303
    assert (await status(changed, http, '/login'))[0] == 200
    assert (await status(changed, http, '/admin'))[0] == 303


DAMAGED = ('{}', '[]', '{"access": "publik", "groups": []}', '{"access": "groups", "groups": ["Gone"]}')


async def test_a_change_that_cannot_be_read_lets_in_site_admins_alone(changed: Site, http: httpx.AsyncClient):
    """Without a word to the server, which finds out by itself: no gate is older than five seconds."""
    await join_without_browser(http, changed, 'Premium')
    for path, damaged in zip(('/', '/open', '/area', '/ungated'), DAMAGED, strict=True):
        await change_gate(changed, path, 'public', code='signed-in')
        await rows(changed.database_url, f"UPDATE page_gate SET gate = '{damaged}' WHERE path = '{path}'")
    async with httpx.AsyncClient() as admin:
        await join_without_browser(admin, changed, 'Site admin')
        await becomes(changed, http, '/', 403)
        for path in ('/', '/open', '/ungated'):
            await becomes(changed, http, path, 403)
        await becomes(changed, admin, '/ungated', 200)


async def test_redirects_hold_at_the_doors_and_are_ignored_once_they_would_go_round(
    changed: Site, http: httpx.AsyncClient
):
    await set_redirects(changed, signed_out='/open', no_access='/open', after_sign_in='/open')
    await becomes(changed, http, '/members', 303, '/open?next=/members')
    await join_without_browser(http, changed)
    await becomes(changed, http, '/area', 303, '/open')
    tab = await open_tab(http, changed, '/members')
    await tab.connect()
    await change_gate(changed, '/members', ['Premium'], code='signed-in')
    await eventually(lambda: tab.says('open content'), why='the open page to lead elsewhere')
    await tab.close()

    await rows(
        changed.database_url,
        'INSERT INTO page_gate (path, gate, replaced, changed_at) VALUES (\'/open\', \'{"access": "groups", '
        '"groups": ["Premium"]}\', \'{"access": "public", "groups": []}\', \'2026-01-01 00:00:00+00:00\')',
    )
    await becomes(changed, http, '/area', 403)
    async with httpx.AsyncClient() as stranger:
        await becomes(changed, stranger, '/open', 303, '/login?next=/open')
