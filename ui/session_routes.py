"""The posts that change who is signed in: the only code that sets or clears the session's cookie, and the cookie of the
step that comes before a session (auth/pending.py).
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from auth import tickets
from auth.flows import (
    accept_invitation,
    change_password,
    delete_account,
    set_up,
    sign_in,
    sign_out,
    sign_up,
    verify_email,
)
from auth.pending import Pending, Step
from auth.sessions import NewSession
from ui import flash, messages, posts
from ui.gate import ways_in
from ui.gate.socket import cookie
from ui.landing import after_sign_out, own_path
from ui.origin import Site
from ui.posts import Act, Fields, attributes_in, go, presented, visitor_of


def make_router(site: Site) -> APIRouter:
    """The routes of one site."""
    return posts.make_router(site, _acts(site))


def _acts(site: Site) -> dict[str, tuple[Act, str]]:
    routes = _Routes(site)
    return {
        'sign-in': (routes.sign_in, '/login'),
        'sign-up': (routes.sign_up, '/signup'),
        'sign-out': (routes.sign_out, '/logout'),
        'set-up': (routes.set_up, '/setup'),
        'ticket': (routes.ticket, '/login'),
        'step': (routes.step, '/login'),
        'verify': (routes.verify, '/verify'),
        'new-password': (routes.new_password, '/password'),
        'invitation': (routes.invitation, '/invitation'),
        'change-password': (routes.change_password, '/profile'),
        'delete-account': (routes.delete_account, '/profile'),
    }


class _Routes:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def sign_in(self, request: Request, fields: Fields) -> Response:
        given = await sign_in.sign_in(
            fields.get('email', ''),
            fields.get('password', ''),
            visitor_of(request),
            keep='keep' in fields,
            replacing=presented(self._site, request),
        )
        return come_in(self._site, request, given, own_path(fields.get('next')))

    async def sign_up(self, request: Request, fields: Fields) -> Response:
        given = await sign_up.sign_up(
            fields.get('email', ''),
            fields.get('password', ''),
            visitor_of(request),
            name=fields.get('name', ''),
            answers=attributes_in(fields),
            replacing=presented(self._site, request),
        )
        return come_in(self._site, request, given, own_path(fields.get('next')))

    async def set_up(self, request: Request, fields: Fields) -> Response:
        session = await set_up.set_up(
            fields.get('token', ''),
            fields.get('email', ''),
            fields.get('password', ''),
            visitor_of(request),
            name=fields.get('name', ''),
            replacing=presented(self._site, request),
        )
        return signed_in(self._site, request, session, own_path(None))

    async def sign_out(self, request: Request, fields: Fields) -> Response:
        await sign_out.sign_out(presented(self._site, request), visitor_of(request))
        return signed_out(self._site, request, after_sign_out(fields.get('next')))

    async def ticket(self, request: Request, fields: Fields) -> Response:
        """Fetch the cookie of a session that a page has asked for over its socket (ui/actions.py)."""
        ticket, held = fields.get('ticket', ''), presented(self._site, request)
        session = await tickets.redeem(ticket, visitor_of(request), presented=held)
        return signed_in(self._site, request, session, '/')

    async def step(self, request: Request, fields: Fields) -> Response:
        """Keep the step that a page was led to over its socket, so that a reload does not lose it."""
        response = go(request, '/')
        self._site.set_step_cookie(response, fields.get('token', '')[:128])
        return response

    async def verify(self, request: Request, fields: Fields) -> Response:
        session = await verify_email.verify(
            step_token(self._site, request),
            fields.get('code', ''),
            visitor_of(request),
            replacing=presented(self._site, request),
        )
        return signed_in(self._site, request, session, own_path(fields.get('next')))

    async def new_password(self, request: Request, fields: Fields) -> Response:
        session = await change_password.replace_generated(
            step_token(self._site, request),
            fields.get('current_password', ''),
            fields.get('password', ''),
            visitor_of(request),
            replacing=presented(self._site, request),
        )
        return signed_in(self._site, request, session, own_path(fields.get('next')))

    async def invitation(self, request: Request, fields: Fields) -> Response:
        session = await accept_invitation.accept(
            fields.get('token', ''),
            fields.get('password', ''),
            visitor_of(request),
            name=fields.get('name', ''),
            answers=attributes_in(fields),
            replacing=presented(self._site, request),
        )
        return signed_in(self._site, request, session, own_path(None))

    async def change_password(self, request: Request, fields: Fields) -> Response:
        session = await change_password.change_password(
            presented(self._site, request),
            fields.get('current_password', ''),
            fields.get('password', ''),
            visitor_of(request),
        )
        response = go(request, '/profile')
        flash.put_ok(response, messages.PASSWORD_CHANGED)
        if session is not None:
            self._site.set_cookie(response, session)
        return response

    async def delete_account(self, request: Request, fields: Fields) -> Response:
        await delete_account.delete_account(
            presented(self._site, request), fields.get('current_password', ''), visitor_of(request)
        )
        response = signed_out(self._site, request, ways_in.sign_in_location())
        flash.put_ok(response, messages.ACCOUNT_DELETED)
        return response


def come_in(site: Site, request: Request, given: NewSession | Pending, target: str) -> Response:
    """Hand over the session, or lead to the step that comes first."""
    if isinstance(given, NewSession):
        return signed_in(site, request, given, target)
    response = go(request, step_location(given.step, target))
    site.set_step_cookie(response, given.token)
    return response


def signed_in(site: Site, request: Request, session: NewSession, target: str) -> Response:
    """Hand the session to the browser, and send it on."""
    response = go(request, target)
    site.set_cookie(response, session)
    if step_token(site, request) is not None:
        site.clear_step_cookie(response)
    return response


def signed_out(site: Site, request: Request, target: str) -> Response:
    response = go(request, target)
    site.clear_cookie(response)
    return response


def step_location(step: Step, target: str) -> str:
    """The page of a step, with the way on."""
    return ways_in.verify_location(target) if step is Step.VERIFY else ways_in.with_next('/password', target)


def step_token(site: Site, request: Request) -> str | None:
    """The token of the step that a browser is at."""
    return cookie(request.headers.get('cookie'), site.step_cookie_name)
