"""A program's visits: it signs in, shows its token, refreshes it, and does what its person may do."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.openapi.models import OpenAPI

from auth.errors import AuthError, Reason
from tests.conftest import NewPage, Serve
from tests.support import sql
from tests.support.browser import assert_accessible, assert_fits, shown, visit
from tests.support.documents import Document
from tests.support.mail_catcher import MailCatcher
from tests.support.people import PASSWORD, Person, new_email, post, sign_in
from tests.support.server import ROOT, Server
from tests.support.waiting import eventually
from ui import messages
from ui.api import ROUTES, answers

NEW = 'green bicycle at noon'
JSON = 'application/json'
BODIES = [
    (JSON, b''), (JSON, b'{'), (JSON, b'[]'), (JSON, b'null'), (JSON, b'"x"'), (JSON, b'[' * 16000),
    (JSON, b'{"email":' * 1500), (JSON, b'{"email": NaN}'), (JSON, b'{"email": Infinity}'), (JSON, b'\xff\xfe'),
    (JSON, '{"email": "a"}'.encode('utf-16')), (JSON, b'{"email": "a", "email": "b"}'), (JSON, b'x' * 300_000),
    (JSON, b'{"email": ["a"]}'), (JSON, b'{"email": {"$ne": 1}}'), (JSON, b'{"email": null}'), (JSON, b'{"x": 1}'),
    (JSON, b'{"email": true, "password": 1}'), (JSON, b'{"\\ud800": 1}'), (JSON, b'{"email": "\\u0000"}'),
    (JSON, b'{"attributes": {"\\ud800": "x"}}'), (JSON, b'{"attributes": {"a": 1}}'), (JSON, b'{"name": "\\ud800"}'),
    (JSON, b'{"email": 1' + b'0' * 5000 + b'}'), (JSON, b'{"email": 1e999}'), (JSON, b'{} {}'),
    ('text/plain', b'{"email": "a", "password": "b"}'), ('', b'{"email": "a", "password": "b"}'),
    ('application/x-www-form-urlencoded', b'email=a&password=b'), ('multipart/form-data; boundary=x', b'--x--'),
    ('application/json5', b'{}'), ('application/problem+json', b'{}'),
]  # fmt: skip
HOSTILE = ('Traceback', 'Exception', 'Error:', 'pydantic', 'tortoise', 'starlette', 'SELECT', 'File "', 'ValueError')


async def person(site: Server, *roles: str) -> Person:
    ann = Person(new_email())
    options = [word for role in roles for word in ('--role', role)]
    await site.cli('create-user', ann.email, *options, '--password-stdin', typed=f'{ann.password}\n')
    return ann


async def call(http: httpx.AsyncClient, site: Server, path: str, token: str = '', **body: Any) -> httpx.Response:
    """Ask the API: PATCH for the profile, POST for what has a body or changes something, else GET."""
    method = 'PATCH' if path == 'profile' else 'GET' if path == 'me' else 'POST'
    headers = {'Authorization': f'Bearer {token}'} if token else {}
    return await http.request(method, f'{site.url}/api/auth/{path}', headers=headers, json=body or None)


async def login(http: httpx.AsyncClient, site: Server, ann: Person) -> dict[str, Any]:
    answer = await call(http, site, 'login', email=ann.email, password=ann.password)
    assert answer.status_code == 200, answer.text
    given: dict[str, Any] = answer.json()
    assert set(given) == {'access_token', 'refresh_token', 'token_type', 'expires_in'}
    return given


def refused(answer: httpx.Response, status: int, reason: str) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {'error'} and set(answer.json()['error']) == {'reason', 'message'}
    assert answer.json()['error']['reason'] == reason
    assert answer.headers['cache-control'] == 'no-store'
    assert answer.headers.get('www-authenticate') == ('Bearer' if status == 401 else None)
    assert not [tell for tell in HOSTILE if tell in answer.text]


async def test_the_whole_life_of_an_account(serve: Serve, http: httpx.AsyncClient, catcher: MailCatcher):
    site = await serve(smtp_url=catcher.url, verify_email='on', throttle='on')
    await site.cli('attribute', 'city', '--label', 'City', '--editable')
    ann, bob = Person(new_email()), await person(site)
    for taken in (bob, ann):
        answer = await call(http, site, 'signup', email=taken.email, password=PASSWORD, name='Ann')
        assert (answer.status_code, answer.content) == (202, b'')
    refused(await call(http, site, 'login', email=ann.email, password=PASSWORD), 403, 'email_unverified')
    code = catcher.code_in(await catcher.mail_to(ann.email, nth=2))
    refused(await call(http, site, 'verify', email=ann.email, code='BCDF-GHJK'), 422, 'code_invalid')
    assert (await call(http, site, 'verify', email=ann.email, code=code.lower())).status_code == 204
    first, second = await login(http, site, ann), await login(http, site, ann)

    me = await call(http, site, 'me', first['access_token'])
    assert me.headers['cache-control'] == 'no-store'
    told = {'email': ann.email, 'name': 'Ann', 'roles': [], 'groups': [], 'attributes': {}}
    assert me.json() == {'id': me.json()['id'], **told}
    changed = await call(http, site, 'profile', first['access_token'], name='Ann Lee', attributes={'city': 'Ulm'})
    assert changed.json() == {**me.json(), 'name': 'Ann Lee', 'attributes': {'city': 'Ulm'}}
    refused(await call(http, site, 'profile', first['access_token'], attributes={'x': 'y'}), 422, 'attribute_unknown')

    wrong = await call(http, site, 'password', first['access_token'], current_password='wrong', new_password=NEW)
    refused(wrong, 422, 'password_wrong')
    words = {'current_password': PASSWORD, 'new_password': NEW}
    assert (await call(http, site, 'password', first['access_token'], **words)).status_code == 204
    refused(await call(http, site, 'me', second['access_token']), 401, 'token_invalid')
    assert (await call(http, site, 'me', first['access_token'])).status_code == 200

    assert (await call(http, site, 'logout', first['access_token'])).status_code == 204
    for path in ('me', 'logout'):
        refused(await call(http, site, path, first['access_token']), 401, 'token_invalid')
    refused(await call(http, site, 'token', refresh_token=first['refresh_token']), 401, 'token_invalid')

    for email in (ann.email, new_email('nobody')):
        answer = await call(http, site, 'forgot', email=email)
        assert (answer.status_code, answer.content) == (202, b'')
    code = catcher.code_in(await eventually(lambda: next(
        (mail for mail in catcher.mails_to(ann.email) if mail['Subject'] == 'Set a new password'), None
    ), why='the reset code'))  # fmt: skip
    newest = {'email': ann.email, 'code': code, 'new_password': PASSWORD}
    assert (await call(http, site, 'confirm', **newest)).status_code == 204
    refused(await call(http, site, 'confirm', **newest), 422, 'code_invalid')
    assert await login(http, site, ann)

    for _ in range(5):
        refused(await call(http, site, 'login', email=bob.email, password='wrong'), 401, 'invalid_credentials')
    throttled = await call(http, site, 'login', email=bob.email, password=PASSWORD)
    refused(throttled, 429, 'throttled')
    assert 0 < int(throttled.headers['retry-after']) <= 300


async def test_tokens_rotate_and_a_stolen_one_ends_its_session(site: Server, http: httpx.AsyncClient):
    given = await login(http, site, await person(site))
    rotated = (await call(http, site, 'token', refresh_token=given['refresh_token'])).json()
    assert (await call(http, site, 'me', rotated['access_token'])).status_code == 200
    for token in (given['refresh_token'], rotated['refresh_token'], given['access_token']):
        refused(await call(http, site, 'token', refresh_token=token), 401, 'token_invalid')
    refused(await call(http, site, 'me', rotated['access_token']), 401, 'token_invalid')
    refused(await call(http, site, 'me', given['access_token']), 401, 'token_invalid')


async def test_what_an_operator_does_counts_at_once(site: Server, http: httpx.AsyncClient):
    ann = await person(site, 'Premium')
    token = (await login(http, site, ann))['access_token']

    async def me() -> Any:
        answer = await call(http, site, 'me', token)
        return (answer.status_code, answer.json().get('roles'), answer.json().get('groups'))

    assert await me() == (200, ['Premium'], ['Premium'])
    await site.cli('grant', ann.email, 'Admin')
    await eventually(lambda: _is(me(), (200, ['Admin', 'Premium'], ['Admin', 'Admin Premium', 'Premium'])), within=5)
    await site.cli('block', ann.email)
    await eventually(lambda: _is(me(), (401, None, None)), within=5)
    refused(await call(http, site, 'login', email=ann.email, password=ann.password), 401, 'invalid_credentials')


async def _is(coming: Any, wanted: object) -> bool:
    return bool(await coming == wanted)


async def test_what_a_program_holds_opens_no_page_and_no_cookie_opens_the_api(site: Server, http: httpx.AsyncClient):
    ann = await person(site)
    given = await login(http, site, ann)
    assert not http.cookies
    sid = jwt.decode(given['access_token'], options={'verify_signature': False})['sid']
    [(digest,)] = await sql.rows(site.database_url, f"SELECT digest FROM auth_session WHERE digest LIKE '%{sid}'")
    for held in (sid, digest, given['access_token'], given['refresh_token']):
        cookie = {'Cookie': f'nicegate_{site.port}={held}'}
        assert (await http.get(f'{site.url}/cars', headers=cookie)).status_code == 303
    assert (await post(http, site, 'sign-in', email=ann.email, password=ann.password)).status_code == 200
    assert (await http.get(f'{site.url}/cars')).status_code == 200
    refused(await call(http, site, 'me'), 401, 'token_invalid')
    for authorization in ('Bearer', f'Basic {given["access_token"]}', given['access_token'], 'Bearer x.y.z'):
        answer = await http.get(f'{site.url}/api/auth/me', headers={'Authorization': authorization})
        refused(answer, 401, 'token_invalid')
    refused(await call(http, site, 'me', http.cookies[f'nicegate_{site.port}']), 401, 'token_invalid')


async def test_a_token_can_be_checked_offline_and_only_as_we_wrote_it(site: Server, http: httpx.AsyncClient):
    token = (await login(http, site, await person(site)))['access_token']
    answer = await http.get(f'{site.url}/.well-known/jwks.json')
    assert answer.headers['cache-control'] == 'public, max-age=3600'
    [jwk] = answer.json()['keys']
    assert (jwk['kty'], jwk['crv'], jwk['alg'], 'd' in jwk) == ('OKP', 'Ed25519', 'EdDSA', False)
    read = jwt.decode_complete(token, jwt.PyJWK(jwk), ['EdDSA'], audience='nicegate', issuer=site.url)
    header, claims = read['header'], read['payload']

    [(row,)] = await sql.rows(site.database_url, "SELECT value FROM setting WHERE key = 'signing_key'")
    secret = (site.folder / 'data' / 'secret_key').read_bytes().strip()
    seal = Fernet(base64.urlsafe_b64encode(hmac.digest(secret, b'signing-key', hashlib.sha256)))
    opened = json.loads(seal.decrypt(json.loads(row)['sealed'].encode()))['private']
    key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(opened + '='))

    def write(**changed: Any) -> str:
        return jwt.encode({**claims, **changed}, key, 'EdDSA', {'typ': 'at+jwt', 'kid': header['kid']})

    assert (await call(http, site, 'me', write(exp=claims['exp'] + 1))).status_code == 200  # the key is the real one
    others = [{'exp': claims['iat'] - 60}, {'aud': 'others'}, {'iss': 'https://others.example'}, {'sid': 'x'}]
    forged = [write(**other) for other in others]
    forged.append(jwt.encode(claims, None, 'none', {'typ': 'at+jwt', 'kid': header['kid']}))  # type: ignore[arg-type]
    for wrong in forged:
        refused(await call(http, site, 'me', wrong), 401, 'token_invalid')


@pytest.mark.parametrize(('content_type', 'body'), BODIES, ids=range(len(BODIES)))
async def test_no_body_breaks_the_api(site: Server, http: httpx.AsyncClient, content_type: str, body: bytes):
    headers = {'Content-Type': content_type} if content_type else {}
    for route in ROUTES:
        if route.body is not None:
            answer = await http.request(route.method, f'{site.url}{route.path}', content=body, headers=headers)
            refused(answer, 400 if answer.status_code == 400 else 422, 'input_invalid')


async def test_each_route_has_one_method_and_one_spelling_and_no_door_for_other_sites(
    site: Server, http: httpx.AsyncClient
):
    evil = {'Origin': 'https://evil.example', 'Access-Control-Request-Method': 'POST'}
    for route in ROUTES:
        for method in ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'):
            answer = await http.request(method, f'{site.url}{route.path}', headers=evil)
            assert (answer.status_code == 405) is (method != route.method)
            assert answer.headers.get('allow') == (None if method == route.method else route.method)
            assert not [name for name in answer.headers if name.startswith('access-control')]
            assert answer.headers['x-content-type-options'] == 'nosniff'
        for path in (
            f'{route.path}/',
            f'{route.path}x',
            f'{route.path[:-1]}%{ord(route.path[-1]):x}',
            f'/{route.path}',
        ):
            assert (await http.request(route.method, f'{site.url}{path}')).status_code == 404


async def test_the_api_is_described_to_site_admins_alone(site: Server, new_page: NewPage, http: httpx.AsyncClient):
    html = {'Accept': 'text/html'}
    for path in ('/docs', '/openapi.json'):
        answer = await http.get(f'{site.url}{path}', headers=html)
        assert (answer.status_code, answer.headers['location']) == (303, f'/login?next={path}')
    ann, boss = await person(site, 'Premium'), await person(site, 'Site admin')
    await post(http, site, 'sign-in', email=ann.email, password=ann.password)
    for path in ('/docs', '/openapi.json'):
        assert (await http.get(f'{site.url}{path}', headers=html)).status_code == 403

    page = await new_page(site, viewport={'width': 390, 'height': 844})
    await sign_in(page, site, boss)
    document = await (await page.context.request.get(f'{site.url}/openapi.json')).json()
    described = OpenAPI.model_validate(document).paths or {}
    assert list(described) == [route.path for route in ROUTES]
    known = document['components']['schemas']
    assert {ref.rpartition('/')[2] for ref in _references(document)} <= set(known)
    assert await visit(page, '/docs') == 200
    await shown(page, 'API for programs')
    for route in ROUTES:
        assert await page.get_by_role('heading', level=2, name=f'{route.method} {route.path}', exact=True).count() == 1
    await assert_fits(page)
    await assert_accessible(page)


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        found = [part['$ref']] if '$ref' in part else []
        return found + [ref for value in part.values() for ref in _references(value)]
    return [ref for value in part for ref in _references(value)] if isinstance(part, list) else []


# ------------------------------------------------------------------ docs/api.md

DOCUMENT = Document(ROOT / 'docs' / 'api.md')


async def test_the_programs_of_the_document_do_what_it_says(site: Server, tmp_path: Path):
    ann = await person(site, 'Premium')
    program = '\n'.join(block.text for block in DOCUMENT.blocks if block.language == 'python')
    for shown_there, real in (('https://app.example.com', site.url), ('robot@example.com', ann.email)):
        assert shown_there in program
        program = program.replace(shown_there, real)
    run = await asyncio.create_subprocess_exec(
        sys.executable, '-W', 'error', '-', cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    out, _ = await run.communicate((program + REFRESHES).encode())
    assert out.decode().splitlines() == [f"{ann.email} ['Premium']", 'True', f'{ann.email} True']


REFRESHES = """
before = http.auth.tokens
http.auth.tokens = {**before, 'access_token': 'over'}
print(http.get('/api/auth/me').json()['email'], http.auth.tokens['refresh_token'] != before['refresh_token'])
"""


def test_the_document_lists_every_reason_and_every_route():
    reasons = dict(re.findall(r'^\| `(\w+)` \| (\d+) \| \S', DOCUMENT.text, re.MULTILINE))
    assert reasons == {reason.value: str(answers.status_of(AuthError(reason))) for reason in Reason}
    routes = re.findall(r'^\| `([A-Z]+ \S+)` \|', DOCUMENT.text, re.MULTILINE)
    assert routes == [f'{route.method} {route.path}' for route in ROUTES]
    for route in ROUTES:
        [row] = [line for line in DOCUMENT.text.splitlines() if line.startswith(f'| `{route.method} {route.path}`')]
        fields = [f'[`{name}`]' if not one.is_required() else f'`{name}`'
                  for name, one in (route.body.model_fields if route.body else {}).items()]  # fmt: skip
        takes = row.split('|')[2]
        assert re.findall(r'\[?`\w+`\]?', takes) == fields
        assert ('token' in re.sub(r'`\w+`', '', takes)) is route.bearer
        assert row.split('|')[3].strip().startswith(str(route.status))


@pytest.mark.parametrize('reason', Reason)
def test_every_reason_has_words_for_programs(reason: Reason):
    assert messages.say_to_program(AuthError(reason)).endswith('.')
