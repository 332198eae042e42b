"""Command line and composition root: settings, database, auth, ui. What can fail is checked before serving."""

import asyncio
import logging
import os
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from tortoise.exceptions import OperationalError
from typer._click.exceptions import ClickException  # typer has no public name for what it raises
from uvicorn.loops.auto import auto_loop_factory

from auth import logs, start
from auth.errors import AuthError
from auth.flows import set_up
from auth.people import is_text
from auth.settings import Settings, SettingsError, get_settings
from models.database import DatabaseError
from ui.command_line import people
from ui.command_line.site import CommandError, check_groups, chosen, declare, load, open_database, with_database

if TYPE_CHECKING:
    from ui.dev.supervisor import Generation

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
        _follow_changes(chosen(pages), settings, listener)
    declare(pages)
    _serve(settings, listener)


def _serve(settings: Settings, listener: socket.socket, generation: 'Generation | None' = None) -> None:
    """Open the database and serve what is declared, until a signal comes or the generation is over."""
    from ui import app, server

    async def serve() -> None:
        await open_database()
        try:
            await check_groups(serving=True)
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
        load(path, reloads=True)
        try:
            _serve(settings, listener, generation)
        except DatabaseError as error:
            if generation.is_first:
                raise
            raise SettingsError(str(error)) from error

    source = sources.locate(path)
    app.prepare()
    sys.exit(Supervisor(source, listener, settings, reread, serve).run())


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
        report = checks.report(own, ours, with_database(start.read_groups))
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
        proof = asyncio.run(proving.prove(chosen(pages), progress=progress))
    except SiteError as error:
        raise CommandError(str(error)) from error
    finally:
        progress('')
    print(report.text(proof))
    if proof.differences:
        raise CommandError(f'{len(proof.differences):,} of {len(proof.checks):,} checks differ: see above')


cli.add_typer(people.cli)


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
