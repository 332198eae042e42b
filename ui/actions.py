"""The verbs of people for forms of one's own: awaited in any handler of a page, they act for whoever has it open.

The verb itself runs here, by the rules of the built-in forms; its cookie takes the way in ui/gate/rebind.py. A refusal
is an `AuthError` that can be shown as it is: `message` and str() are a sentence, `reason` is its name, `field` the name
of the field it belongs to, or None.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from inspect import Signature, signature
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

import structlog
from nicegui import json

from auth import sessions, tickets
from auth.access import Decision
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.flows import change_password as changing
from auth.flows import confirm_password as confirming
from auth.flows import forgot_password as forgetting
from auth.flows import sign_in, sign_out, sign_up, verify_email
from auth.flows import update_profile as updating
from auth.pending import Pending, Step
from auth.tickets import Ticket
from auth.visitor import Visitor
from ui import messages, steps
from ui.gate import DeclarationError, Visit, rebind
from ui.gate.caller import caller
from ui.gate.rebind import Landing, Request
from ui.gate.socket import sent
from ui.landing import after_sign_out, landing_of, own_path
from ui.session_routes import step_location

__all__ = [
    'AuthError',
    'Reason',
    'change_password',
    'confirm_password',
    'forgot_password',
    'login',
    'logout',
    'signup',
    'update_profile',
    'verify',
]

log = structlog.get_logger()

Given = ParamSpec('Given')
Result = TypeVar('Result')


def _action(
    verb: Callable[Concatenate[Visit, Given], Awaitable[Result]],
) -> Callable[Given, Coroutine[Any, Any, Result]]:
    """What all actions have in common: the page they are called in, one at a time there, and words for a refusal."""

    # As it is called, without the page: NiceGUI looks there whether a handler takes an event.
    shape = Signature(list(signature(verb).parameters.values())[1:])

    @wraps(verb)
    def call(*args: Given.args, **options: Given.kwargs) -> Coroutine[Any, Any, Result]:
        try:
            shape.bind(*args, **options)
        except TypeError as error:
            raise DeclarationError(f'{caller()}: {error}: write {verb.__name__}{shape}') from error
        visit = rebind.of_caller(verb.__name__)  # now, and not once awaited: that may be in another task
        return run(visit, *args, **options)

    async def run(visit: Visit | None, *args: Given.args, **options: Given.kwargs) -> Result:
        try:
            if visit is None:  # its tab was closed, or the page taken away
                raise AuthError(Reason.UNAVAILABLE)
            async with visit.passage.turn:
                return await verb(visit, *args, **options)
        except AuthError as error:
            messages.put_words(error)
            raise
        except Exception as error:  # the database is away, say
            log.exception('action failed', action=verb.__name__)
            unavailable = AuthError(Reason.UNAVAILABLE)
            messages.put_words(unavailable)
            raise unavailable from error
        finally:
            if visit is not None and not visit.is_gone():
                rebind.ground(visit)

    call.__signature__ = shape  # type: ignore[attr-defined]  # functions have this attribute, their type does not
    return call


@_action
async def login(visit: Visit, email: str, password: str, *, keep: bool = False, next: str | None = None) -> CurrentUser:
    """Sign in whoever has the page open; it goes on as theirs, without a reload.

    On the page to sign in, and on any with `?next=`, they land on that path, else where sign-in leads ("/" unless a
    site admin says otherwise), once the handler is done and has not navigated itself. `next` says where in any case.

    Raises:
        AuthError: INVALID_CREDENTIALS, INPUT_INVALID, THROTTLED, PASSWORD_STOPPED, BUSY; EMAIL_UNVERIFIED and
            PASSWORD_MUST_CHANGE (the person is led to the page for it); TICKET_INVALID (somebody signed in or out in
            another tab meanwhile), UNAVAILABLE
    """
    _check_types((str, email, password), (bool, keep), (str | None, next))

    async def issue(visitor: Visitor, presented: str | None) -> Ticket | Pending:
        return await sign_in.with_ticket(email, password, visitor, keep=keep, presented=presented)

    user = await _come_in(visit, issue, next)
    if isinstance(user, Pending):
        raise AuthError(Reason.EMAIL_UNVERIFIED if user.step is Step.VERIFY else Reason.PASSWORD_MUST_CHANGE)
    return user


@_action
async def signup(
    visit: Visit,
    email: str,
    password: str,
    *,
    name: str = '',
    attributes: Mapping[str, str] | None = None,
    next: str | None = None,
) -> CurrentUser | None:
    """Create an account. A code is mailed to its address then, and the person is led to the page that asks for it
    (None); with VERIFY_EMAIL off they are signed in at once, as `login` does it. `attributes`: those that the site asks
    for at sign-up, by key.

    Raises:
        AuthError: SIGN_UP_CLOSED, SIGN_UP_INVITATION_ONLY, EMAIL_INVALID, EMAIL_DOMAIN, EMAIL_TAKEN (with VERIFY_EMAIL
            off), NAME_INVALID, ATTRIBUTE_*, PASSWORD_*, INPUT_INVALID, THROTTLED, BUSY; NOT_SIGNED_IN (the account is
            there, the rest did not work), UNAVAILABLE
    """
    _check_types((str, email, password, name), (str | None, next), (Mapping | None, attributes))
    answers = dict(attributes or {})
    _check_types((str, *answers.keys(), *answers.values()))
    made = False

    async def issue(visitor: Visitor, presented: str | None) -> Ticket | Pending:
        nonlocal made
        ticket = await sign_up.with_ticket(email, password, visitor, name=name, answers=answers, presented=presented)
        made = True
        return ticket

    try:
        user = await _come_in(visit, issue, next)
    except AuthError as error:
        if made:
            raise AuthError(Reason.NOT_SIGNED_IN) from error
        raise
    return None if isinstance(user, Pending) else user


@_action
async def verify(visit: Visit, code: str, *, next: str | None = None) -> CurrentUser:
    """Open the account that was signed up for on this page, or with this browser, with the code from the mail; the
    person is signed in, as `login` does it.

    Raises:
        AuthError: CODE_INVALID, SIGN_UP_OVER, INPUT_INVALID, THROTTLED; TICKET_INVALID, UNAVAILABLE
    """
    _check_types((str, code), (str | None, next))

    async def issue(visitor: Visitor, presented: str | None) -> Ticket:
        return await verify_email.with_ticket(steps.token_of(visit), code, visitor, presented=presented)

    return await _come_in(visit, issue, next)


@_action
async def forgot_password(visit: Visit, email: str) -> None:
    """Mail a code for a new password to this address, if somebody has it; nothing tells whether.

    Raises:
        AuthError: EMAIL_INVALID, INPUT_INVALID, THROTTLED, UNAVAILABLE
    """
    _check_types((str, email))
    await forgetting.forgot_password(email, visitor_of(visit))


@_action
async def confirm_password(visit: Visit, email: str, code: str, new_password: str) -> None:
    """Set a new password with the code from the mail. All sessions of that person end; nobody is signed in.

    Raises:
        AuthError: CODE_INVALID, EMAIL_INVALID, PASSWORD_*, INPUT_INVALID, THROTTLED, BUSY, UNAVAILABLE
    """
    _check_types((str, email, code, new_password))
    await confirming.confirm_password(email, code, new_password, visitor_of(visit))


@_action
async def change_password(visit: Visit, current_password: str, new_password: str) -> None:
    """Change the password of whoever has the page open. They are signed out everywhere else; the page stays.

    Raises:
        AuthError: NOT_SIGNED_IN, PASSWORD_*, INPUT_INVALID, THROTTLED, BUSY; TICKET_INVALID, UNAVAILABLE
    """
    _check_types((str, current_password, new_password))

    async def issue(visitor: Visitor, presented: str | None) -> Ticket:
        return await changing.with_ticket(_digest_of(visit), current_password, new_password, visitor)

    await _come_in(visit, issue, visit.location)


@_action
async def update_profile(visit: Visit, *, name: str | None = None, attributes: Mapping[str, str] | None = None) -> None:
    """Change the name, or attributes that people may change, of whoever has the page open; '' takes one away.

    Raises:
        AuthError: NOT_SIGNED_IN, NAME_INVALID, ATTRIBUTE_INVALID, ATTRIBUTE_UNKNOWN, INPUT_INVALID, UNAVAILABLE
    """
    _check_types((str | None, name), (Mapping | None, attributes))
    _check_types((str, *(attributes or {}).keys(), *(attributes or {}).values()))
    await updating.update_profile(_digest_of(visit), visitor_of(visit), name=name, attributes=attributes)


@_action
async def logout(visit: Visit, *, next: str | None = None) -> None:
    """Sign out whoever has the page open. What was shown to them goes at once, in this tab and in all others.

    Once the handler is done, and unless it has navigated itself, they land on `next`, else where a site admin has
    sign-out lead, else on the page where they are if that is public, else on "/".

    Raises:
        AuthError: INPUT_INVALID, UNAVAILABLE
    """
    _check_types((str | None, next))
    target = None if next is None else after_sign_out(next)
    if not visit.bound:
        if target is not None:
            Landing(visit, target)
        return
    async with rebind.passing(visit):
        await sign_out.sign_out(visit.digest, visitor_of(visit))
        if visit.is_gone():
            return
        rebind.go_on(visit, visit.digest, None)
    Landing(visit, target or after_sign_out(None, visit.location if visit.decide() is Decision.ALLOW else '/'))
    if await _post(visit, '/auth/sign-out').answer() == 'ok':
        visit.digest = None  # what the browser presents from now on, when it comes back after a tunnel, say


# ------------------------------------------------------------------ what they are made of


Issued = TypeVar('Issued', bound=Ticket | Pending, covariant=True)


class _Issue(Protocol[Issued]):
    """Checks what was typed, and issues a ticket for this visitor's browser, which presents this cookie's digest."""

    async def __call__(self, visitor: Visitor, presented: str | None) -> Issued: ...


@overload
async def _come_in(visit: Visit, issue: _Issue[Ticket], next: str | None) -> CurrentUser: ...
@overload
async def _come_in(visit: Visit, issue: _Issue[Ticket | Pending], next: str | None) -> CurrentUser | Pending: ...
async def _come_in(visit: Visit, issue: _Issue[Ticket | Pending], next: str | None) -> CurrentUser | Pending:
    """The way from a ticket to an open page that is its person's; or to the page of the step that comes first."""
    target, moves = own_path(next) if next is not None else landing_of(visit), visit.moves
    ticket = await issue(visitor_of(visit), visit.digest)
    if isinstance(ticket, Pending):
        await _lead_to(visit, ticket, target or visit.location)
        return ticket
    user = None
    try:
        async with rebind.passing(visit):
            request = _post(visit, '/auth/ticket', ticket=ticket.text)
            await request.news()
            digest = await tickets.find_session(ticket)
            found = await sessions.resume(digest)
            if found is None or visit.is_gone():
                outdated = request.answered == Reason.TICKET_INVALID.value
                raise AuthError(Reason.TICKET_INVALID if outdated else Reason.UNAVAILABLE)
            stays = rebind.go_on(visit, digest, found)
            user = found
    finally:
        if user is None:
            await tickets.withdraw(ticket)
    target = target if visit.moves == moves else None  # somebody who has gone elsewhere meanwhile stays there
    if not stays or target not in (None, visit.location):
        Landing(visit, target or visit.location)
    await request.answer()  # that it has the cookie, for what the handler sends it to next
    return user


