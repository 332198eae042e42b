"""Recorded clicks, replayed by those who may not: after sign-out, after the role is gone, from a dialog, with another
cookie, with none, from another Origin, after a move to another page. None runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
import httpx
import pytest

from tests.gate.conftest import Site
from tests.support.people import join_without_browser, post
from tests.support.sockets import Listener, Refused, Tab, open_tab
from tests.support.waiting import SLOWNESS, eventually

SITUATIONS = ('Plain', 'Hidden', 'In dialog', 'In menu')


@asynccontextmanager
async def premium_tab(site: Site, path: str = '/premium') -> AsyncIterator[tuple[Tab, httpx.AsyncClient, str]]:
    """A connected page of somebody who holds Premium, with their cookies and their address."""
    async with httpx.AsyncClient() as http:
        person = await join_without_browser(http, site, 'Premium')
        tab = await open_tab(http, site, path)
        await tab.connect()
        yield tab, http, person.email
        await tab.close()


def recorded(tab: Tab) -> list[Listener]:
    return [*(tab.find(words) for words in SITUATIONS), layout_listener(tab, 'shout')]


def layout_listener(tab: Tab, event: str) -> Listener:
    for listener in tab.elements['0']['events']:
        if listener['type'] == event:
            return Listener(0, listener['listener_id'], event)
    raise AssertionError(f'the layout does not listen to {event}')


def clicks_of(site: Site) -> list[str]:
    return [line for line in site.ran() if not line.startswith(('tick', 'disconnect'))]


async def refused(site: Site, replay: Callable[[], object], times: int) -> None:
    """Every replayed frame has been turned away, which the log says one by one, and nothing has run."""
    before, already = site.refusals(), clicks_of(site)
    await replay()  # type: ignore[misc]  # an async function
    await eventually(lambda: site.refusals() >= before + times, why='refusals in the log')
    assert clicks_of(site) == already


async def test_clicks_run_for_the_person_whose_page_it_is(gate_site):
    async with premium_tab(gate_site) as (tab, _, _):
        before = len(gate_site.ran())
        for listener in recorded(tab):
            await tab.send(listener)
        for what in ('plain', 'dialog', 'menu', 'shout'):
            await eventually(partial(gate_site.has_run, what, before), why=what)


async def test_after_sign_out_nothing_runs_and_the_tab_is_sent_away(gate_site):
    async with premium_tab(gate_site) as (tab, http, _):
        clicks = recorded(tab)
        assert (await post(http, gate_site, 'sign-out')).status_code == 200

        async def replay() -> None:
            for click in clicks:
                await tab.send(click)

        await refused(gate_site, replay, len(clicks))
        assert 'location.replace("/premium")' in (await tab.frame('run_javascript'))['code']


async def test_after_the_role_is_gone_nothing_runs(gate_site):
    async with premium_tab(gate_site) as (tab, _, email):
        clicks = recorded(tab)
        await gate_site.cli('revoke', email, 'Premium')

        async def replay() -> None:
            for click in clicks:
                await tab.send(click)

        await refused(gate_site, replay, len(clicks))
        await eventually(lambda: tab.says("You don't have access"), why='the view of a closed page')
        assert not tab.says('premium content')


async def test_timers_of_a_closed_page_stop(gate_site):
    async with premium_tab(gate_site) as (tab, _, email):
        await eventually(lambda: gate_site.count(f'tick {email}'), why='a tick')
        await gate_site.cli('revoke', email, 'Premium')
        await eventually(lambda: tab.says("You don't have access"), why='the view of a closed page')
        ticks = gate_site.count(f'tick {email}')
        async with premium_tab(gate_site, '/') as (other, _, _):  # time passes: a whole other visit
            await other.send(other.find('Wave'))
            await eventually(lambda: 'wave' in gate_site.ran(), why='the other visit')
        assert gate_site.count(f'tick {email}') == ticks


async def test_a_click_of_a_page_that_was_left_does_not_run(gate_site):
    async with premium_tab(gate_site) as (tab, _, email):
        clicks = recorded(tab)
        await tab.send(layout_listener(tab, 'sub_pages_navigate'), '/signed-in')
        await eventually(lambda: tab.look('Greet'), why='the next page')

        async def replay() -> None:
            for click in clicks:
                await tab.send(click)

        await refused(gate_site, replay, len(clicks))
        ticks = gate_site.count(f'tick {email}')
        await tab.send(tab.find('Greet'))
        await eventually(lambda: 'greet' in gate_site.ran(), why='the click of the open page')
        assert gate_site.count(f'tick {email}') == ticks
    assert f'disconnect {email}' not in gate_site.ran()  # hung on the client, and taken away with the page


async def test_a_forged_move_to_a_closed_page_shows_no_content(gate_site):
    async with httpx.AsyncClient() as http:
        await join_without_browser(http, gate_site)
        tab = await open_tab(http, gate_site, '/signed-in')
        await tab.connect()
        for event in ('sub_pages_open', 'sub_pages_navigate'):
            await tab.send(layout_listener(tab, event), '/premium')
            await eventually(lambda: tab.says("You don't have access"), why='the view of a closed page')
            assert 'premium content' not in str(tab.frames)
            await tab.send(layout_listener(tab, event), '/signed-in')
            await eventually(lambda: tab.look('Greet'), why='the way back')
        await tab.close()


@pytest.mark.parametrize('spelling', ['/premium/', '//premium', '/premium;x', '/%70remium'])
async def test_an_odd_spelling_in_a_forged_move_opens_nothing(gate_site, spelling):
    async with premium_tab(gate_site, '/signed-in') as (tab, _, _):
        await tab.send(layout_listener(tab, 'sub_pages_open'), spelling)
        assert (await tab.frame('open'))['path'] == spelling  # an ordinary request, which answers 404
        assert 'premium content' not in str(tab.frames)
        assert (await _get(gate_site, spelling)).status_code == 404


async def _get(site: Site, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(f'{site.url}{path}')


async def test_another_browser_cannot_connect_to_a_page(gate_site):
    async with premium_tab(gate_site) as (victim, _, _), httpx.AsyncClient() as http:
        await join_without_browser(http, gate_site, 'Premium')
        theirs = {cookie.name: cookie.value or '' for cookie in http.cookies.jar}
        for cookies in (theirs, {}, {next(iter(theirs)): 'forged'}, {next(iter(theirs)): 'x' * 5000}):
            async with httpx.AsyncClient(cookies=victim.cookies) as mine:
                tab = await open_tab(mine, gate_site, '/premium')
            with pytest.raises(Refused):
                await tab.connect(cookies=cookies)


async def test_another_origin_cannot_connect(gate_site):
    async with premium_tab(gate_site) as (_, http, _):
        for origin in ('https://evil.example', 'null', gate_site.url.replace('http', 'https'), 'http://127.0.0.1:1'):
            copy = await open_tab(http, gate_site, '/premium')
            with pytest.raises(Refused):
                await copy.connect(origin=origin)


async def test_another_connected_browser_cannot_click_in_a_page(gate_site):
    async with premium_tab(gate_site) as (victim, _, _), premium_tab(gate_site, '/signed-in') as (attacker, _, _):
        clicks = recorded(victim)

        async def replay() -> None:
            for click in clicks:
                await attacker.send(click, client_id=victim.client_id)

        await refused(gate_site, replay, len(clicks))


async def test_a_browser_with_a_dead_cookie_gets_a_page_that_connects(gate_site):
    """Else it would load and be refused for ever."""
    async with httpx.AsyncClient() as http:
        await join_without_browser(http, gate_site)
        name = next(iter(http.cookies.jar)).name
    async with httpx.AsyncClient(cookies={name: 'of-a-session-long-gone'}) as http:
        tab = await open_tab(http, gate_site, '/')
        await tab.connect()
        await tab.send(tab.find('Wave'))
        await eventually(lambda: 'wave' in gate_site.ran(), why='a click on a public page')
        await tab.close()


ODD_FRAMES: list[object] = [
    None, 7, 'x', [], {}, {'client_id': 7}, {'client_id': None, 'id': 1}, {'client_id': ['x'], 'id': {}},
]  # fmt: skip
ODD_PARTS: list[dict[str, object]] = [
    {'id': '0'}, {'id': None}, {'id': True}, {'id': 2**63}, {'id': {'a': 1}}, {'listener_id': None},
    {'listener_id': ['x']}, {'args': None}, {'args': 7}, {'args': ['{']}, {'args': [7]}, {'args': {'a': 1}},
    {'args': ['null'] * 50}, {'args': ['"' + 'x' * 100_000 + '"']},
]  # fmt: skip


async def test_frames_of_any_shape_do_no_harm(gate_site):
    said = len(gate_site.output)
    async with premium_tab(gate_site, '/signed-in') as (tab, _, _):
        for name in ('event', 'javascript_response', 'ack', 'log', 'handshake'):
            for frame in ODD_FRAMES:
                await tab.emit(name, frame)
        good = tab.find('Draft', 'update:value') if tab.look('Draft', 'update:value') else tab.find('Greet')
        move = layout_listener(tab, 'sub_pages_open')
        for listener in (good, move):
            whole: dict[str, object] = {
                'client_id': tab.client_id,
                'id': listener.element,
                'listener_id': listener.listener,
            }
            for part in ODD_PARTS:
                await tab.emit('event', whole | part)
        for value in (7, None, {'a': 1}, ['/premium'], '', 'javascript:alert(1)', '/' + 'x' * 5000, '/\x00'):
            await tab.send(move, value)
        await tab.emit('ack', {'client_id': tab.client_id, 'next_message_id': 'x'})
        await tab.emit('javascript_response', {'client_id': tab.client_id, 'request_id': 'x', 'result': 1})
        await tab.emit('log', {'client_id': tab.client_id, 'level': 'error', 'message': 'forged\nlevel=error line'})
        before, old = gate_site.count('greet'), tab.find('Greet')
        await tab.send(layout_listener(tab, 'sub_pages_navigate'), '/signed-in')
        await eventually(lambda: tab.look('Greet') not in (None, old), why='the page, shown anew')
        await tab.send(tab.find('Greet'))
        await eventually(lambda: gate_site.count('greet') > before, why='a click after all of that')
    assert 'Traceback' not in gate_site.output[said:]
    assert 'forged' not in gate_site.output[said:]


async def test_a_slow_page_is_stopped_when_its_person_loses_the_role(gate_site):
    async with premium_tab(gate_site, '/signed-in') as (tab, _, email):
        await tab.send(layout_listener(tab, 'sub_pages_navigate'), '/slow')
        await eventually(lambda: tab.says('slow beginning'), why='the slow page')
        await gate_site.cli('revoke', email, 'Premium')
        await eventually(lambda: tab.says("You don't have access"), why='the view of a closed page')
        assert not tab.says('slow beginning')


async def test_a_person_cannot_keep_a_closed_page_by_moving_nowhere(gate_site):
    """The move reads the news first; the page must be closed all the same."""
    async with premium_tab(gate_site) as (tab, _, email):
        move, revoke = layout_listener(tab, 'sub_pages_navigate'), gate_site.cli('revoke', email, 'Premium')
        revoking = asyncio.create_task(revoke)
        while not revoking.done():
            await asyncio.wait([revoking], timeout=0.005)  # frames come all the time, but not more than can be read
            await tab.send(move, '/nowhere')
        await eventually(lambda: tab.says("You don't have access"), why='the view of a closed page')
        assert not tab.says('premium content')


async def test_what_a_page_subscribed_to_ends_with_it(gate_site):
    async with (
        premium_tab(gate_site, '/news') as (tab, _, email),
        premium_tab(gate_site, '/signed-in') as (other, _, _),
    ):
        await other.send(other.find('Tell'))
        await eventually(lambda: gate_site.count(f'news {email}'), why='the news')
        await tab.send(layout_listener(tab, 'sub_pages_navigate'), '/signed-in')
        await eventually(lambda: tab.look('Greet'), why='the next page')
        heard, told = gate_site.count(f'news {email}'), gate_site.count('told')
        await other.send(other.find('Tell'))
        await eventually(lambda: gate_site.count('told') > told, why='more news')
        assert gate_site.count(f'news {email}') == heard


async def test_a_handler_that_is_still_running_stops_when_the_role_is_gone(gate_site):
    async with premium_tab(gate_site, '/news') as (tab, _, email):
        await tab.send(tab.find('Follow'))
        await eventually(lambda: gate_site.count(f'step {email}'), why='a first step')
        await gate_site.cli('revoke', email, 'Premium')
        await eventually(lambda: tab.says("You don't have access"), why='the view of a closed page')
        steps = gate_site.count(f'step {email}')
        async with premium_tab(gate_site, '/') as (other, _, _):  # time passes: a whole other visit
            await other.send(other.find('Wave'))
        assert gate_site.count(f'step {email}') == steps


async def test_another_apps_old_cookie_does_not_keep_a_page_from_connecting(gate_site):
    """A byte that is no UTF-8 in the header, written by hand: no client library sends one."""
    async with httpx.AsyncClient() as http:
        await join_without_browser(http, gate_site)
        tab = await open_tab(http, gate_site, '/signed-in')
    query = '&'.join(f'{name}={value}' for name, value in tab.query.items())
    ours = '; '.join(f'{name}={value}' for name, value in tab.cookies.items())
    reader, writer = await asyncio.open_connection('127.0.0.1', gate_site.port)
    writer.write(
        f'GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket&{query} HTTP/1.1\r\n'
        f'Host: 127.0.0.1:{gate_site.port}\r\n'
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
        f'Origin: {gate_site.url}\r\nCookie: other=\xe9{{"a":1}}; {ours}\r\n\r\n'.encode('latin-1')
    )
    await reader.readuntil(b'\r\n\r\n')
    writer.write(b'\x81\x82\0\0\0\x0040')  # the text frame "40": connect, please
    answer = await asyncio.wait_for(reader.readuntil(b'"sid"'), 5 * SLOWNESS)
    answer += await asyncio.wait_for(reader.readuntil(b'"sid"'), 5 * SLOWNESS)  # that of Socket.IO, after engine.io's
    assert b'40{"sid"' in answer
    writer.close()


async def test_a_page_has_one_document(gate_site):
    """A second one would be deleted under its reader when the first is closed."""
    async with premium_tab(gate_site) as (tab, http, _):
        second = await open_tab(http, gate_site, '/premium')
        second.query = tab.query | {'document_id': 'another'}
        with pytest.raises(Refused):
            await second.connect()


RAW = [
    '42', '42[]', '42{}', '4', '42[', '44', '49', '4a', '7', 'b!!!', '45-["event",1]', '42["\\ud800"]', '42[["x"]]',
    '43[1]',
    '451-["event",{"_placeholder":true,"num":0}]', '42' + '[' * 5000, '42[{"a":1}]', '42["connect"]',
    '42["disconnect"]', '42[null]', '42[1,2]', '42/x,["event"]', '40/x,', '431[]', '', b'\x00\x01', b'',
    '2' * 70_000, '41',
]  # fmt: skip


@pytest.mark.parametrize('frame', RAW, ids=range(len(RAW)))
async def test_a_raw_frame_of_any_shape_is_one_line_in_the_log(gate_site, frame):
    said = len(gate_site.output)
    address = gate_site.url.replace('http', 'ws')
    async with httpx.AsyncClient() as http, aiohttp.ClientSession() as session:
        tab = await open_tab(http, gate_site, '/')
        query = '&'.join(f'{name}={value}' for name, value in tab.query.items())
        url = f'{address}/_nicegui_ws/socket.io/?EIO=4&transport=websocket&{query}'
        async with session.ws_connect(url, headers={'Origin': gate_site.url}) as socket:
            await socket.send_str('40')
            await eventually(lambda: tab.client_id, why='the page')
            await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
            await socket.close()
        assert (await http.get(f'{gate_site.url}/healthz')).status_code == 200
    lines = gate_site.output[said:].splitlines()
    assert all(line.startswith('timestamp=') for line in lines), lines
    assert not any('Traceback' in line or 'level=error' in line for line in lines), lines


@pytest.mark.parametrize('path', ['/_nicegui_ws/', '/_nicegui_ws/x', '/_nicegui_ws/socket.io', '/nowhere', '/premium'])
async def test_there_is_one_socket(gate_site, path):
    said = len(gate_site.output)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(f'{gate_site.url}{path}', headers={'Origin': gate_site.url})
    assert caught.value.status == 403
    assert 'Traceback' not in gate_site.output[said:]


async def test_a_button_that_fails_says_so_without_its_reasons(gate_site, http):
    said = len(gate_site.output)
    tab = await open_tab(http, gate_site, '/crash')
    await tab.connect()
    await tab.send(tab.find('Crash'))
    words = (await tab.frame('notify'))['message']
    assert words.startswith('That did not work.')
    assert 'ValueError' not in words
    assert 'secret' not in words
    assert f'reference={words[-8:]}' in gate_site.output[said:]
    await tab.close()


async def test_a_value_that_an_element_cannot_read_is_one_line_and_no_traceback(gate_site, http):
    said = len(gate_site.output)
    tab = await open_tab(http, gate_site, '/crash')
    await tab.connect()
    choice = tab.find('Choice', 'update:modelValue')
    odd: list[object] = [None, {'value': 'x'}, {'value': 99, 'label': []}, [[]], 'x', {'value': None}]
    for value in odd:
        await tab.send(choice, value)
    await tab.send(tab.find('Crash'))
    await tab.frame('notify')
    assert gate_site.output[said:].count('Traceback') == 1  # of the button alone
    await tab.close()
