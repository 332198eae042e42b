"""The operator works on the command line beside a running server, which follows at once."""

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.conftest import NewPage, Serve
from tests.support.browser import shown, visit
from tests.support.people import (
    PASSWORD,
    Person,
    account,
    can_sign_in,
    form,
    join,
    join_without_browser,
    new_email,
    sign_in,
    submit,
)
from tests.support.server import Server
from tests.support.terminal import typed_at

NEW_PASSWORD = 'nine quiet lanterns'


async def _is_sent_to_sign_in(page: Page) -> None:
    await expect(form(page, 'Sign in')).to_be_visible()
    assert 'Porsche' not in await page.content()


async def test_block_empties_every_open_tab_and_unblock_lets_back_in(page: Page, site: Server):
    ann = await join(page, site, 'Premium')
    second = await page.context.new_page()
    for tab in (page, second):
        await visit(tab, '/premium')
    await site.cli('block', ann.email)
    await _is_sent_to_sign_in(page)
    await _is_sent_to_sign_in(second)

    await submit(page, 'Sign in', email=ann.email, password=ann.password)
    await expect(page.get_by_role('alert').filter(has_text='Email or password is wrong.')).to_be_visible()
    await site.cli('unblock', ann.email)
    await form(page, 'Sign in').get_by_role('button', name='Sign in').click()
    await shown(page, 'Best cars')


async def test_delete_user_empties_the_tab_and_frees_the_address(page: Page, site: Server):
    ann = await join(page, site, 'Premium')
    await visit(page, '/premium')
    await site.cli('delete-user', ann.email)
    await _is_sent_to_sign_in(page)
    assert not await can_sign_in(site, ann.email)
    await site.cli('create-user', ann.email, '--password-stdin', typed=f'{PASSWORD}\n')
    await sign_in(page, site, ann)
    assert await visit(page, '/premium') == 403  # a new account, without the roles of the old one


async def test_set_password_ends_the_sessions_of_the_old_one(page: Page, site: Server):
    ann = await join(page, site)
    await visit(page, '/cars')
    await site.cli('set-password', ann.email, '--password-stdin', typed=f'{NEW_PASSWORD}\n')
    await _is_sent_to_sign_in(page)
    assert not await can_sign_in(site, ann.email)
    assert await can_sign_in(site, ann.email, NEW_PASSWORD)


async def test_create_user_makes_somebody_who_signs_in_with_their_roles(page: Page, site: Server):
    bob = Person(new_email('bob'))
    await site.cli(
        'create-user',
        bob.email,
        '--name',
        'Bob',
        '--role',
        'Admin',
        '--role',
        'Premium',
        '--password-stdin',
        typed=f'{bob.password}\n',
    )
    await sign_in(page, site, bob)
    await visit(page, '/staff/fleet')
    await shown(page, 'Fleet costs')
    await visit(page, '/cars')
    await expect(page.get_by_text('Welcome, Bob.')).to_be_visible()


async def test_create_admin_beside_the_server_opens_the_admin_area(page: Page, site: Server):
    ada = Person(new_email('ada'))
    await site.cli('create-admin', ada.email, '--password-stdin', typed=f'{ada.password}\n')
    await sign_in(page, site, ada)
    assert await visit(page, '/admin') == 200
    await account(page, ada).click()
    await expect(page.get_by_role('menuitem', name='Admin')).to_be_visible()


async def test_demo_makes_four_people_with_their_roles(serve: Serve, new_page: NewPage):
    site = await serve()
    printed = [line.split('\t') for line in (await site.cli('demo')).splitlines() if '\t' in line]
    opens = {'staff': '/staff', 'premium': '/premium', 'both': '/staff/fleet', 'plain': '/cars'}
    assert [email for email, _ in printed] == [f'{name}@cars.example' for name in opens]
    for (email, password), path in zip(printed, opens.values(), strict=True):
        page = await new_page(site)
        await sign_in(page, site, Person(email, password))
        for candidate in opens.values():
            may = candidate == path or candidate == '/cars' or email.startswith('both')
            assert await visit(page, candidate) == (200 if may else 403), (email, candidate)
    assert await site.cli('demo') == ''  # no password twice


async def test_the_last_site_admin_cannot_be_taken_away(serve: Serve):
    site = await serve()
    ada, bea = new_email('ada'), new_email('bea')
    await site.cli('create-admin', ada, '--password-stdin', typed=f'{PASSWORD}\n')
    for verb in (('revoke', ada, 'Site admin'), ('block', ada), ('delete-user', ada)):
        assert 'last site admin' in await site.cli(*verb, refused=True)
    await site.cli('create-admin', bea, '--password-stdin', typed=f'{PASSWORD}\n')
    await site.cli('block', ada)
    assert 'last site admin' in await site.cli('revoke', bea, 'Site admin', refused=True)