async def _lead_to(visit: Visit, step: Pending, target: str) -> None:
    """Lead to the page of a step, once the handler is done; on that page already, they stay."""
    visit.passage.step = step.token
    await _post(visit, '/auth/step', token=step.token).answer()  # for a reload
    location = step_location(step.step, target)
    if visit.page is None or visit.page.path != location.partition('?')[0]:
        Landing(visit, location)


def _digest_of(visit: Visit) -> str | None:
    return visit.digest if visit.bound else None


def _post(visit: Visit, path: str, **fields: str) -> Request:
    """Have the page's browser post to one of our routes, with its cookie; it answers "ok", or why not."""
    return Request(visit, f'window.nicegate.post({json.dumps(path)}, {json.dumps(fields)})')


def visitor_of(visit: Visit) -> Visitor:
    """Where the page's socket comes from, which its browser's requests will come from too."""
    scope = (visit.client.environ or {})['asgi.scope']
    return Visitor.of((scope.get('client') or ('',))[0], sent(scope, b'user-agent') or '')


def _check_types(*expected: Any) -> None:
    """Refuse what no form of ours would deliver: a browser sends whatever it likes, of any type.

    Raises:
        AuthError: INPUT_INVALID
    """
    for kind, *values in expected:
        if not all(isinstance(value, kind) for value in values):
            raise AuthError(Reason.INPUT_INVALID)
