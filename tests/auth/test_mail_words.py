"""What mails say: for every template, whoever it is about."""

import html as entities
import re

import pytest

from auth.mail import templates
from tests.support.mail_catcher import CODE

SECRETS = {'code': 'WDJB-MJHT'}
LINK = 'http://127.0.0.1:8080/forgot?email=ann%40cars.example&step=code'
VARIABLES: dict[str, dict[str, str]] = {
    'verify email': SECRETS,
    'reset password': {**SECRETS, 'link': LINK},
    'change email': SECRETS,
    'email taken': {},
    'password changed': {'when': '26 November 2026, 12:00 UTC', 'where': '192.0.2.7, Firefox on Linux'},
    'email changed': {'new_email': 'ann@other.example'},
    'invitation': {'link': 'http://127.0.0.1:8080/invitation?token=abc', 'inviter': 'Bo', 'days': '7'},
}


@pytest.mark.parametrize('template', VARIABLES)
def test_a_mail_says_the_same_in_plain_text_and_in_html_and_loads_nothing(house_settings, template):
    values = VARIABLES[template]
    words = templates.render(template, 'Ann', values)
    code = [values['code']] if 'code' in values else []
    assert CODE.findall(words.plain) == CODE.findall(words.html) == code
    assert not CODE.search(words.subject)
    assert 'Hello Ann,' in words.plain and 'Hello Ann,' in words.html
    for value in values.values():
        assert value in words.plain
        assert value in entities.unescape(words.html)
    assert not re.search(r'src=|url\(|@import|<link|<script', words.html)
    assert not [line for line in words.plain.splitlines() if len(line) > 78]
    assert 'style="' in words.html and '@media (prefers-color-scheme: dark)' in words.html
