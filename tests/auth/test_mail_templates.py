"""What site admins may have mails say: what is refused before it is saved, and that no mail is lost by a template."""

import asyncio
import time
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from auth.admin import mail_templates, users
from auth.admin.actor import OPERATOR
from auth.admin.mail_templates import check, read, save
from auth.errors import AuthError, Reason
from auth.mail import Template, message, templates, vocabulary, written
from auth.mail.language import Problem
from auth.mail.templates import Texts, built_in, render
from models.audit import Audit
from models.mail import Mail, MailTemplate
from tests.auth.conftest import PASSWORD
from tests.auth.test_accounts import actor, person, refuses
from tests.auth.test_mail_words import VARIABLES

VERIFY = Template.VERIFY_EMAIL
HEAVY = '{{ code }}<style>*{' + 'color:red;' * 5000 + '}</style>' + '<p>x</p>' * 200
DEEP = '{{ code }}' + '<div>' * 19_000
"""Ends the process when css_inline is given it."""
OWN = Texts('Welcome to {{ host }}', 'Hello {{ name }}: {{ code }}', '<p title="{{ name }}">{{ name }}: {{ code }}</p>')


def problem(texts: Texts, template: str = VERIFY) -> tuple[str, Problem, int]:
    """The field, problem and line for which these texts are refused."""
    with refuses(Reason.MAIL_TEMPLATE_INVALID) as caught:
        check(template, texts)
    error = getattr(caught, 'value')  # noqa: B009
    return error.values['field'], error.values['problem'], error.values['line']


@pytest.mark.parametrize('template', Template)
def test_our_own_texts_are_fit_to_be_edited(settings, template):
    assert set(vocabulary.OWN) == set(Template)
    assert {variable.name for variable in vocabulary.OWN[template]} == set(VARIABLES[template])
    said = check(template, built_in(template))
    assert all(vocabulary.samples(template)[name] in said.plain for name in vocabulary.NEEDED.get(template, ()))
    values = VARIABLES[template]
    assert render(template, 'Ann', values, built_in(template)) == render(template, 'Ann', values)


HOSTILE = [
    ('{% for i in range(10**9) %}x{% endfor %}', Problem.WORD),
    ('{{ "x" * 10**9 }}', Problem.WORD),
    ('{{ 9**9**9 }}', Problem.WORD),
    ('{{ "%999999999d"|format(1) }}', Problem.FILTER),
    ('{{ "x"|center(999999999) }}', Problem.FILTER),
    ('{{ "aa"|replace("a", "aaaaaaaa") }}', Problem.FILTER),
    ("{{ ''.__class__.__mro__[1].__subclasses__() }}", Problem.WORD),
    ("{{ ''['__class__'] }}", Problem.WORD),
    ("{{ ''|attr('__class__') }}", Problem.FILTER),
    ('{{ self.__init__.__globals__ }}', Problem.WORD),
    ('{{ cycler.__init__.__globals__.os.popen("id").read() }}', Problem.WORD),
    ('{{ lipsum(n=99999) }}', Problem.WORD),
    ('{{ name|safe }}', Problem.FILTER),
    ('{% autoescape false %}{{ name }}{% endautoescape %}', Problem.WORD),
    ('{% set code = "x" %}', Problem.WORD),
    ('{% macro a() %}{{ a() }}{% endmacro %}', Problem.WORD),
    ('{% include "verify_email.txt" %}', Problem.WORD),
    ('{% extends "../../settings.py" %}', Problem.FRAME),
    ('{% extends name %}', Problem.FRAME),
    ('{% import "base.txt" as b %}', Problem.WORD),
    ('{{ config }}', Problem.VARIABLE),
    ('{{ coed }}', Problem.VARIABLE),
    ('{{ link }}', Problem.VARIABLE),
    ('{% if %}', Problem.SYNTAX),
    ('{{ name', Problem.SYNTAX),
    ('{% frobnicate %}', Problem.SYNTAX),
    ('{{ ' + '(' * 5000 + 'name' + ')' * 5000 + ' }}', Problem.DEEP),
    ('{% if name %}' * 200 + '{% endif %}' * 200, Problem.DEEP),
    ('{{ name }}' * 6000, Problem.LONG),
]


