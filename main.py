"""Command line and composition root: settings, database, auth, ui. What can fail is checked before serving."""

import asyncio
import logging
import os
import re
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer
from tortoise.exceptions import OperationalError
from typer._click.exceptions import ClickException  # typer has no public name for what it raises
from uvicorn.loops.auto import auto_loop_factory

from auth import demo as demo_people
from auth import logs, start
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.errors import AuthError, Reason
from auth.flows import set_up
from auth.people import is_text
from auth.settings import Settings, SettingsError, get_settings
from models.database import DatabaseError

if TYPE_CHECKING:
    from ui.dev.supervisor import Generation

EXAMPLE = Path(__file__).parent / 'examples' / 'car_rental.py'

Result = TypeVar('Result')
Email = Annotated[str, typer.Argument(help='Email address of the person.', show_default=False)]
Role = Annotated[str, typer.Argument(help='Name of the role.', show_default=False)]
PasswordStdin = Annotated[bool, typer.Option('--password-stdin', help='Read the password from standard input.')]
Pages = Annotated[
    Path | None, typer.Option(help='Python file or package that declares the pages.', show_default='the example')
]
Reload = Annotated[
    bool, typer.Option('--reload', help='Follow each change that is saved; show in the browser what is wrong with it.')
]

cli = typer.Typer(
    help='Nicegate: sign-in, user management and page gating for NiceGUI apps.',
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class CommandError(Exception):
    """A command failed; the text is the one line for stderr."""


# ------------------------------------------------------------------ serving


@cli.command()
def run(
    pages: Pages = None,
    host: Annotated[str | None, typer.Option(help='Address to listen on.', show_default='127.0.0.1')] = None,
    port: Annotated[int | None, typer.Option(help='Port to listen on.', show_default='8080', min=1, max=65535)] = None,
    reload: Reload = False,
) -> None:
    """Serve the site."""
    from ui import server

    logs.configure(logging.INFO)
    settings = get_settings()
    settings.host, settings.port = host or settings.host, port or settings.port
    listener = server.listen(settings)
    if reload:
        _follow_changes(_chosen(pages), settings, listener)
    declare(pages)
    _serve(settings, listener)


def _serve(settings: Settings, listener: socket.socket, generation: 'Generation | None' = None) -> None:
    """Open the database and serve what is declared, until a signal comes or the generation is over."""
    from ui import app, server

    async def serve() -> None:
        await _open()
        try:
            await _check_groups()
            site = app.build(settings, developing=generation is not None)
            ends_at = generation.ends_at if generation else None
            sockets = [listener, *_listen_also(generation)]
            await server.Server(site, settings, lambda: _say_ready(settings, generation), ends_at).serve(sockets)
        finally:
            await start.close_database()

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(serve())


def _listen_also(generation: 'Generation | None') -> list[socket.socket]:
    if generation is None:
        return []
    from ui.dev import columns

    return columns.listeners()


async def _say_ready(settings: Settings, generation: 'Generation | None') -> None:
    if generation and not generation.is_first:
        print(f'Reloaded {generation.title} in {generation.age:.1f} s', flush=True)
        return
    print(f'Nicegate is ready: {settings.url}', flush=True)
    if token := await set_up.new_link_token():
        print('No site admin yet. Set one up with this link, good for one hour and one use:')
        print(f'  {settings.url}/setup?token={token}', flush=True)
    if generation:
        from ui.dev import guard

        if why := guard.absence(settings):
            print(why, flush=True)
        generation.note_ready()


def _follow_changes(path: Path, settings: Settings, listener: socket.socket) -> NoReturn:
    """Serve the pages as they are after each change, each time in a process of its own (ui/dev/supervisor.py)."""
    from ui import app
    from ui.dev.supervisor import Supervisor
    from ui.gate import sources

    if not hasattr(os, 'fork'):
        raise CommandError('--reload needs a system that can fork a process: use Linux, macOS, or Linux in Windows')

    def reread() -> Settings:
        get_settings.cache_clear()
        fresh = get_settings()
        fresh.host, fresh.port = settings.host, settings.port  # the port is taken, and says what may be shown
        return fresh

    def serve(generation: 'Generation', settings: Settings) -> None:
        _load(path, reloads=True)
        try:
            _serve(settings, listener, generation)
        except DatabaseError as error:
            if generation.is_first:
                raise
            raise SettingsError(str(error)) from error

    source = sources.locate(path)
    app.prepare()
    sys.exit(Supervisor(source, listener, settings, reread, serve).run())


def declare(pages: Path | None) -> Path:
    """Load NiceGUI, our own pages, and the developer's; returns the pages file."""
    from ui import app

    app.prepare()
    chosen = _chosen(pages)
    absolute = chosen.absolute()  # the file may go elsewhere as it runs
    _load(chosen)
    return absolute


def _chosen(pages: Path | None) -> Path:
    return pages or (Path(get_settings().pages) if get_settings().pages else EXAMPLE)


def _load(path: Path, *, reloads: bool = False) -> None:
    from ui import app
    from ui.gate import loading

    loading.load(path, reloads=reloads)
    app.check()


async def _open() -> None:
    for name in await start.open_database():
        print(f'Migration applied: {name}', file=sys.stderr)


async def _check_groups() -> None:
    from ui.gate import DeclarationError, loading, registry

    known = await start.store_groups({group.key: group.roles for group in registry.groups()})
    if problems := loading.unknown_groups(known):
        raise DeclarationError(problems[0])


# ------------------------------------------------------------------ looking


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""

    async def act() -> None:
        applied = await start.open_database()
        await start.close_database()
        for name in applied:
            print(name)
        print('The database is up to date.')

    asyncio.run(act())


@cli.command()
def check(
    pages: Pages = None,
    write: Annotated[bool, typer.Option('--write', help='Bring gates.lock beside the pages file up to date.')] = False,
) -> None:
    """List who may open what; fail when something cannot work, or when gates.lock says otherwise."""
    file = declare(pages)
    from ui import app
    from ui.gate import checks, lock

    own, ours = app.gates()
    verdict = lock.write(file, own) if write else lock.compare(file, own)
    try:
        report = checks.report(own, ours, _with_database(start.read_groups))
        print(*report.lines, sep='\n')
    finally:
        print(*verdict.lines, sep='\n')  # without a database, too
    if problems := [*report.problems, *filter(None, [verdict.failure])]:
        more = f' (and {len(problems) - 1} more, see above)' if problems[1:] else ''
        raise CommandError(problems[0] + more)


@cli.command()
def prove(pages: Pages = None) -> None:
    """Try every door of the pages as everybody, on an empty database; fail when one differs."""
    from ui.prove import report
    from ui.prove import run as proving
    from ui.prove.site import SiteError

    def progress(text: str) -> None:
        if sys.stderr.isatty():
            print(f'\r\033[K{text}', end='', file=sys.stderr, flush=True)

    try:
        proof = asyncio.run(proving.prove(_chosen(pages), progress=progress))
    except SiteError as error:
        raise CommandError(str(error)) from error
    finally:
        progress('')
    print(report.text(proof))
    if proof.differences:
        raise CommandError(f'{len(proof.differences):,} of {len(proof.checks):,} checks differ: see above')


# ------------------------------------------------------------------ people


@cli.command('create-admin')
def create_admin(email: Email, password_stdin: PasswordStdin = False) -> None:
    """Create a site admin."""
    _with_database(lambda: users.check_new(OPERATOR, email))
    password = _password(password_stdin)
    _with_database(lambda: users.create(OPERATOR, email, password, site_admin=True))
    print(f'{email} is a site admin.')


@cli.command('create-user')
def create_user(
    email: Email,
    name: Annotated[str, typer.Option(help='Display name.')] = '',
    role: Annotated[list[str] | None, typer.Option(help='A role to give; may be repeated.')] = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Create a verified person."""
    _with_database(lambda: users.check_new(OPERATOR, email, name=name, roles=role or []))
    password = _password(password_stdin)
    _with_database(lambda: users.create(OPERATOR, email, password, name=name, roles=role or []))
    print(f'{email} was created.')


@cli.command('set-password')
def set_password(email: Email, password_stdin: PasswordStdin = False) -> None:
    """Give a person a new password; their sessions end."""
    uid = _with_database(lambda: users.find(OPERATOR, email))
    password = _password(password_stdin)
    _with_database(lambda: users.set_password(OPERATOR, uid, password))
    print(f'{email} has a new password.')


@cli.command()
def grant(email: Email, role: Role) -> None:
    """Give a person a role."""
    name = _on_person(email, lambda uid: users.grant(OPERATOR, uid, role))
    print(f'{email} holds {name}.')


@cli.command()
def revoke(email: Email, role: Role) -> None:
    """Take a role from a person."""
    name = _on_person(email, lambda uid: users.revoke(OPERATOR, uid, role))
    print(f'{email} no longer holds {name}.')


@cli.command()
def block(email: Email) -> None:
    """Bar a person from signing in and end their sessions."""
    _on_person(email, lambda uid: users.block(OPERATOR, uid))
    print(f'{email} is blocked.')


@cli.command()
def unblock(email: Email) -> None:
    """Let a person sign in again."""
    _on_person(email, lambda uid: users.unblock(OPERATOR, uid))
    print(f'{email} may sign in.')


@cli.command('delete-user')
def delete_user(email: Email) -> None:
    """Delete a person."""
    _on_person(email, lambda uid: users.delete(OPERATOR, uid))
    print(f'{email} was deleted.')


@cli.command()
def demo() -> None:
    """Create the people of the example site and print each one's password, once."""
    for email, password in _with_database(demo_people.create):
        if password:
            print(f'{email}\t{password}')
        else:
            print(f'{email} is there already: set-password gives a new password', file=sys.stderr)


def _on_person(email: str, act: Callable[[str], Awaitable[Result]]) -> Result:
    async def find_and_act() -> Result:
        return await act(await users.find(OPERATOR, email))

    return _with_database(find_and_act)


def _with_database(act: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a verb on the open database. A role may be one that the pages name but no start has made yet."""

    async def attempt() -> Result:
        await _open()
        try:
            try:
                return await act()
            except AuthError as error:
                if error.reason is not Reason.ROLE_NOT_FOUND:
                    raise
                declare(None)
                await _check_groups()
                return await act()
        finally:
            await start.close_database()

    return asyncio.run(attempt())


def _password(from_stdin: bool) -> str:
    if not from_stdin and not sys.stdin.isatty():
        raise CommandError('there is no terminal to ask for the password: pipe it in with --password-stdin')
    if not from_stdin:
        return str(typer.prompt('Password', hide_input=True, confirmation_prompt=True, err=True))
    try:
        return sys.stdin.readline().rstrip('\r\n')
    except UnicodeDecodeError as error:
        raise CommandError('the password on standard input is not UTF-8') from error


# ------------------------------------------------------------------ one line on stderr


def main() -> NoReturn:
    """Run a command; whatever goes wrong is one line on stderr and a status that is not 0."""
    logs.configure(logging.WARNING)
    for argument in sys.argv[1:]:
        if not is_text(argument):
            _fail(f'the argument {logs.clean(argument)} is not UTF-8: write it in UTF-8', 2)
    try:
        status = cli(sys.argv[1:] or ['--help'], standalone_mode=False)
    except ClickException as error:
        _fail(_usage(error), error.exit_code)
    except typer.Abort:
        _fail('stopped', 130)
    except AuthError as error:
        from ui import messages

        _fail(messages.say_to_operator(error))
    except (CommandError, SettingsError, DatabaseError) as error:
        _fail(str(error))
    except OperationalError as error:
        _fail(f'the database did not do it, nothing was changed: {error}')
    except Exception as error:
        if type(error).__name__ != 'DeclarationError':  # its module is loaded only where pages are
            raise
        _fail(str(error))
    sys.exit(status if isinstance(status, int) else 0)


def _usage(error: ClickException) -> str:
    """What is wrong with a command. Pages without their option are what everybody writes once."""
    said = error.format_message()
    extra = re.search(r'unexpected extra argument\S* \((.+\.py)\)', said)
    command = sys.argv[1]
    if extra is None or command not in ('run', 'check', 'prove'):
        return said
    return f'{said}: write {"./run" if command == "run" else f"main.py {command}"} --pages {extra[1]}'


def _fail(text: str, status: int = 1) -> NoReturn:
    print(logs.complaint(text), file=sys.stderr)
    sys.exit(status)


if __name__ == '__main__':
    main()
