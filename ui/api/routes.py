"""The routes of the JSON API: which verb each calls, with what, and what it answers."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from auth import signing_keys, tokens
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from auth.flows import (
    change_password,
    confirm_password,
    forgot_password,
    sign_in,
    sign_out,
    sign_up,
    update_profile,
    verify_email,
)
from auth.tokens import Tokens
from ui.api import bodies
from ui.api.answers import answer, nothing
from ui.api.given import Keys, Person
from ui.api.given import Tokens as GivenTokens
from ui.api.route import Route
from ui.gate.socket import sent
from ui.posts import visitor_of

KEYS_AGE: Final = 3600
"""Seconds for which others may keep our public key: it does not change while the database lives."""

_NEW_PASSWORD = (Reason.PASSWORD_TOO_SHORT, Reason.PASSWORD_TOO_LONG, Reason.PASSWORD_COMMON)


async def login(request: Request, body: bodies.Credentials) -> Response:
    return _tokens(await sign_in.for_program(body.email, body.password, visitor_of(request)))


async def token(request: Request, body: bodies.RefreshToken) -> Response:
    return _tokens(await tokens.refresh(body.refresh_token, visitor_of(request)))


async def me(request: Request, _: None) -> Response:
    _digest, user = await _caller(request)
    return _person(user)


async def signup(request: Request, body: bodies.SignUp) -> Response:
    await sign_up.for_program(body.email, body.password, visitor_of(request), name=body.name, answers=body.attributes)
    return nothing(202)


async def verify(request: Request, body: bodies.Verification) -> Response:
    await verify_email.verify_address(body.email, body.code, visitor_of(request))
    return nothing(204)


async def forgot(request: Request, body: bodies.Forgotten) -> Response:
    await forgot_password.forgot_password(body.email, visitor_of(request))
    return nothing(202)


async def confirm(request: Request, body: bodies.Confirmation) -> Response:
    await confirm_password.confirm_password(body.email, body.code, body.new_password, visitor_of(request))
    return nothing(204)


async def password(request: Request, body: bodies.PasswordChange) -> Response:
    digest, _user = await _caller(request)
    await change_password.change_password(digest, body.current_password, body.new_password, visitor_of(request))
    return nothing(204)


async def profile(request: Request, body: bodies.Profile) -> Response:
    digest, _user = await _caller(request)
    await update_profile.update_profile(digest, visitor_of(request), name=body.name, attributes=body.attributes)
    _digest, user = await _caller(request)  # as it is now
    return _person(user)


async def logout(request: Request, _: None) -> Response:
    digest, _user = await _caller(request)
    await sign_out.sign_out(digest, visitor_of(request))
    return nothing(204)


async def keys(_: Request, __: None) -> Response:
    body = Keys(keys=[dict(signing_keys.current().jwk)])
    return answer(body, headers={'Cache-Control': f'public, max-age={KEYS_AGE}'})


async def _caller(request: Request) -> tuple[str, CurrentUser]:
    """The digest of the session whose access token a request brings, and whose it is.

    Raises:
        AuthError: TOKEN_INVALID
    """
    scheme, _, credentials = (sent(request.scope, b'authorization') or '').partition(' ')
    if scheme.lower() != 'bearer':
        raise AuthError(Reason.TOKEN_INVALID)
    return await tokens.resume(credentials.strip())


def _tokens(made: Tokens) -> Response:
    return answer(GivenTokens(access_token=made.access, refresh_token=made.refresh, expires_in=made.expires_in))


def _person(user: CurrentUser) -> Response:
    return answer(
        Person(
            id=user.id,
            email=user.email,
            name=user.name,
            roles=[role.key for role in user.roles],
            groups=sorted(user.groups),
            attributes=dict(user.attributes),
        )
    )


ROUTES: Final = (
    Route(
        'POST',
        '/api/auth/login',
        'Sign in with email and password. Starts a session of its own, which its person sees among theirs.',
        login,
        body=bodies.Credentials,
        given=GivenTokens,
        refusals=(
            Reason.INVALID_CREDENTIALS,
            Reason.EMAIL_UNVERIFIED,
            Reason.PASSWORD_MUST_CHANGE,
            Reason.PASSWORD_STOPPED,
            Reason.THROTTLED,
            Reason.BUSY,
        ),
    ),
    Route(
        'POST',
        '/api/auth/token',
        'Get new tokens for a refresh token, which is spent by it. One that comes back a second time ends its session.',
        token,
        body=bodies.RefreshToken,
        given=GivenTokens,
        refusals=(Reason.TOKEN_INVALID,),
    ),
    Route(
        'GET',
        '/api/auth/me',
        'Who has this access token, and what they are in now.',
        me,
        given=Person,
        bearer=True,
    ),
    Route(
        'POST',
        '/api/auth/signup',
        'Create an account. With VERIFY_EMAIL a mailed code opens it, and a taken email is answered alike.',
        signup,
        body=bodies.SignUp,
        status=202,
        refusals=(
            Reason.SIGN_UP_CLOSED,
            Reason.SIGN_UP_INVITATION_ONLY,
            Reason.EMAIL_INVALID,
            Reason.EMAIL_DOMAIN,
            Reason.EMAIL_TAKEN,
            Reason.NAME_INVALID,
            Reason.ATTRIBUTE_UNKNOWN,
            Reason.ATTRIBUTE_INVALID,
            Reason.ATTRIBUTE_MISSING,
            *_NEW_PASSWORD,
            Reason.THROTTLED,
            Reason.BUSY,
        ),
    ),
    Route(
        'POST',
        '/api/auth/verify',
        'Open the account of a sign-up with the code from the mail. Nobody is signed in by it.',
        verify,
        body=bodies.Verification,
        refusals=(Reason.CODE_INVALID, Reason.THROTTLED),
        status=204,
    ),
    Route(
        'POST',
        '/api/auth/forgot',
        'Have a code for a new password mailed to this address. The answer is the same when there is no such account.',
        forgot,
        body=bodies.Forgotten,
        status=202,
        refusals=(Reason.EMAIL_INVALID, Reason.THROTTLED),
    ),
    Route(
        'POST',
        '/api/auth/confirm',
        'Set a new password with the code from the mail. All sessions of this person end.',
        confirm,
        body=bodies.Confirmation,
        refusals=(Reason.EMAIL_INVALID, Reason.CODE_INVALID, *_NEW_PASSWORD, Reason.THROTTLED, Reason.BUSY),
        status=204,
    ),
    Route(
        'POST',
        '/api/auth/password',
        'Change the password. All other sessions of this person end; this one goes on.',
        password,
        body=bodies.PasswordChange,
        bearer=True,
        refusals=(
            Reason.PASSWORD_WRONG,
            Reason.PASSWORD_SAME,
            Reason.PASSWORD_STOPPED,
            *_NEW_PASSWORD,
            Reason.THROTTLED,
            Reason.BUSY,
        ),
        status=204,
    ),
    Route(
        'PATCH',
        '/api/auth/profile',
        'Change the name, or attributes that people may edit. What is left out stays; an empty attribute goes.',
        profile,
        body=bodies.Profile,
        given=Person,
        bearer=True,
        refusals=(Reason.NAME_INVALID, Reason.ATTRIBUTE_UNKNOWN, Reason.ATTRIBUTE_INVALID, Reason.ATTRIBUTE_MISSING),
    ),
    Route(
        'POST', '/api/auth/logout', 'Sign out: the session ends, with all its tokens.', logout, bearer=True, status=204
    ),
    Route('GET', '/.well-known/jwks.json', 'The public key that access tokens are signed with.', keys, given=Keys),
)