@pytest.mark.parametrize(('text', 'expected'), HOSTILE, ids=[text[:40] for text, _ in HOSTILE])
def test_what_a_mail_cannot_be_written_in_is_refused_with_its_line_at_once(settings, text, expected):
    began = time.monotonic()
    wrong = 'Hello\n{{ code }}\n' + text
    for field in ('plain', 'html'):
        where, found, line = problem(replace(OWN, **{field: wrong}))
        assert (where, found) == (field, expected)
        assert line == (3 if found not in (Problem.LONG, Problem.DEEP) or line else 0)
    if '\n' not in text and len(text) < 200:
        assert problem(replace(OWN, subject=text))[:2] == ('subject', expected)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(('texts', 'expected'), [
    (replace(OWN, subject='a\nb'), ('subject', Problem.LINES)),
    (replace(OWN, subject='a\r\nBcc: eve@x.example'), ('subject', Problem.LINES)),
    (replace(OWN, subject=' '), ('subject', Problem.EMPTY)),
    (replace(OWN, subject='{% if not name %}x{% endif %}'), ('subject', Problem.EMPTY)),
    (replace(OWN, subject='x' * 301), ('subject', Problem.LONG)),
    (replace(OWN, subject='{{ code }}'), ('subject', Problem.SECRET_SHOWN)),
    (replace(OWN, plain='Hello'), ('plain', Problem.SECRET)),
    (replace(OWN, html='<p>Hello</p>'), ('html', Problem.SECRET)),
    (replace(OWN, html='{# {{ code }} #}'), ('html', Problem.SECRET)),
    (replace(OWN, plain='{% if name %}{{ code }}{% endif %}'), ('plain', Problem.SECRET)),
    (replace(OWN, plain='{{ code|lower }}'), ('plain', Problem.SECRET)),
    (replace(OWN, plain='{{ 1 + code }}'), ('plain', Problem.FAILED)),
    (replace(OWN, plain='{{ code }}' + 'x' * 50_000), ('plain', Problem.LONG)),
    (replace(OWN, html=HEAVY), ('html', Problem.HEAVY)),
    (replace(OWN, html=DEEP), ('html', Problem.HEAVY)),
])  # fmt: skip
def test_what_could_not_be_sent_or_used_is_refused(settings, texts, expected):
    assert problem(texts)[:2] == expected


def test_values_are_escaped_in_html_and_as_they_are_in_plain_text(settings):
    said = render(VERIFY, '<b>"A" & B</b>', {'code': 'WDJB-MJHT'}, OWN)
    assert said.plain == 'Hello <b>"A" & B</b>: WDJB-MJHT\n'
    assert '>&lt;b&gt;"A" &amp; B' in said.html and 'title="<b>&quot;A&quot; &amp; B</b>"' in said.html


async def test_what_is_saved_is_sent_from_the_next_mail_on_and_reset_goes_back(house):
    root_id = await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    root = await actor('root@cars.example')
    assert await written.texts_of(VERIFY) is None
    version = await save(root, VERIFY, OWN, version='')
    assert await written.texts_of(VERIFY) == OWN
    row = Mail(message_id='<1@x>', template=VERIFY, address='a@b.example', variables={'code': 'WDJB-MJHT', 'name': ''})
    envelope = message.envelope_of(row, await written.texts_of(VERIFY))
    assert b'Subject: Welcome to 127.0.0.1' in envelope.content
    edited = await read(root, VERIFY)
    assert (edited.texts, edited.version, edited.differing) == (OWN, version, ('subject', 'plain', 'html'))
    assert [one.name for one in await mail_templates.list_all(root) if one.changed_at] == [VERIFY]
    await mail_templates.reset(root, VERIFY)
    assert await written.texts_of(VERIFY) is None and not (await read(root, VERIFY)).differing
    acts = await Audit.filter(act__startswith='mail template').order_by('id')
    assert [(str(row.actor_uid), row.act) for row in acts] == [
        (root_id, 'mail template changed'), (root_id, 'mail template reset'),
    ]  # fmt: skip


