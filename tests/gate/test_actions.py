"""Actions of a developer's own forms: the cookie by way of a ticket, once, for one browser; and the page goes on."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from tests.gate.conftest import Site
from tests.gate.test_socket import layout_listener
from tests.support.people import PASSWORD, Person, join_without_browser, new_email
from tests.support.sockets import Refused, Tab, open_tab
from tests.support.sql import rows
from tests.support.waiting import eventually
from ui.actions import login
from ui.gate import DeclarationError

PAGES = Path(__file__).with_name('action_pages.py')
OUTDATED = (
    'login: ticket_invalid: This page is out of date: you signed in or out in another tab. Reload it and try again. '
    'True None'
)
UNAVAILABLE = (
    'login: unavailable: The server could not do this right now. Nothing was changed: try again in a moment. True None'
)
NOT_SIGNED_IN = (
    'signup: not_signed_in: Your account was made, but you could not be signed in. Sign in with it to go on. True None'
)
UNREADABLE = 'input_invalid: Something in this form could not be read. Check what you typed and try again. True None'
TAKEN = 'email_taken: There is already an account with this email. Sign in instead, or use another email. True email'
UNUSED = "SELECT 1 FROM code WHERE purpose = 'ticket' AND used_at IS NULL"
END = "UPDATE code SET ends_at = created_at WHERE purpose = 'ticket' RETURNING 1"
WRONGLY = r"^tests/gate/test_actions\.py:\d+: missing a required argument: 'password': write login\(email: str, "
OUTSIDE = r'^tests/gate/test_actions\.py:\d+: login\(\) is called outside of a page: '


@pytest.fixture(scope='module')
async def action_site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with Site.serving(database, tmp_path_factory.mktemp(f'actions-{database}'), pages=PAGES) as server:
        yield server
    troubled = [line for line in server.output.splitlines() if 'level=warning' in line or 'Traceback' in line]
    assert not troubled, '\n'.join(troubled)


@pytest.fixture
async def ann(action_site: Site) -> Person:
    """Somebody with an account, signed in nowhere."""
    async with httpx.AsyncClient() as http:
        person = await join_without_browser(http, action_site)
        await http.post(f'{action_site.url}/auth/sign-out', headers={'Origin': action_site.url})
    return person


@asynccontextmanager
async def tab_of(site: Site, path: str = '/', cookies: httpx.Cookies | None = None) -> AsyncIterator[Tab]:
    async with httpx.AsyncClient(cookies=cookies) as http:
        tab = await open_tab(http, site, path)
    await tab.connect()
    yield tab
    await tab.close()


async def act(tab: Tab, action: str, go: str | None = None, **values: object) -> None:
    await tab.send(layout_listener(tab, 'act'), {'action': action, 'values': values, 'go': go})


async def asked(tab: Tab, times: int = 1) -> tuple[str, dict[str, str], str]:
    """What the page's browser is asked to post, as it is asked the n-th time: path, fields, id of the question."""

    def look() -> list[dict[str, Any]]:
        return [data for name, data in tab.frames if name == 'run_javascript' and 'nicegate.post(' in data['code']]

    await eventually(lambda: len(look()) >= times, why='the question')
    question = look()[times - 1]
    found = re.fullmatch(r'window\.nicegate\.post\((".*?"), ?(\{.*\})\)', question['code'])
    assert found, question
    return json.loads(found[1]), json.loads(found[2]), question['request_id']


async def answer(tab: Tab, question: str, said: object) -> None:
    await tab.emit('javascript_response', {'client_id': tab.client_id, 'request_id': question, 'result': said})


async def post(site: Site, path: str, fields: dict[str, str], tab: Tab, **other: Any) -> httpx.Response:
    """As the browser of this tab does it, or another one: with other `cookies`, another `agent`."""
    async with httpx.AsyncClient(cookies=other.get('cookies', tab.cookies)) as http:
        headers = {'Accept': 'application/json', 'Origin': site.url, 'User-Agent': other.get('agent', tab.agent)}
        return await http.post(f'{site.url}{path}', data=fields, headers=headers)


async def exchange(site: Site, tab: Tab, times: int = 1) -> httpx.Cookies:
    """Do the browser's part, whatever it is; the cookies it has then."""
    path, fields, question = await asked(tab, times)
    response = await post(site, path, fields, tab)
    assert response.status_code == 200, response.text
    tab.cookies = dict(response.cookies)
    await answer(tab, question, 'ok')
    return response.cookies


