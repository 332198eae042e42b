"""The posts about an account that leave it open who is signed in."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from auth import passwords
from auth.errors import AuthError
from auth.flows import change_email, confirm_password, forgot_password, update_profile, verify_email
from auth.pending import Step
from ui import flash, messages, posts
from ui.gate import ways_in
from ui.landing import own_path
from ui.origin import Site
from ui.posts import Act, Fields, answer, attributes_in, go, presented, visitor_of
from ui.session_routes import step_location, step_token


def make_router(site: Site) -> APIRouter:
    """The routes of one site."""
    return posts.make_router(site, _acts(site))


def _acts(site: Site) -> dict[str, tuple[Act, str]]:
    routes = _Routes(site)
    return {
        'check-password': (routes.check_password, '/'),
        'new-code': (routes.new_code, '/verify'),
        'forgot': (routes.forgot, '/forgot'),
        'confirm': (routes.confirm, '/forgot'),
        'profile': (routes.profile, '/profile'),
        'change-email': (routes.change_email, '/profile'),
        'confirm-email': (routes.confirm_email, '/profile'),
        'keep-email': (routes.keep_email, '/profile'),
    }


class _Routes:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def check_password(self, request: Request, fields: Fields) -> Response:
        """Judge a password while it is typed; nothing is kept."""
        try:
            await passwords.check(fields.get('password', ''), fields.get('email', ''), fields.get('name', ''))
        except AuthError as error:
            return answer({'ok': False, 'message': messages.say(error)})
        return answer({'ok': True})

    async def new_code(self, request: Request, fields: Fields) -> Response:
        await verify_email.send_new_code(step_token(self._site, request), visitor_of(request))
        return _done(request, step_location(Step.VERIFY, own_path(fields.get('next'))), messages.CODE_SENT)

    async def forgot(self, request: Request, fields: Fields) -> Response:
        email = fields.get('email', '')
        await forgot_password.forgot_password(email, visitor_of(request))
        query = {'email': email.strip(), 'step': 'code', **_next(fields)}
        return go(request, f'/forgot?{urlencode(query)}')

    async def confirm(self, request: Request, fields: Fields) -> Response:
        await confirm_password.confirm_password(
            fields.get('email', ''), fields.get('code', ''), fields.get('password', ''), visitor_of(request)
        )
        return _done(request, ways_in.sign_in_location(own_path(fields.get('next'))), messages.PASSWORD_RESET)

    async def profile(self, request: Request, fields: Fields) -> Response:
        await update_profile.update_profile(
            presented(self._site, request),
            visitor_of(request),
            name=fields.get('name'),
            attributes=attributes_in(fields),
        )
        return _done(request, '/profile', messages.PROFILE_SAVED)

    async def change_email(self, request: Request, fields: Fields) -> Response:
        await change_email.change_email(
            presented(self._site, request),
            fields.get('email', ''),
            fields.get('current_password', ''),
            visitor_of(request),
        )
        return go(request, '/profile')

    async def confirm_email(self, request: Request, fields: Fields) -> Response:
        await change_email.confirm_email(presented(self._site, request), fields.get('code', ''), visitor_of(request))
        return _done(request, '/profile', messages.EMAIL_CHANGED)

    async def keep_email(self, request: Request, fields: Fields) -> Response:
        await change_email.give_up(presented(self._site, request))
        return go(request, '/profile')


def _next(fields: Fields) -> dict[str, str]:
    target = own_path(fields.get('next'))
    return {} if target == ways_in.home() else {'next': target}


def _done(request: Request, target: str, message: str) -> Response:
    response = go(request, target)
    flash.put_ok(response, message)
    return response
