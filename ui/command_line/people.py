"""The verbs about people. They work beside a running server, which follows at once."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Annotated, TypeVar

import typer

from auth import demo as demo_people
from auth import passwords
from auth.admin import attributes, invitations, users
from auth.admin.actor import OPERATOR
from auth.attributes import Kind
from ui.command_line.site import CommandError, with_database

Result = TypeVar('Result')
Email = Annotated[str, typer.Argument(help='Email address of the person.', show_default=False)]
Role = Annotated[str, typer.Argument(help='Name of the role.', show_default=False)]
Generated = Annotated[
    bool, typer.Option('--generate', help='Make a password, print it once; it is to be changed at the first sign-in.')
]
PasswordStdin = Annotated[bool, typer.Option('--password-stdin', help='Read the password from standard input.')]
Name = Annotated[str, typer.Option(help='Display name.')]
Until = Annotated[
    datetime | None,
    typer.Option(formats=['%Y-%m-%d'], help='The last day, such as 2027-01-31 (UTC).', show_default=False),
]
Roles = Annotated[list[str] | None, typer.Option(help='A role to give; may be repeated.')]

cli = typer.Typer()


@cli.command('create-admin')
def create_admin(email: Email, password_stdin: PasswordStdin = False) -> None:
    """Create a site admin."""
    with_database(lambda: users.check_new(OPERATOR, email))
    password = _password(password_stdin)
    with_database(lambda: users.create(OPERATOR, email, password, site_admin=True))
    print(f'{email} is a site admin.')


@cli.command('create-user')
def create_user(
    email: Email,
    name: Name = '',
    role: Roles = None,
    password_stdin: PasswordStdin = False,
    generate: Generated = False,
) -> None:
    """Create a verified person."""
    with_database(lambda: users.check_new(OPERATOR, email, name=name, roles=role or []))
    password = _password(password_stdin, generate=generate)
    with_database(
        lambda: users.create(OPERATOR, email, password, name=name, roles=role or [], must_change_password=generate)
    )
    print(f'{email}\t{password}' if generate else f'{email} was created.')


@cli.command()
def invite(email: Email, name: Name = '', role: Roles = None) -> None:
    """Mail somebody a link with which they set a password, and print it; who is not there yet is created."""

    async def act() -> str:
        return await invitations.invite_address(OPERATOR, email, name=name, roles=role or [])

    print(with_database(act))


@cli.command('set-password')
def set_password(email: Email, password_stdin: PasswordStdin = False, generate: Generated = False) -> None:
    """Give a person a new password; their sessions end, and they are told by mail."""
    uid = with_database(lambda: users.find(OPERATOR, email))
    password = _password(password_stdin, generate=generate)
    with_database(lambda: users.set_password(OPERATOR, uid, password, must_change=generate))
    print(f'{email}\t{password}' if generate else f'{email} has a new password.')


@cli.command()
def grant(email: Email, role: Role, until: Until = None) -> None:
    """Give a person a role, for good or until a day."""
    _on_person(email, lambda uid: users.grant(OPERATOR, uid, role, until=_end_of(until)))
    print(f'{email} holds {_role_name(role)}.')


@cli.command()
def revoke(email: Email, role: Role) -> None:
    """Take a role from a person."""
    _on_person(email, lambda uid: users.revoke(OPERATOR, uid, role))
    print(f'{email} no longer holds {_role_name(role)}.')


@cli.command()
def block(
    email: Email,
    reason: Annotated[str, typer.Option(help='For site admins to read.', show_default=False)] = '',
    until: Until = None,
) -> None:
    """Bar a person from signing in, for good or until a day, and end their sessions."""
    _on_person(email, lambda uid: users.block(OPERATOR, uid, reason=reason, until=_end_of(until)))
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
def attribute(
    key: Annotated[str, typer.Argument(help='What it is called in code, such as phone.', show_default=False)],
    label: Annotated[str, typer.Option(help='What people read.', show_default='the key')] = '',
    kind: Annotated[Kind, typer.Option(help='What a value has to be.')] = Kind.TEXT,
    editable: Annotated[bool, typer.Option('--editable', help='People may change their own.')] = False,
    at_sign_up: Annotated[
        bool, typer.Option('--at-sign-up', help='People are asked for it when they sign up.')
    ] = False,
    required: Annotated[bool, typer.Option('--required', help='People cannot leave it empty where asked.')] = False,
    delete: Annotated[
        bool, typer.Option('--delete', help='Keep it no longer; values stay until they are changed.')
    ] = False,
) -> None:
    """Say what this site keeps of its people beyond email and name."""
    if delete:
        with_database(lambda: attributes.delete(OPERATOR, key))
        print(f'{key} is not kept any more.')
        return
    with_database(
        lambda: attributes.define(
            OPERATOR, key, label=label, kind=kind, editable=editable, at_sign_up=at_sign_up, required=required
        )
    )
    print(f'{key} is kept of everybody.')


@cli.command()
def demo() -> None:
    """Create the people of the example site and print each one's password, once."""
    for email, password in with_database(demo_people.create):
        if password:
            print(f'{email}\t{password}')
        else:
            print(f'{email} is there already: set-password gives a new password', file=sys.stderr)


def _on_person(email: str, act: Callable[[str], Awaitable[Result]]) -> Result:
    async def find_and_act() -> Result:
        return await act(await users.find(OPERATOR, email))

    return with_database(find_and_act)


def _end_of(day: datetime | None) -> datetime | None:
    return datetime.combine(day.date(), time.max, UTC) if day else None


def _role_name(role: str) -> str:
    return with_database(lambda: users.role_name(OPERATOR, role))


def _password(from_stdin: bool, *, generate: bool = False) -> str:
    if generate:
        return passwords.generate()
    if not from_stdin and not sys.stdin.isatty():
        raise CommandError('there is no terminal to ask for the password: pipe it in with --password-stdin')
    if not from_stdin:
        return str(typer.prompt('Password', hide_input=True, confirmation_prompt=True, err=True))
    try:
        return sys.stdin.readline().rstrip('\r\n')
    except UnicodeDecodeError as error:
        raise CommandError('the password on standard input is not UTF-8') from error