async def sessions_of(site: Site, person: Person) -> int:
    found = await rows(
        site.database_url,
        f"SELECT count(*) FROM auth_session s JOIN user_account u ON u.id = s.user_id WHERE u.email = '{person.email}'",
    )
    return int(found[0][0])


def came(site: Site, line: str) -> Callable[[], bool]:
    before = site.count(line)
    return lambda: site.count(line) > before


async def test_a_person_comes_in_and_the_page_goes_on_as_theirs(action_site: Site, ann: Person):
    async with tab_of(action_site) as tab:
        await act(tab, 'login', email=ann.email, password=ann.password)
        path, fields, _ = await asked(tab)
        assert path == '/auth/ticket' and list(fields) == ['ticket']
        assert await sessions_of(action_site, ann) == 0  # it starts when the cookie is fetched
        cookies = await exchange(action_site, tab)
        await eventually(lambda: action_site.count(f'login: {ann.email}'), why='the action')
        await eventually(lambda: tab.says(f'here is {ann.email}'), why='the session of the page')
        assert tab.says('built for nobody')  # and not anew
        waved = came(action_site, 'wave')
        await tab.send(tab.find('Wave'))
        await eventually(waved, why='a click of the person')
        assert await sessions_of(action_site, ann) == 1

        for sent, may in (({}, False), (dict(cookies), True)):  # after a tunnel, say
            again = replace(tab, socket=socketio.AsyncClient(reconnection=False), cookies=sent)
            if may:
                await again.connect()
                await again.close()
            else:
                with pytest.raises(Refused):
                    await again.connect()


async def test_a_ticket_is_for_one_browser_and_one_use(action_site: Site, ann: Person):
    async with tab_of(action_site) as tab, httpx.AsyncClient() as other:
        await join_without_browser(other, action_site)
        await act(tab, 'login', email=ann.email, password=ann.password)
        path, fields, question = await asked(tab)
        foreign: list[dict[str, Any]] = [
            {'cookies': other.cookies}, {'agent': 'another browser'}, {'cookies': {'nicegate': 'x'}, 'agent': ''},
        ]  # fmt: skip
        for stranger in foreign:
            response = await post(action_site, path, fields, tab, **stranger)
            assert (response.status_code, response.json()['error']['reason']) == (422, 'ticket_invalid')
            assert 'set-cookie' not in response.headers
        for forged in ({}, {'ticket': ''}, {'ticket': 'keep.' + fields['ticket']}, {'ticket': 'x' * 5000}):
            assert (await post(action_site, path, forged, tab)).status_code == 422
        right = await asyncio.gather(*[post(action_site, path, fields, tab) for _ in range(5)])
        assert sorted(response.status_code for response in right) == [200, 422, 422, 422, 422]
        done = came(action_site, f'login: {ann.email}')
        await answer(tab, question, 'ok')
        await eventually(done, why='the action')
        assert (await post(action_site, path, fields, tab)).status_code == 422
        assert await sessions_of(action_site, ann) == 1


async def test_the_cookie_may_be_fetched_from_another_instance(action_site: Site, ann: Person, tmp_path: Path):
    data = str(action_site.folder / 'data')  # the same key
    second = Site(action_site.database_url, tmp_path, pages=PAGES, data_dir=data)
    await second.start()
    try:
        async with tab_of(action_site) as tab:
            await act(tab, 'login', email=ann.email, password=ann.password)
            path, fields, question = await asked(tab)
            assert (await post(second, path, fields, tab)).status_code == 200
            await answer(tab, question, 'ok')
            await eventually(lambda: tab.says(f'here is {ann.email}'), why='the session of the page')
    finally:
        await second.stop()


async def test_a_ticket_is_good_for_half_a_minute_and_the_page_says_so(action_site: Site, ann: Person):
    async with tab_of(action_site) as tab:
        await act(tab, 'login', email=ann.email, password=ann.password)
        path, fields, question = await asked(tab)
        assert await rows(action_site.database_url, END)
        response = await post(action_site, path, fields, tab)
        assert response.status_code == 422
        said = came(action_site, OUTDATED)
        await answer(tab, question, response.json()['error']['reason'])
        await eventually(said, why='the words')
        assert await sessions_of(action_site, ann) == 0


