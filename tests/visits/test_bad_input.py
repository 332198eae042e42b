"""Whatever comes in, people get a clear message, the log one line, and nothing is written."""

import asyncio
import base64
import json
from urllib.parse import quote

import httpx
import pytest

from tests.support import sql
from tests.support.people import PASSWORD, join_without_browser, new_email, post
from tests.support.server import Server

ACTIONS = ('sign-in', 'sign-up', 'sign-out', 'set-up', 'check-password')
FORM = 'application/x-www-form-urlencoded'
FILE = b'--x\r\nContent-Disposition: form-data; name="email"; filename="f"\r\n\r\na file\r\n--x--\r\n'
BODIES = [
    (FORM, b''), (FORM, b'email'), (FORM, b'email=%ED%A0%80&password=%FF%FE'),
    (FORM, b'email=a%00b@x.example&password=a%00b%00c%00d%00'),
    (FORM, b'email=a@x.example&email=b@x.example&password=x&password=y'), (FORM, b'password[]=1&email[x]=2'),
    (FORM, b'%'), (FORM, b'&&&==='), (FORM, b'email=' + b'a' * 300_000),
    (FORM, b'&'.join(b'f%d=1' % n for n in range(5000))), ('application/json', b'{"email": {"$ne": 1}}'),
    ('application/json', b'{'), ('multipart/form-data', b'no boundary'),
    ('multipart/form-data; boundary=x', b'--x\r\nbroken'), ('text/plain', b'email=a'), ('', b'\xff\xfe'),
    (f'{FORM}; charset=utf-7', b'email=+AGE-'), (f'{FORM}; charset=nothing', b'email=a'),
    ('multipart/form-data; boundary=x', FILE),
]  # fmt: skip


def _assert_plain(answer: httpx.Response) -> None:
    """A refusal that tells nothing of how we are built."""
    assert answer.status_code < 500, answer.text
    for tell in ('Traceback', 'Exception', 'Error:', 'pydantic', 'tortoise', 'starlette', 'SELECT', 'File "'):
        assert tell not in answer.text, f'{tell} in {answer.text[:500]}'


@pytest.mark.parametrize('action', ACTIONS)
@pytest.mark.parametrize(('content_type', 'body'), BODIES, ids=range(len(BODIES)))
async def test_no_body_breaks_a_form(
    http: httpx.AsyncClient, site: Server, action: str, content_type: str, body: bytes
):
    for accept in ('application/json', 'text/html'):
        headers = {'Origin': site.url, 'Accept': accept, **({'Content-Type': content_type} if content_type else {})}
        answer = await http.post(f'{site.url}/auth/{action}', content=body, headers=headers)
        _assert_plain(answer)
        if accept == 'application/json' and answer.status_code >= 400:
            assert set(answer.json()['error']) >= {'reason', 'message'}


@pytest.mark.parametrize('email', [
    'ann', '@', 'a@b@c', 'a b@visits.example', 'a@-.example', 'ann@visits.example\nbcc: x@visits.example',
    '<a@visits.example>', 'a' * 255 + '@visits.example', 'a@' + 'b' * 260 + '.example', "a'--@visits example",
    'a@[127.0.0.1', '\u202ea@visits.example ', '.a@visits.example',
])  # fmt: skip
async def test_what_is_no_address_makes_no_account(http: httpx.AsyncClient, site: Server, email: str):
    answer = await post(http, site, 'sign-up', email=email, password=PASSWORD)
    _assert_plain(answer)
    assert answer.status_code >= 400 and answer.json()['error']['reason'] in ('email_invalid', 'input_invalid')
    assert not http.cookies


@pytest.mark.parametrize('name', ['x' * 201, 'nul\x00', '\x1b[31mred'])
async def test_what_is_no_name_makes_no_account(http: httpx.AsyncClient, site: Server, name: str):
    answer = await post(http, site, 'sign-up', email=new_email(), password=PASSWORD, name=name)
    _assert_plain(answer)
    assert answer.status_code >= 400 and answer.json()['error']['reason'] in ('name_invalid', 'input_invalid')


async def test_a_name_that_is_markup_stays_text(http: httpx.AsyncClient, site: Server):
    email, name = new_email(), '<img src=x onerror=alert(1)> `${1}` </script>'
    assert (await post(http, site, 'sign-up', email=email, password=PASSWORD, name=name)).status_code == 200
    document = (await http.get(f'{site.url}/cars')).text
    assert '<img src=x' not in document and '`${1}`' not in document
    stored = await sql.rows(site.database_url, f"SELECT name FROM user_account WHERE email = '{email}'")
    assert stored == [(name,)]


@pytest.mark.parametrize('cookie', [
    'x', '=', ';;;', 'a' * 7000, '"', '\\', '\xff\xfe', '../../etc/passwd', "' OR 1=1 --", '%00', 'null', '{"a": 1}',
    'é',
])  # fmt: skip
async def test_no_cookie_breaks_a_page_or_opens_one(http: httpx.AsyncClient, site: Server, cookie: str):
    await join_without_browser(http, site)
    [name] = [cookie.name for cookie in http.cookies.jar]
    for header in (f'{name}={cookie}', f'{name}={cookie}; {name}=x', f'nicegate_theme={cookie}', cookie):
        async with httpx.AsyncClient() as stranger:
            sent = {b'Cookie': header.encode('latin-1')}
            home = await stranger.get(f'{site.url}/', headers=sent)
            assert home.status_code == 200
            _assert_plain(await stranger.get(f'{site.url}/cars', headers=sent))
            assert (await stranger.get(f'{site.url}/cars', headers=sent)).status_code == 303


FLASH: dict[str, object] = {'message': 'm', 'field': None, 'values': {}, 'tone': 'error', 'action': ''}


