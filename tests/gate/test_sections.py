"""Parts of a page with gates of their own: closed ones are never sent, and open and close where they stand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.gate.conftest import Site
from tests.gate.test_socket import layout_listener
from tests.gate.test_uploads import upload_path
from tests.support.browser import visit
from tests.support.people import join, join_without_browser
from tests.support.sockets import Tab, open_tab
from tests.support.waiting import eventually

PAGES = Path(__file__).with_name('section_pages.py')


@pytest.fixture(scope='module')
async def parts_site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with Site.serving(database, tmp_path_factory.mktemp(f'parts-{database}'), pages=PAGES) as server:
        yield server


@asynccontextmanager
async def tab_of(site: Site, path: str, *roles: str) -> AsyncIterator[tuple[Tab, httpx.AsyncClient, str]]:
    """A connected page of a new person who holds these roles."""
    async with httpx.AsyncClient() as http:
        person = await join_without_browser(http, site, *roles)
        tab = await open_tab(http, site, path)
        await tab.connect()
        yield tab, http, person.email
        await tab.close()


async def ran(site: Site, what: str) -> None:
    await eventually(lambda: what in site.ran(), why=what)


async def test_a_closed_section_never_runs_is_never_sent_and_opens_where_it_stands(parts_site):
    async with tab_of(parts_site, '/') as (tab, _, email):
        assert tab.says('become a premium customer')
        assert 'premium offers' not in tab.html
        asked = tab.find('Ask for an upgrade')
        await parts_site.cli('grant', email, 'Premium')
        await eventually(lambda: tab.says('premium offers'), why='the section')
        assert not tab.says('become a premium customer')
        assert not tab.says('Change the price')
        assert parts_site.count(f'offers drawn {email}') == 1
        assert parts_site.count(f'prices of Fiat drawn {email}') == 0
        refusals = parts_site.refusals()
        await tab.send(asked)  # what stood in its place has gone with it
        await eventually(lambda: parts_site.refusals() > refusals, why='a refusal')
        for words in ('Reserve', 'Confirm'):
            await tab.send(tab.find(words))
        await tab.send(layout_listener(tab, 'shout'))
        for what in ('reserved', 'confirmed', 'shouted', 'tick'):
            await ran(parts_site, f'{what} {email}')


async def test_all_that_a_section_made_dies_with_it(parts_site):
    async with tab_of(parts_site, '/', 'Premium') as (tab, http, email):
        clicks = [tab.find('Reserve'), tab.find('Confirm'), layout_listener(tab, 'shout')]
        await tab.send(tab.find('Follow'))
        await ran(parts_site, f'step {email}')
        await ran(parts_site, f'tick {email}')
        upload, picture = upload_path(tab), next(
            e['props']['src'] for e in tab.elements.values() if str(e.get('props', {}).get('src', '')).endswith('.svg')
        )  # fmt: skip
        assert (await http.get(f'{parts_site.url}{picture}')).status_code == 200

        await parts_site.cli('revoke', email, 'Premium')
        await eventually(lambda: tab.says('become a premium customer'), why='what stands in its place')
        before = len(parts_site.ran())
        assert not tab.says('premium offers')
        assert not tab.look('Confirm')
        refusals = parts_site.refusals()
        for click in clicks:
            await tab.send(click)
        await eventually(lambda: parts_site.refusals() >= refusals + len(clicks), why='refusals')
        answer = await http.post(f'{parts_site.url}{upload}', files={'file': ('a.txt', b'x')})
        assert answer.status_code in (403, 404)
        assert (await http.get(f'{parts_site.url}{picture}')).status_code == 403
        await tab.send(tab.find('Tell'))
        await tab.send(tab.find('Ask for an upgrade'))
        await ran(parts_site, f'asked {email}')
        since = [line for line in parts_site.ran()[before:] if line.endswith(email)]
        assert since == [f'asked {email}']  # no tick, step, news, upload or click of what was taken away


async def test_sections_in_sections_take_arguments_and_are_called_any_number_of_times(parts_site):
    async with tab_of(parts_site, '/', 'Premium') as (tab, _, email):
        assert not tab.says('Change the price')
        await parts_site.cli('grant', email, 'Admin')
        await eventually(lambda: tab.look('Change the price of Jaguar'), why='the inner section')
        assert tab.look('Change the price of Fiat')
        assert parts_site.count(f'offers drawn {email}') == 1  # what is around them was not built anew
        change = tab.find('Change the price of Jaguar')
        await tab.send(change)
        await ran(parts_site, f'price changed {email}')
        await parts_site.cli('revoke', email, 'Premium')  # the outer one takes the inner ones with it
        await eventually(lambda: tab.says('become a premium customer'), why='what stands in its place')
        assert not tab.look('Change the price of Jaguar')
        refusals = parts_site.refusals()
        await tab.send(change)
        await eventually(lambda: parts_site.refusals() > refusals, why='a refusal')
        assert parts_site.count(f'price changed {email}') == 1


async def test_a_section_is_not_drawn_on_behalf_of_a_closed_one(parts_site):
    async with tab_of(parts_site, '/', 'Premium') as (tab, _, email):
        await tab.send(tab.find('Draw late'))
        await parts_site.cli('revoke', email, 'Premium')
        said = 'the section offers is called in a section or page that is closed by now'
        await eventually(lambda: any(said in line and email in line for line in parts_site.ran()), why='the refusal')
        assert tab.says('become a premium customer')


async def test_what_somebody_does_beside_a_section_stays_when_it_opens_and_closes(parts_site, new_page):
    page = await new_page(parts_site)
    person = await join(page, parts_site)
    await visit(page, '/')
    notes = page.get_by_label('Notes')
    await notes.fill('half a th')
    await page.set_viewport_size({'width': 800, 'height': 200})
    await notes.scroll_into_view_if_needed()
    await notes.focus()
    await page.evaluate('window.mark = [scrollY, document.querySelector("input")]')
    for role_verb, shown in (('grant', 'premium offers'), ('revoke', 'become a premium customer')):
        await parts_site.cli(role_verb, person.email, 'Premium')
        await expect(page.get_by_text(shown)).to_be_visible()
        await page.keyboard.type('!')
        assert await page.evaluate('mark[0] === scrollY && mark[1] === document.querySelector("input")')
    await expect(notes).to_have_value('half a th!!')
    await expect(notes).to_be_focused()


async def test_an_async_section_is_whole_on_the_first_load(parts_site):
    async with tab_of(parts_site, '/') as (tab, http, _):
        assert '12 cars' in tab.html
        http.cookies.clear()
        signed_out = (await http.get(f'{parts_site.url}/')).text
        assert 'sign in to see the fleet' in signed_out
        assert 'counting' not in signed_out


async def test_the_session_is_followed_by_what_is_bound_and_by_who_asked_to_be_told(parts_site):
    async with tab_of(parts_site, '/') as (tab, _, email):
        assert tab.says(f'email {email}')
        assert tab.says('signed in True')
        assert tab.says('roles ')
        await parts_site.cli('grant', email, 'Premium')
        await eventually(lambda: tab.says('roles Premium'), why='the bound label')
        await ran(parts_site, f'told Premium True {email}')
        await parts_site.cli('grant', email, 'Admin')
        await ran(parts_site, f'told Admin,Admin Premium,Premium True {email}')
        await ran(parts_site, f'offers told {email}')
        assert parts_site.count(f'told Premium True {email}') == 1


async def test_timers_and_tasks_see_the_person_as_now_and_nobody_sets_who_it_is(parts_site):
    async with tab_of(parts_site, '/watch') as (tab, _, email):
        await ran(parts_site, f'timer sees  {email}')
        await ran(parts_site, f'task sees  {email}')
        await parts_site.cli('grant', email, 'Admin')
        await ran(parts_site, f'timer sees Admin {email}')
        await ran(parts_site, f'task sees Admin {email}')
        before = len(parts_site.output)
        await tab.send(tab.find('Pretend'))
        await eventually(lambda: 'it cannot be set' in parts_site.output[before:], why='the refusal in the log')
        assert not any('boss@cars.example' in line for line in parts_site.ran())


async def test_a_guarded_handler_asks_each_time(parts_site):
    async with tab_of(parts_site, '/') as (tab, _, email):
        guarded = [tab.find('Guarded'), tab.find('Guarded later')]
        for click in guarded:
            await tab.send(click)
        assert "You don't have access" in (await tab.frame('notify'))['message']
        await parts_site.cli('grant', email, 'Premium')
        await eventually(lambda: tab.says('roles Premium'), why='the role')
        for click, what in zip(guarded, ('guarded', 'guarded later'), strict=True):
            await tab.send(click)
            await ran(parts_site, f'{what} {email}')
        await parts_site.cli('revoke', email, 'Premium')
        await eventually(lambda: not tab.says('roles Premium'), why='the end of the role')
        before = parts_site.output.count('handler refused')
        for click in guarded:
            await tab.send(click)
        await eventually(lambda: parts_site.output.count('handler refused') == before + 2, why='refusals')
        assert parts_site.count(f'guarded {email}') == 1
        assert parts_site.count(f'guarded later {email}') == 1


async def test_a_part_that_fails_says_so_in_its_place_and_the_rest_stands(parts_site):
    async with tab_of(parts_site, '/torn') as (tab, _, _):
        assert tab.status == 200
        assert tab.html.count('This part could not be shown') == 2
        assert 'the rest stands' in tab.html
        assert 'half a part' not in tab.html
        assert 'a secret of the code' not in tab.html


async def test_a_refresh_around_a_section_leaves_no_old_one_behind(parts_site):
    async with tab_of(parts_site, '/board', 'Premium') as (tab, _, email):
        old = [tab.find('Reserve'), tab.find('Confirm')]
        await tab.send(tab.find('Refresh'))
        await eventually(lambda: parts_site.count(f'offers drawn {email}') == 2, why='the second drawing')
        await eventually(lambda: tab.find('Reserve') != old[0], why='the new button')
        refusals = parts_site.refusals()
        for click in old:
            await tab.send(click)
        await eventually(lambda: parts_site.refusals() >= refusals + 2, why='refusals')
        await tab.send(tab.find('Confirm'))
        await ran(parts_site, f'confirmed {email}')
        await parts_site.cli('revoke', email, 'Premium')
        await eventually(lambda: tab.says('become a premium customer'), why='what stands in its place')
        assert parts_site.count(f'offers drawn {email}') == 2


async def test_pages_inherit_gate_and_layout_of_the_section_of_the_site_they_lie_in(parts_site):
    async with tab_of(parts_site, '/staff', 'Admin') as (tab, http, email):
        assert tab.status == 200
        for words in ('staff content', 'staff footer', f'staff menu of {email}'):
            assert words in tab.html
        rota = (await http.get(f'{parts_site.url}/staff/rota')).text
        assert 'rota content' in rota
        assert 'staff footer' in rota
        refused = await http.get(f'{parts_site.url}/staff/fleet')  # its own gate is the one that holds
        assert refused.status_code == 403
        assert 'staff footer' not in refused.text
        await parts_site.cli('revoke', email, 'Admin')
        for path in ('/staff', '/staff/rota'):
            assert (await http.get(f'{parts_site.url}{path}')).status_code == 403


async def test_what_is_called_wrongly_in_a_page_is_one_line_in_the_log(parts_site):
    async with tab_of(parts_site, '/stray') as (tab, http, _):
        before = len(parts_site.output)
        nested = await http.get(f'{parts_site.url}/nested')
        assert nested.status_code == 500
        assert 'beside the gate' not in nested.text
        await tab.send(tab.find('Ask'))
        await eventually(lambda: 'did you mean' in parts_site.output[before:], why='the line')
        assert f'{PAGES}:' in parts_site.output[before:]
        assert 'declare each with page(…)' in parts_site.output[before:]
        assert 'Traceback' not in parts_site.output[before:]


async def test_what_still_runs_of_a_closed_section_shows_nothing_and_ends(parts_site):
    async with tab_of(parts_site, '/stock', 'Premium') as (tab, _, email):
        await tab.send(tab.find('Count'))
        await ran(parts_site, f'counting {email}')
        await parts_site.cli('revoke', email, 'Premium')
        await eventually(lambda: not tab.says('the stock'), why='the end of the section')
        said = 'this goes on after its page or section was closed: nothing of it is shown any more'
        await eventually(lambda: any(said in line and email in line for line in parts_site.ran()), why='the refusal')
        await tab.send(tab.find('Keep on'))
        await ran(parts_site, f'kept on {email}')
        await parts_site.cli('grant', email, 'Premium')
        await eventually(lambda: tab.says('the stock'), why='the section')
        assert f'counted {email}' not in parts_site.ran()  # its await on a thread was its last
        assert 'secret' not in str(tab.frames)


async def test_a_file_is_not_opened_by_a_stranger_who_has_it_shown_to_others_anew(parts_site):
    async with (
        tab_of(parts_site, '/gallery', 'Premium') as (tab, http, _),
        tab_of(parts_site, '/hanging') as (stranger, strangers, email),
    ):
        source = parts_site.url + next(filter(None, (e.get('props', {}).get('src') for e in tab.elements.values())))
        before = len(tab.frames)
        await stranger.send(stranger.find('Hang anew'))
        await ran(parts_site, f'hung anew {email}')
        await eventually(lambda: 'drawing.svg' in str(tab.frames[before:]), why='the picture, hung anew')
        assert (await strangers.get(source)).status_code == 403
        assert (await http.get(source)).status_code == 200


async def test_a_thread_never_sees_somebody_else(parts_site):
    async with tab_of(parts_site, '/threads') as (one, _, first), tab_of(parts_site, '/threads') as (two, _, second):
        await one.send(one.find('Hold'))  # a thread of theirs is inside an element of their page
        await ran(parts_site, f'held {first}')
        await two.send(two.find('Look'))
        await ran(parts_site, f'thread {second}')
        assert f'thread {first}' not in parts_site.ran()


async def test_a_page_that_cannot_follow_is_taken_away_and_holds_up_nobody(parts_site):
    async with tab_of(parts_site, '/stuck', 'Premium') as (tab, http, email):
        other = await open_tab(http, parts_site, '/')
        await other.connect()
        assert tab.says('this stays')
        await parts_site.cli('revoke', email, 'Premium')
        await eventually(lambda: 'location.replace("/stuck")' in str(tab.frames), why='the end of the page')
        await eventually(lambda: other.says('become a premium customer'), why='the other page')
        await other.close()


async def test_a_layout_may_catch_what_its_page_raises(parts_site):
    async with httpx.AsyncClient() as http:
        answer = await http.get(f'{parts_site.url}/forgiven')
        assert (answer.status_code, 'never mind' in answer.text) == (200, True)


async def test_a_page_says_that_there_is_nothing_at_an_address(parts_site, http):
    before = len(parts_site.output)
    assert 'the rare car' in (await http.get(f'{parts_site.url}/rare/7')).text
    missing = await http.get(f'{parts_site.url}/rare/8')
    assert missing.status_code == 404
    assert 'Page not found' in missing.text
    assert 'looking it up' not in missing.text
    assert (await http.get(f'{parts_site.url}/rare/0')).status_code == 404  # what the type says holds at the door
    assert 'level=error' not in parts_site.output[before:]