async def test_an_answer_proves_nothing(action_site: Site, ann: Person):
    """A browser that says it has the cookie, and has not, is not signed in."""
    async with tab_of(action_site) as tab:
        for times, said in enumerate(['ok', True, None, {'ok': 'ok'}, ann.email], 1):
            refused = came(action_site, UNAVAILABLE)
            await act(tab, 'login', email=ann.email, password=ann.password)
            await answer(tab, (await asked(tab, times))[2], said)
            await eventually(refused, why='the refusal')
        assert tab.says('here is nobody')
        assert await sessions_of(action_site, ann) == 0
        assert not await rows(action_site.database_url, UNUSED)


async def test_while_another_person_comes_in_nothing_runs_for_the_one_before(action_site: Site, ann: Person):
    async with httpx.AsyncClient() as http:
        ben = await join_without_browser(http, action_site)
        async with (
            tab_of(action_site, cookies=http.cookies) as tab,
            tab_of(action_site, '/members', http.cookies) as second,
        ):
            assert tab.says(f'built for {ben.email}')
            wave = tab.find('Wave')
            await act(tab, 'login', email=ann.email, password=ann.password)
            path, fields, question = await asked(tab)
            response = await post(action_site, path, fields, tab)
            assert await sessions_of(action_site, ben) == 0
            assert 'location.replace("/members")' in (await second.frame('run_javascript'))['code']
            before = action_site.count('wave')
            await tab.send(wave)
            await eventually(lambda: tab.says(f'"{ann.email}"'), why='the new person in the header')
            assert not tab.says(ben.email)  # whatever the browser has to say, and whenever it says it
            done = came(action_site, f'login: {ann.email}')
            await answer(tab, question, 'ok')
            await eventually(done, why='the action')
            assert action_site.count('wave') == before
            await eventually(lambda: tab.says(f'built for {ann.email}'), why='the page, made for the new person')
            assert not tab.says(ben.email)
            assert not [data for name, data in tab.frames if 'location.replace' in str(data)]
            tab.cookies = dict(response.cookies)
            again = replace(tab, socket=socketio.AsyncClient(reconnection=False), frames=[])
            again.query = tab.query | {'next_message_id': '0'}  # send me all that was sent before
            await again.connect()
            await eventually(lambda: 'window.location.reload()' in str(again.frames), why='word that it is gone')
            assert ben.email not in str(again.frames)
            await again.close()
            waved = came(action_site, 'wave')
            await tab.send(tab.find('Wave'))
            await eventually(waved, why='a click of the new person')


async def test_a_browser_that_does_not_answer_cannot_keep_the_page_of_an_ended_session(action_site: Site, ann: Person):
    async with httpx.AsyncClient() as http:
        ben = await join_without_browser(http, action_site)
        async with tab_of(action_site, '/members', http.cookies) as tab:
            await act(tab, 'login', email=ann.email, password=ann.password)
            path, fields, _ = await asked(tab)
            said = came(action_site, UNAVAILABLE)
            await action_site.cli('block', ben.email)
            await eventually(lambda: 'location.replace("/members")' in str(tab.frames), why='the end of the page')
            await eventually(said, why='the refusal')
            assert (await post(action_site, path, fields, tab)).status_code == 422
            assert await sessions_of(action_site, ann) == 0


async def test_signing_out_ends_the_session_before_the_browser_does_its_part(action_site: Site):
    async with httpx.AsyncClient() as http:
        ben = await join_without_browser(http, action_site)
        async with tab_of(action_site, '/members', http.cookies) as tab:
            await tab.send(tab.find('Leave'))
            path, fields, question = await asked(tab)
            assert await sessions_of(action_site, ben) == 0
            await eventually(lambda: not tab.says('members only'), why='an empty page')
            response = await post(action_site, path, fields, tab)
            assert 'Max-Age=0' in response.headers['set-cookie']
            await answer(tab, question, 'ok')
            await eventually(lambda: tab.says('built for nobody'), why='the home page')
            again = replace(tab, socket=socketio.AsyncClient(reconnection=False), cookies={})
            await again.connect()
            await again.close()