@pytest.mark.parametrize('verb', [
    ('grant', 'nobody@visits.example', 'Premium'), ('revoke', 'nobody@visits.example', 'Premium'),
    ('block', 'nobody@visits.example'), ('unblock', 'nobody@visits.example'), ('delete-user', 'nobody@visits.example'),
    ('set-password', 'nobody@visits.example', '--password-stdin'), ('create-user', 'no address', '--password-stdin'),
    ('create-admin', 'a@b@c', '--password-stdin'), ('check', '--pages', 'no-such-file.py'),
    ('grant', 'a@visits.example', '\udcff'), ('create-user', 'a@visits.example', '--role', '\udcff'),
    ('block', '\udcff'), ('run', '--host', '\udcff'), ('run', '--host', 'ü..x'), ('run', '--host', 'x' * 70),
    ('run', '--host', 'no-such-host.invalid'),
    ('check', '--pages', 'x' * 5000), ('check', '--pages', 'x' * 300 + '.py'), ('run', '--port', '\udcff'),
])  # fmt: skip
async def test_a_verb_that_cannot_be_done_says_so_in_one_line(site: Server, verb: tuple[str, ...]):
    await site.cli(*verb, typed=f'{PASSWORD}\n', refused=True)


async def test_what_is_quoted_cannot_colour_a_terminal_or_fill_it(site: Server):
    email = new_email()
    await site.cli('create-user', email, '--password-stdin', typed=f'{PASSWORD}\n')
    assert '\x1b' not in await site.cli('grant', email, '\x1b[31mred', refused=True)
    assert len(await site.cli('grant', email, 'x' * 100_000, refused=True)) < 1100


async def test_a_role_that_exists_nowhere_and_a_weak_password_are_refused(site: Server):
    email = new_email()
    assert await site.cli('create-user', email, '--password-stdin', typed='short\n', refused=True)
    await site.cli('create-user', email, '--password-stdin', typed=f'{PASSWORD}\n')
    taken = await site.cli('create-user', email, '--password-stdin', typed=f'{PASSWORD}\n', refused=True)
    assert f'{email} is there already: use set-password or grant' in taken
    assert 'did you mean "Premium"' in await site.cli('grant', email, 'Premum', refused=True)


async def test_a_password_is_asked_for_at_a_terminal_and_never_shown(site: Server):
    email = new_email()
    answers = {'Password': PASSWORD, 'Repeat': PASSWORD}
    status, shown_there = await typed_at(site, 'create-user', email, answers=answers)
    assert status == 0, shown_there
    assert PASSWORD not in shown_there
    assert await can_sign_in(site, email)


@pytest.mark.parametrize('verb', [
    ('set-password', 'nobody@visits.example'), ('create-user', 'no address'), ('create-admin', 'no address'),
    ('create-user', 'new@visits.example', '--role', 'Premum'), ('create-admin', '{taken}'), ('create-user', '{taken}'),
])  # fmt: skip
async def test_nobody_is_asked_for_a_password_in_vain(site: Server, verb: tuple[str, ...]):
    taken = new_email()
    await site.cli('create-user', taken, '--password-stdin', typed=f'{PASSWORD}\n')
    status, shown_there = await typed_at(site, *(word.format(taken=taken) for word in verb), answers={})
    assert status == 1
    assert 'nicegate: ' in shown_there and 'Password' not in shown_there


async def test_a_stranger_and_a_role_are_named_as_they_are(site: Server):
    stranger, email = new_email('zed'), new_email()
    assert f'There is no user {stranger}: check the email' in await site.cli('block', stranger, refused=True)
    await site.cli('create-user', email, '--password-stdin', typed=f'{PASSWORD}\n')
    assert await site.cli('grant', email, 'premium') == f'{email} holds Premium.\n'
    assert await site.cli('revoke', email, 'PREMIUM') == f'{email} no longer holds Premium.\n'


async def test_pages_without_their_option_are_told_it(site: Server):
    for command, words in (('run', './run'), ('check', 'main.py check')):
        assert f'write {words} --pages shop.py' in await site.cli(command, 'shop.py', refused=True)


async def test_without_a_command_the_help_is_printed(site: Server):
    said = await site.cli()
    assert said == await site.cli('--help')
    assert '\n  create-admin' in said


async def test_migrate_finds_nothing_to_do(site: Server):
    assert await site.cli('migrate') == 'The database is up to date.\n'


async def test_without_a_terminal_a_password_has_to_be_piped(site: Server):
    said = await site.cli('create-user', new_email(), typed=f'{PASSWORD}\n', refused=True)
    assert '--password-stdin' in said


async def test_a_role_and_a_block_end_by_themselves(site: Server, http: httpx.AsyncClient):
    person = await join_without_browser(http, site)
    assert 'day is over' in await site.cli('grant', person.email, 'Premium', '--until', '2001-01-01', refused=True)
    await site.cli('grant', person.email, 'Premium', '--until', '2999-12-31')
    assert (await http.get(f'{site.url}/premium')).status_code == 200
    await site.cli('block', person.email, '--reason', 'Did not pay', '--until', '2999-12-31')
    assert not await can_sign_in(site, person.email)
    await site.cli('unblock', person.email)
    assert await can_sign_in(site, person.email)
