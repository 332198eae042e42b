"""What mails say: for every template, whoever it is about."""

import email
import email.policy
import html as entities
import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from auth.mail import leases, message, outbox, templates
from models.clock import now
from models.mail import Mail
from tests.support.mail_catcher import CODE

CODE_ALONE = {'code': 'WDJB-MJHT'}
LINK = 'http://127.0.0.1:8080/forgot?email=ann%40cars.example&step=code'
VARIABLES: dict[str, dict[str, str]] = {
    'verify email': CODE_ALONE,
    'reset password': CODE_ALONE | {'link': LINK},
    'change email': CODE_ALONE,
    'email taken': {},
    'password changed': {'when': '26 November 2026, 12:00 UTC', 'where': '192.0.2.7, Firefox on Linux'},
    'email changed': {'new_email': 'ann@other.example'},
    'account made': {'inviter': 'Bo'},
    'invitation': {'link': 'http://127.0.0.1:8080/invitation?token=abc', 'inviter': 'Bo', 'days': '7'},
}
HEADERS = {
    'From', 'To', 'Subject', 'Date', 'Message-ID', 'Auto-Submitted', 'MIME-Version', 'Content-Type',
}  # fmt: skip


def mail(template: str = 'verify email', address: str = 'ann@cars.example', **variables: str) -> Mail:
    values = VARIABLES[template] | variables
    return Mail(message_id='<1@cars.example>', template=template, address=address, user=None, variables=values)


def test_there_are_words_for_every_mail():
    assert set(VARIABLES) == set(outbox.Template)


@pytest.mark.parametrize('template', VARIABLES)
def test_a_mail_says_the_same_in_plain_text_and_in_html_and_loads_nothing(settings, template):
    values = VARIABLES[template]
    words = templates.render(template, 'Ann', values)
    code = [values['code']] if 'code' in values else []
    assert CODE.findall(words.plain) == CODE.findall(words.html) == code
    assert words.subject and not CODE.search(words.subject)
    assert 'Hello Ann,' in words.plain and 'Hello Ann,' in words.html
    for value in values.values():
        assert value in words.plain
        assert value in entities.unescape(words.html)
    assert not re.search(r'src=|url\(|@import|<link|<script', words.html)
    assert not [line for line in words.plain.splitlines() if len(line) > 78]
    assert 'style="' in words.html and '@media (prefers-color-scheme: dark)' in words.html


@pytest.mark.parametrize('template', ['password changed', 'invitation'])
def test_what_is_not_known_is_left_out(settings, template):
    words = templates.render(template, '', VARIABLES[template] | {'when': '', 'where': '', 'inviter': '', 'days': '1'})
    for text in (words.plain, words.html):
        assert 'Hello,' in text
        assert 'Where' not in text and ' on .' not in text and '1 days' not in text


@pytest.mark.parametrize(('name', 'greeted'), [
    ('Anne-Marie', 'Anne-Marie'), ('J. R. R. Tolkien', 'J. R. R. Tolkien'), ('José Ångström', 'José Ångström'),
    ('', ''), ('Win at http://a.example', ''), ('see evil.example', ''), ('write to a@b', ''), ('WWW.x', ''),
    ('ABCD-EFGH', ''),
    ('x' * 61, ''),
])  # fmt: skip
def test_nobody_is_greeted_with_a_link_an_advertisement_or_another_code(settings, name, greeted):
    words = templates.render('verify email', name, CODE_ALONE)
    assert f'Hello{" " * bool(greeted)}{greeted},' in words.plain
    assert CODE.findall(words.plain) == ['WDJB-MJHT']


text = st.text(max_size=80)


@effort(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=text, where=text, new=text)
def test_no_value_becomes_a_header_a_tag_or_a_template(settings, name, where, new):
    for template, values in (('password changed', {'where': where}), ('email changed', {'new_email': new})):
        envelope = message.envelope_of(mail(template, name=name, **values))
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert set(parsed.keys()) == HEADERS
        plain, page = parsed.iter_parts()
        assert plain.get_content_type() == 'text/plain' and page.get_content_type() == 'text/html'
        tags = set(re.findall(r'<\s*/?\s*(\w+)', page.get_content()))
        assert tags <= set(re.findall(r'<\s*/?\s*(\w+)', templates.render(template, '', VARIABLES[template]).html))


def test_what_looks_like_a_tag_or_a_template_stays_text(settings):
    words = templates.render('password changed', '{{ site }}<b>', {'when': '', 'where': '{% raw %}<script>'})
    assert '{{ site }}' in words.plain and '{% raw %}<script>' in words.plain
    assert '&lt;b&gt;' in words.html and '<script>' not in words.html


@pytest.mark.parametrize(('address', 'recipient', 'smtputf8'), [
    ('ann@cars.example', 'ann@cars.example', False), ('ann@straße.example', 'ann@xn--strae-oqa.example', False),
    ('josé@straße.example', 'josé@xn--strae-oqa.example', True),
    ("o'hara+x@cars.example", "o'hara+x@cars.example", False),
])  # fmt: skip
def test_an_address_is_written_so_that_servers_understand_it(settings, address, recipient, smtputf8):
    envelope = message.envelope_of(mail(address=address))
    assert (envelope.recipient, envelope.smtputf8) == (recipient, smtputf8)
    parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert parsed['To'] == recipient
    assert parsed['Message-ID'] == '<1@cars.example>' and parsed['Auto-Submitted'] == 'auto-generated'
    assert abs(parsed['Date'].datetime - now()) < timedelta(minutes=1)


@pytest.mark.parametrize('address', ['a@b.example\r\nBcc: c@d.example', 'a@b.example\nX: y', 'a\0@b.example'])
def test_an_address_cannot_end_its_header(settings, address):
    try:
        content = message.envelope_of(mail(address=address)).content
    except message.UnwritableError:
        return
    assert set(email.message_from_bytes(content).keys()) == HEADERS


def test_the_sender_is_named_with_any_letters(settings):
    settings.setenv('NICEGATE_MAIL_FROM', '"Über, Cars" <no-reply@straße.example>')
    envelope = message.envelope_of(mail())
    parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert envelope.sender == 'no-reply@xn--strae-oqa.example'
    [sender] = parsed['From'].addresses
    assert (sender.display_name, sender.addr_spec) == ('Über, Cars', envelope.sender)


@pytest.mark.parametrize('wrong', [{'template': 'no such'}, {'sealed': 'x'}, {'variables': {}}])
def test_a_mail_that_cannot_be_written_says_so(settings, wrong):
    row = mail().update_from_dict(wrong)
    with pytest.raises(message.UnwritableError, match=r'^it cannot be written: \w+$'):
        message.envelope_of(row)


@pytest.mark.parametrize(('tries', 'minutes'), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)])
def test_pauses_double_up_to_an_hour_and_differ(tries, minutes):
    pauses = {leases.pause(tries) / timedelta(minutes=minutes) for _ in range(50)}
    assert 0.8 <= min(pauses) < max(pauses) <= 1.2