@pytest.mark.parametrize('text', [
    '[' * 1500, '[' * 6000, '{"a":' * 600, 'null', '[]', '1', '"x"', '{}', 'NaN', '', '\xff',
    json.dumps(FLASH | {'message': '\ud800'}), json.dumps(FLASH | {'message': 'a\0'}), json.dumps(FLASH | {'field': 1}),
    json.dumps(FLASH | {'field': '\ud800'}), json.dumps(FLASH | {'values': {'email': '\ud800'}}),
    json.dumps(FLASH | {'values': {'email': ['x']}}), json.dumps(FLASH | {'values': {'\ud800': 'x'}}),
    json.dumps(FLASH | {'values': ['email']}), json.dumps(FLASH | {'values': 'email'}),
    json.dumps(FLASH | {'values': {f'{n}': 'x' for n in range(150)}}), json.dumps(FLASH | {'message': 'x' * 2000}),
    json.dumps(FLASH | {'tone': ['ok']}), json.dumps(FLASH | {'tone': 'loud'}), json.dumps(FLASH | {'action': 1}),
], ids=range(25))  # fmt: skip
async def test_no_refusal_written_by_somebody_else_breaks_a_form(http: httpx.AsyncClient, site: Server, text: str):
    cookie = base64.urlsafe_b64encode(text.encode('utf-8', 'surrogatepass')).decode()
    for path in ('/login', '/signup', '/logout'):
        answer = await http.get(f'{site.url}{path}', headers={'Cookie': f'nicegate_flash={cookie}'})
        _assert_plain(answer)
        assert answer.status_code in (200, 303)


@pytest.mark.parametrize(('letter', 'is_kept'), [('\U0001f699', True), ('\x01', False)])
async def test_what_was_typed_comes_back_in_a_cookie_that_browsers_keep(
    http: httpx.AsyncClient, site: Server, letter: str, is_kept: bool
):
    typed = {'email': letter * 300, 'name': letter * 300, 'password': PASSWORD}
    answer = await http.post(f'{site.url}/auth/sign-up', data=typed, headers={'Origin': site.url})
    assert answer.status_code == 303
    assert len(answer.headers['set-cookie']) <= 4096
    back = await http.get(f'{site.url}/signup')
    assert 'This is not an email address' in back.text
    assert (letter * 300 in back.text) is is_kept


@pytest.mark.parametrize('length', ['Content-Length: 100', 'Transfer-Encoding: chunked'])
async def test_a_form_that_is_cut_off_leaves_no_trace(site: Server, http: httpx.AsyncClient, length: str):
    before = len(site.output)
    _, writer = await asyncio.open_connection('127.0.0.1', site.port)
    head = f'POST /auth/sign-in HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Type: {FORM}\r\n{length}\r\n\r\n'
    writer.write(head.encode() + b'64\r\nemail=a')
    await writer.drain()
    assert (await http.get(f'{site.url}/healthz')).status_code == 200  # the server is reading the form by now
    writer.close()
    await writer.wait_closed()
    for _ in range(5):
        assert (await http.get(f'{site.url}/healthz')).status_code == 200  # and has heard of the end
    assert 'Traceback' not in site.output[before:]


@pytest.mark.parametrize(('header', 'value'), [
    ('X-Forwarded-Prefix', '//evil.example'), ('X-Forwarded-Host', 'evil.example'),
    ('X-Forwarded-Proto', 'javascript'), ('Host', 'evil.example'), ('X-Forwarded-For', '1.2.3.4, x'),
    ('User-Agent', 'x' * 5000), ('User-Agent', '\x1b[31m'), ('Accept', '\xff'), ('Accept-Language', '*;q=x'),
    ('Range', 'bytes=9-1'), ('NiceGUI-Check', 'try_reconnect'), ('Accept', 'text/markdown'),
])  # fmt: skip
async def test_no_header_breaks_a_page_or_leads_away(http: httpx.AsyncClient, site: Server, header: str, value: str):
    for path in ('/', '/cars', '/login', '/nowhere'):
        answer = await http.get(f'{site.url}{path}', headers={header.encode(): value.encode('latin-1')})
        _assert_plain(answer)
        assert not answer.headers.get('location', '/').startswith(
            ('//', 'javascript')
        ) and 'evil' not in answer.headers.get('location', '')
        assert 'evil.example' not in answer.text


@pytest.mark.parametrize(
    'query',
    [
        'next=%00',
        'next=%ED%A0%80',
        'next=a&next=b',
        'token=%00',
        'token=' + 'x' * 5000,
        'user=1&visit=2',
        '%',
        'x[]=1',
        'client=1&request=2',
    ],
)
async def test_no_query_breaks_a_page(http: httpx.AsyncClient, site: Server, query: str):
    for path in ('/', '/login', '/signup', '/setup', '/logout', '/premium'):
        _assert_plain(await http.get(f'{site.url}{path}?{query}'))


async def test_the_log_keeps_to_its_lines_and_holds_no_secret(http: httpx.AsyncClient, site: Server):
    before = len(site.output)
    evil = 'a\nlevel=error event=forged \x1b[31m\r\u2028@visits.example'
    await post(http, site, 'sign-up', email=evil, password='hush hush, secret words', name=evil)
    await post(http, site, 'sign-in', email=evil, password='hush hush, secret words')
    await http.get(f'{site.url}/{quote(evil)}', headers={'User-Agent': 'x\x1b[31my'})
    await post(http, site, 'set-up', token='hush-token', email=evil, password='hush hush')
    written = site.output[before:]
    assert 'hush' not in written
    assert all(character.isprintable() or character == '\n' for character in written), json.dumps(written)
    assert not [line for line in written.splitlines() if line.startswith('level=error')]
