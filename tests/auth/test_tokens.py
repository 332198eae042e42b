"""What programs hold: access tokens that only we can write, refresh tokens that are good once, and a session behind."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from auth import access_tokens, sealed, sessions, signing_keys, tokens
from auth.access_tokens import AUDIENCE, CLAIMS, LEEWAY, LIFETIME, TYPE
from auth.admin import users
from auth.admin.actor import OPERATOR
from auth.audit import Act
from auth.errors import AuthError, Reason
from auth.flows import own_sessions, sign_in
from auth.sessions import digest_of
from auth.settings import SettingsError, get_settings
from auth.signing_keys import SigningKey
from auth.tokens import Tokens
from models.audit import Audit
from models.clock import now
from models.session import PROGRAM, Session
from models.setting import Setting
from models.token import RefreshToken
from models.user import User
from tests.auth.conftest import PASSWORD, VISITOR
from tests.auth.test_accounts import person, refuses

EMAIL = 'ann@cars.example'
SID = '0123456789abcdef0123456789abcdef'


@pytest.fixture
def key(settings: pytest.MonkeyPatch) -> SigningKey:
    """A key without a database."""
    made = SigningKey.of(bytes(range(32)))
    settings.setattr(signing_keys, '_current', made)
    return made


def claims(**changed: Any) -> dict[str, Any]:
    at = int(time.time())
    right = {'iss': get_settings().url, 'aud': AUDIENCE, 'exp': at + 600, 'iat': at, 'sub': 'somebody', 'sid': SID}
    return {name: value for name, value in {**right, **changed}.items() if value is not None}


def signed(key: SigningKey, header: dict[str, Any] | None = None, **changed: Any) -> str:
    """A token written with the real key; None leaves a claim or a header out."""
    given = {'typ': TYPE, 'kid': key.kid, **(header or {})}
    headers = {name: value for name, value in given.items() if value is not None or name == 'typ'}
    return jwt.PyJWS().encode(json.dumps(claims(**changed)).encode(), key.private, 'EdDSA', headers)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()


async def sign_in_program() -> Tokens:
    return await sign_in.for_program(EMAIL, PASSWORD, VISITOR)


# ------------------------------------------------------------------ access tokens


def test_a_token_is_read_back_and_says_what_others_check(key):
    token = access_tokens.issue('somebody', SID)
    assert access_tokens.read(token) == SID
    public = jwt.PyJWK(dict(key.jwk))
    read = jwt.decode_complete(token, public, algorithms=['EdDSA'], audience='nicegate', issuer=get_settings().url)
    assert read['header'] == {'alg': 'EdDSA', 'typ': 'at+jwt', 'kid': key.kid}
    assert set(read['payload']) == set(CLAIMS)
    assert read['payload']['exp'] - read['payload']['iat'] == LIFETIME.total_seconds() == 600
    assert 'd' not in key.jwk and token not in repr(Tokens(token, token, 600))


@pytest.mark.parametrize('changed', [
    {'aud': 'others'}, {'aud': ['nicegate']}, {'iss': 'https://others.example'}, {'iss': 7}, {'sub': 7}, {'sid': 7},
    {'sid': ['x']}, {'exp': 'soon'}, {'exp': 0}, {'exp': -1}, {'iat': 'x'}, {'iat': 9_999_999_999},
    {'nbf': 9_999_999_999}, *({name: None} for name in CLAIMS),
], ids=str)  # fmt: skip
def test_a_token_with_other_claims_is_refused_though_we_signed_it(key, changed):
    with refuses(Reason.TOKEN_INVALID):
        access_tokens.read(signed(key, **changed))


@pytest.mark.parametrize(
    'header', [{'typ': 'JWT'}, {'typ': None}, {'kid': 'other'}, {'kid': None}, {'kid': '../x'}, {'crit': ['x'], 'x': 1}]
)
def test_a_token_with_another_header_is_refused_though_we_signed_it(key, header):
    with refuses(Reason.TOKEN_INVALID):
        access_tokens.read(signed(key, header))


def test_nobody_else_can_write_a_token(key):
    head = {'typ': TYPE, 'kid': key.kid}
    other = SigningKey.of(bytes(32))
    public = key.public.public_bytes_raw()
    mac = f'{part({**head, "alg": "HS256"})}.{part(claims())}'
    signature = base64.urlsafe_b64encode(hmac.digest(public, mac.encode(), hashlib.sha256)).rstrip(b'=').decode()
    forged = [
        f'{part({**head, "alg": "none"})}.{part(claims())}.',
        f'{part({**head, "alg": "EdDSA"})}.{part(claims())}.',
        f'{mac}.{signature}',
        jwt.encode(claims(), other.private, algorithm='EdDSA', headers=head),
        jwt.encode(claims(), other.private, algorithm='EdDSA', headers={**head, 'jwk': dict(other.jwk)}),
        signed(key) + 'A', signed(key)[:-5], 'x' * 5000, '', '.', '..', 'a.b.c', '\ud800', 'é.é.é', '\0',
    ]  # fmt: skip
    for token in forged:
        with refuses(Reason.TOKEN_INVALID):
            access_tokens.read(token)


@effort(deadline=None)
@given(place=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=5))
def test_no_bit_of_a_token_can_be_changed(place, bit):
    alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing_keys, '_current', SigningKey.of(bytes(range(32))))
        token = access_tokens.issue('somebody', SID)
        letters = [
            i for i, letter in enumerate(token[:-1]) if letter != '.'
        ]  # the last letter has bits that mean nothing
        at = letters[place % len(letters)]
        changed = token[:at] + alphabet[alphabet.index(token[at]) ^ (1 << bit)] + token[at + 1 :]
        with refuses(Reason.TOKEN_INVALID):
            access_tokens.read(changed)


def test_a_token_that_was_good_ends_all_the_same(key, monkeypatch):
    token, over = access_tokens.issue('somebody', SID), time.time() + LIFETIME.total_seconds() + LEEWAY
    assert access_tokens.read(token) == SID
    monkeypatch.setattr(time, 'time', lambda: over + 1)
    with refuses(Reason.TOKEN_INVALID):
        access_tokens.read(token)


def test_a_token_of_another_key_of_ours_is_refused_though_it_was_read_before(key, monkeypatch):
    token = access_tokens.issue('somebody', SID)
    assert access_tokens.read(token) == SID
    monkeypatch.setattr(signing_keys, '_current', SigningKey.of(bytes(32)))
    with refuses(Reason.TOKEN_INVALID):
        access_tokens.read(token)


# ------------------------------------------------------------------ the key


async def test_several_first_starts_make_one_key_and_it_rests_sealed(house):
    before = signing_keys.current()
    await Setting.filter(key=signing_keys.SETTING).delete()
    await asyncio.gather(*(signing_keys.load() for _ in range(10)))
    made = signing_keys.current()
    assert made.kid != before.kid
    row = await Setting.get(key=signing_keys.SETTING)
    private = made.private.private_bytes_raw()
    assert base64.urlsafe_b64encode(private).decode().rstrip('=') not in json.dumps(row.value)
    await signing_keys.load()
    assert signing_keys.current().kid == made.kid
    assert 'private' not in repr(made)


async def test_a_damaged_key_stops_the_start_with_one_line(house):
    whole = (await Setting.get(key=signing_keys.SETTING)).value['sealed']
    for value in ({}, {'sealed': ''}, {'sealed': whole[:-9]}, {'sealed': sealed.seal('mail', {'private': 'x'})}):
        await Setting.filter(key=signing_keys.SETTING).update(value=value)
        with pytest.raises(SettingsError, match=r'^[^\n]*signing_key[^\n]*$'):
            await signing_keys.load()


# ------------------------------------------------------------------ sessions and refresh tokens


async def test_a_program_has_a_session_like_any_other_but_no_cookie_can_name_it(house):
    uid = await person()
    given = await sign_in_program()
    digest, user = await tokens.resume(given.access)
    assert (user.id, user.email, given.expires_in) == (uid, EMAIL, 600)
    row = await Session.get(digest=digest)
    assert row.is_program and row.keep and (row.address, row.user_agent) == (VISITOR.address, VISITOR.user_agent)
    assert await sessions.resume(digest) is not None
    for presented in (digest, digest.removeprefix(PROGRAM), given.access, given.refresh):
        assert await sessions.resume(digest_of(presented)) is None
    [own] = await own_sessions.list_own(digest)
    assert own.is_program and own.is_this
    stored = [row.digest for row in await RefreshToken.all()]
    assert stored == [digest_of(given.refresh)]
    assert await Audit.filter(act=Act.SIGNED_IN, subject=EMAIL).count() == 1


async def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_session(house):
    await person()
    first = await sign_in_program()
    other = await sign_in_program()
    second = await tokens.refresh(first.refresh, VISITOR)
    third = await tokens.refresh(second.refresh, VISITOR)
    assert len({first.refresh, second.refresh, third.refresh}) == 3
    assert (await tokens.resume(first.access))[0] == (await tokens.resume(third.access))[0]
    with refuses(Reason.TOKEN_INVALID):
        await tokens.refresh(first.refresh, VISITOR)
    for dead in (third.access, first.access):
        with refuses(Reason.TOKEN_INVALID):
            await tokens.resume(dead)
    for spent in (third.refresh, second.refresh, first.refresh):
        with refuses(Reason.TOKEN_INVALID):
            await tokens.refresh(spent, VISITOR)
    assert await tokens.resume(other.access)
    assert await Audit.filter(act=Act.TOKEN_REUSED, subject=EMAIL).count() == 1
    assert await RefreshToken.all().count() == 1


async def test_of_uses_at_once_one_wins_and_the_others_end_the_session(house):
    await person()
    given = await sign_in_program()
    tries = [tokens.refresh(given.refresh, VISITOR) for _ in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    [won] = [answer for answer in answers if isinstance(answer, Tokens)]
    assert {answer.reason for answer in answers if isinstance(answer, AuthError)} == {Reason.TOKEN_INVALID}
    with refuses(Reason.TOKEN_INVALID):
        await tokens.resume(won.access)
    assert await Session.all().count() == await RefreshToken.all().count() == 0


async def test_a_refresh_moves_the_idle_end_and_revives_nothing(house):
    await person()
    given = await sign_in_program()
    row, soon = await Session.get(), now()
    await Session.filter(id=row.id).update(idle_ends_at=row.idle_ends_at - get_settings().session_keep / 2)
    given = await tokens.refresh(given.refresh, VISITOR)
    assert (await Session.get()).idle_ends_at >= row.idle_ends_at
    for over in ({'idle_ends_at': soon}, {'idle_ends_at': row.idle_ends_at, 'ends_at': soon}):
        await Session.filter(id=row.id).update(**over)
        with refuses(Reason.TOKEN_INVALID):
            await tokens.refresh(given.refresh, VISITOR)
        await RefreshToken.filter(digest=digest_of(given.refresh)).update(used_at=None)
    assert await Audit.filter(act=Act.TOKEN_REUSED).count() == 0


@pytest.mark.parametrize('end', ['block', 'delete', 'set_password', 'end_one'])
async def test_what_ends_sessions_ends_those_of_programs(house, end):
    uid = await person()
    given = await sign_in_program()
    digest, _ = await tokens.resume(given.access)
    if end == 'end_one':
        [own] = await own_sessions.list_own(digest)
        await own_sessions.end_one(digest, own.id, VISITOR)
    elif end == 'set_password':
        await users.set_password(OPERATOR, uid, 'another bicycle at noon')
    else:
        await getattr(users, end)(OPERATOR, uid)
    with refuses(Reason.TOKEN_INVALID):
        await tokens.resume(given.access)
    with refuses(Reason.TOKEN_INVALID):
        await tokens.refresh(given.refresh, VISITOR)


@pytest.mark.parametrize('token', ['', 'x', 'x' * 129, 'x' * 5000, '\ud800', 'é', '\0', "' OR 1=1 --"])
async def test_what_is_no_refresh_token_is_refused(house, token):
    with refuses(Reason.TOKEN_INVALID):
        await tokens.refresh(token, VISITOR)


async def test_who_has_a_step_before_them_gets_no_tokens(house):
    uid = await person()
    await User.filter(uid=uid).update(must_change_password=True)
    with refuses(Reason.PASSWORD_MUST_CHANGE):
        await sign_in_program()
    with refuses(Reason.INVALID_CREDENTIALS):
        await sign_in.for_program(EMAIL, 'wrong', VISITOR)
    assert await Session.all().count() == 0