@pytest.mark.parametrize(
    ('path', 'go', 'next_', 'lands'),
    [
        ('/?next=/elsewhere', None, None, 'elsewhere it is'),
        ('/?next=/elsewhere', '/members', None, 'members only'),
        ('/?next=https://evil.example/', None, '/members', 'members only'),
        ('/?next=//evil.example', None, None, 'built for'),
        ('/', '/members', None, 'members only'),
    ],
)
async def test_people_land_where_they_wanted_to_go(action_site, ann, path, go, next_, lands):
    async with tab_of(action_site, path) as tab:
        await act(tab, 'login', go, email=ann.email, password=ann.password, next=next_)
        await exchange(action_site, tab)
        await eventually(lambda: tab.says(lands), why='the landing')
        await eventually(lambda: tab.says(ann.email), why='the person in the header')
        assert (await tab.frame('notify'))['message'] == 'done'
        assert not [data for name, data in tab.frames if name == 'open' or 'evil' in str(data)]


async def test_two_presses_are_two_sign_ins_one_after_the_other(action_site: Site, ann: Person):
    async with tab_of(action_site) as tab:
        for _ in range(2):
            await act(tab, 'login', email=ann.email, password=ann.password)
        for times in (1, 2):
            done = came(action_site, f'login: {ann.email}')
            await exchange(action_site, tab, times)
            await eventually(done, why='the action')
        assert await sessions_of(action_site, ann) == 1
        assert tab.says('built for nobody')


async def test_a_refusal_is_a_sentence_whatever_the_browser_sends(action_site: Site, ann: Person):
    good: dict[str, Any] = {'email': ann.email, 'password': ann.password}
    tries: list[tuple[str, dict[str, Any], str]] = [
        ('login', {'email': 7, 'password': {}}, UNREADABLE),
        ('login', {'email': None, 'password': 'x'}, UNREADABLE),
        ('login', good | {'keep': {'a': 1}}, UNREADABLE),
        ('login', good | {'next': ['/']}, UNREADABLE),
        ('login', good | {'password': 'x' * 100_000}, 'invalid_credentials: Email or password is wrong. True None'),
        ('signup', good | {'name': ['x']}, UNREADABLE),
        ('signup', good, TAKEN),
        ('logout', {'next': 7}, UNREADABLE),
    ]
    async with tab_of(action_site) as tab:
        for action, values, words in tries:
            said = came(action_site, f'{action}: {words}')
            await act(tab, action, **values)
            await eventually(said, why=f'{action} {words}')
        await tab.send(tab.find('Uncaught'))
        assert (await tab.frame('notify'))['message'] == 'Email or password is wrong.'
    assert 'not the password' not in action_site.output and PASSWORD not in action_site.output


async def test_a_tab_that_goes_away_leaves_no_session_behind(action_site: Site, ann: Person):
    gone, alone, new = came(action_site, UNAVAILABLE), came(action_site, NOT_SIGNED_IN), Person(new_email())
    async with tab_of(action_site) as tab, tab_of(action_site) as other:
        await act(tab, 'login', email=ann.email, password=ann.password)
        await act(other, 'signup', email=new.email, password=new.password)
        late = await asked(tab)
        path, fields, _ = await asked(other)
        fetched = await post(action_site, path, fields, other)  # and then it is closed, before it could say so
        assert fetched.status_code == 200
    await eventually(gone, within=20, why='the end of the wait for the tab')
    await eventually(alone, within=20, why='the end of the wait for the other tab')
    assert (await post(action_site, late[0], late[1], tab)).status_code == 422
    assert await sessions_of(action_site, ann) == await sessions_of(action_site, new) == 0


async def test_an_action_belongs_into_a_handler_of_a_page(action_site: Site, http: httpx.AsyncClient):
    with pytest.raises(DeclarationError, match=OUTSIDE):
        await login('ann@visits.example', PASSWORD)
    with pytest.raises(DeclarationError, match=WRONGLY):
        await login('ann@visits.example')  # type: ignore[call-arg]  # as a developer without a type checker does
    assert (await http.get(f'{action_site.url}/early')).status_code == 500
    line = next(line for line in action_site.output.splitlines() if 'logout() is called while the page' in line)
    assert 'action_pages.py:' in line


async def test_two_forms_on_a_page_share_no_id(action_site: Site, http: httpx.AsyncClient):
    tab = await open_tab(http, action_site, '/')
    ids = [element['props']['id'] for element in tab.elements.values() if 'id' in element.get('props', {})]
    assert {'sign-in', 'sign-in-2', 'sign-in-email', 'sign-in-2-email'} <= set(ids)
    assert len(ids) == len(set(ids))
    hidden = [each['props']['^value'] for each in tab.elements.values() if each.get('props', {}).get('name') == 'next']
    assert hidden == ['/', '/elsewhere']
