"""A developer tests pages of their own, in a folder of their own, with the fixture `sign_in_as`."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support.server import FOREIGN, ROOT

PAGES = """
from nicegui import ui
from ui.actions import AuthError, login
from ui.gate import gated, group, page, route

group('Premium', roles=['Premium'])
group('Lead', roles=['Premium', 'Staff'])


@route('/report', groups=['Lead'])
def report() -> dict[str, int]:
    return {'profit': 7}


@gated(groups=['Premium'])
def offers() -> None:
    ui.label('A special offer')


@page('/', title='Home', access='public')
def home() -> None:
    ui.label('Welcome')
    offers()
    ui.button('Fail', on_click=lambda: int('x'))


@page('/premium', title='Best cars', groups=['Premium'])
def premium() -> None:
    days, car = ui.number('Days'), ui.select(['Fiat', 'Jaguar'], label='Car')
    note, child = ui.input('Note'), ui.checkbox('Child seat')
    ui.button('Reserve', on_click=lambda: ui.notify(f'{days.value} {car.value} {note.value} {child.value}'))
    ui.label('Nobody reads this').set_visibility(False)
    ui.table(rows=[{'car': 'Volvo', 'price': 79}], columns=[{'name': 'car', 'label': 'Model', 'field': 'car'}])
    ui.label('Not by click').on('click', lambda event: ui.notify(f'clicked {event.args}'))


@page('/enter', access='public')
def enter() -> None:
    async def send() -> None:
        try:
            await login(email.value, password.value, next='/premium')
        except AuthError as error:
            ui.notify(error.message)

    with ui.element('form').on('submit.prevent', send):
        email, password = ui.input('Email'), ui.input('Password')
        ui.button('Come in').props('type=submit')
"""
INI = """
[pytest]
filterwarnings = error
"""
CONFTEST = """
from pathlib import Path
import pytest

pytest_plugins = ['ui.testing']


@pytest.fixture(scope='session')
def pages_file():
    return Path(__file__).with_name('my_pages.py')
"""
TESTS = """
import pytest


async def test_a_member_uses_the_page(sign_in_as):
    ann = await sign_in_as('Premium')
    tab = await ann.open('/premium')
    assert (tab.status, tab.address) == (200, '/premium')
    assert tab.shows('Best cars') and tab.shows('Volvo') and tab.shows('79') and tab.shows('Model')
    assert not tab.shows('Nobody reads this')
    await tab.fill('Days', 7)
    await tab.fill('Car', 'Jaguar')
    await tab.fill('Note', 'blue')
    await tab.fill('Child seat', True)
    assert tab.shows('blue')
    await tab.click('Reserve')
    await tab.eventually_shows('7.0 Jaguar blue True')
    await tab.click('Not by click')
    await tab.eventually_shows('clicked {}')
    with pytest.raises(LookupError, match="there is .'Not by click', 'Reserve'"):
        await tab.click('Reserv')
    with pytest.raises(LookupError, match="there is .'Fiat', 'Jaguar'"):
        await tab.fill('Car', 'Opel')


async def test_rights_that_go_and_come_back_are_followed(sign_in_as):
    ann = await sign_in_as('Premium')
    tab = await ann.open('/premium')
    await ann.revoke('Premium')
    await tab.eventually_hides('Volvo')
    await tab.eventually_shows("You don't have access")
    assert (await ann.open('/premium')).status == 403
    await ann.grant('Lead')
    await tab.eventually_shows('Volvo')
    assert (await ann.get('/report')).json() == {'profit': 7}
    await ann.sign_out()
    await tab.eventually_hides('Volvo')
    assert (await ann.open('/premium')).status == 303


async def test_others_are_kept_out(sign_in_as, signed_out):
    tab = await signed_out.open('/premium')
    assert (tab.status, tab.address) == (303, '/login?next=/premium')
    plain = await sign_in_as()
    tab = await plain.open('/')
    assert tab.shows('Welcome') and not tab.shows('A special offer')
    assert not tab.shows('Best cars')  # the header is no part of the page
    await tab.move('/premium')
    await tab.eventually_shows("You don't have access")
    missing = await plain.open('/nowhere')
    assert missing.status == 404 and missing.shows('There is no page')
    assert (await plain.get('/report')).status_code == 403
    with pytest.raises(Exception, match='there is no group "Premum": did you mean "Premium"'):
        await sign_in_as('Premum')


async def test_a_form_of_ones_own_signs_in(sign_in_as, signed_out):
    ann = await sign_in_as('Premium')
    tab = await signed_out.open('/enter')
    await tab.fill('Email', ann.email)
    await tab.fill('Password', 'wrong')
    await tab.click('Come in')
    await tab.eventually_shows('Email or password is wrong.')
    await tab.fill('Password', ann.password)
    await tab.click('Come in')
    await tab.eventually_shows('Best cars')
    assert (await signed_out.open('/premium')).status == 200


async def test_a_failing_handler_is_explained(sign_in_as):
    tab = await (await sign_in_as()).open('/')
    await tab.click('Fail')
    await tab.eventually_shows('Done', within=0.2)


async def test_a_slash_is_missing(signed_out):
    await signed_out.open('premium')


async def test_an_await_is_missing(signed_out):
    tab = await signed_out.open('/')
    tab.click('Fail')
"""


async def test_a_developers_own_tests_run(tmp_path: Path):
    for name, text in {'my_pages.py': PAGES, 'conftest.py': CONFTEST, 'test_my_pages.py': TESTS}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / 'pytest.ini').write_text(INI)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    pytest_run = await asyncio.create_subprocess_exec(
        *(sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', str(tmp_path)),
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await pytest_run.communicate())[0].decode()
    assert '3 failed, 4 passed' in said, said
    assert "write .open('/premium')" in said
    assert "coroutine 'OpenPage.click' was never awaited" in said
    assert "/ does not show 'Done' after 0.2 s. It shows: ['Home', 'Welcome'" in said
    assert 'what the site printed last' in said
    assert "ValueError: invalid literal for int() with base 10: 'x'" in said