async def test_our_own_words_are_no_change(house):
    version = await save(OPERATOR, VERIFY, OWN, version='')
    assert await save(OPERATOR, VERIFY, built_in(VERIFY), version=version) == ''
    assert not await MailTemplate.exists()


async def test_of_two_who_edit_one_mail_the_second_is_told(house):
    saves = [save(OPERATOR, VERIFY, replace(OWN, subject=f'{number}'), version='') for number in range(4)]
    answers = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert {a.reason for a in answers if isinstance(a, AuthError)} == {Reason.CHANGED_MEANWHILE}
    version = (await read(OPERATOR, VERIFY)).version
    await save(OPERATOR, VERIFY, OWN, version=version)
    with refuses(Reason.CHANGED_MEANWHILE):
        await save(OPERATOR, VERIFY, replace(OWN, subject='late'), version=version)
    with refuses(Reason.CHANGED_MEANWHILE):
        await mail_templates.reset(OPERATOR, VERIFY, version=version)
    assert (await read(OPERATOR, VERIFY)).texts == OWN


@pytest.mark.parametrize('broken', [
    replace(OWN, plain='{{ gone }}'), replace(OWN, html='{% for'), replace(OWN, subject='{{ 1 + code }}'),
    replace(OWN, plain='no code'), replace(OWN, html='{% extends "gone.html" %}'),
])  # fmt: skip
def test_a_stored_text_that_fails_loses_no_mail(settings, broken):
    with capture_logs() as logs:
        said = render(VERIFY, 'Ann', {'code': 'WDJB-MJHT'}, broken)
    assert said == render(VERIFY, 'Ann', {'code': 'WDJB-MJHT'})
    assert [line['template'] for line in logs] == [VERIFY] and 'WDJB' not in str(logs)


async def test_a_test_goes_to_whoever_asks_with_what_is_not_saved_yet(house):
    await users.create(OPERATOR, 'root@cars.example', PASSWORD, site_admin=True)
    root = await actor('root@cars.example')
    assert await mail_templates.send_test(root, VERIFY, OWN) == 'root@cars.example'
    [row] = await Mail.all().prefetch_related('user')
    said = message.words_of(row)
    assert (row.address, said.subject) == ('root@cars.example', 'Test: Welcome to 127.0.0.1:8080')
    assert said.plain == 'Hello : WDJB-MJHT\n'
    with refuses(Reason.MAIL_TEMPLATE_INVALID):
        await mail_templates.send_test(root, VERIFY, replace(OWN, plain='x'))
    with refuses(Reason.FORBIDDEN):
        await mail_templates.send_test(OPERATOR, VERIFY, OWN)


async def test_only_site_admins_word_mails_and_only_mails_there_are(house):
    await person('eve@cars.example')
    eve = await actor('eve@cars.example')
    for act in (
        mail_templates.list_all(eve), read(eve, VERIFY), save(eve, VERIFY, OWN, version=''),
        mail_templates.preview(eve, VERIFY, OWN), mail_templates.reset(eve, VERIFY),
        mail_templates.send_test(eve, VERIFY, OWN),
    ):  # fmt: skip
        with refuses(Reason.FORBIDDEN):
            await act
    for name in ('', 'no such', '../base', 'verify_email'):
        with refuses(Reason.MAIL_TEMPLATE_NOT_FOUND):
            await read(OPERATOR, name)
    assert templates.built_in(VERIFY).subject == 'Verify your email address'
