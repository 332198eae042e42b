"""A wrong setting is one line that names it."""

import stat
from datetime import timedelta

import pytest

from auth.mail_server import MailServer, Security, Sender
from auth.settings import SettingsError, get_settings


@pytest.mark.parametrize(
    ('name', 'value'),
    [('PORT', 'eighty'), ('PORT', '0'), ('PORT', '70000'), ('SESSION_IDLE', 'soon'), ('SESSION_IDLE', '0'),
     ('SESSION_LIFETIME', '-5m'), ('BCRYPT_COST', '3'), ('BCRYPT_COST', '31'), ('PASSWORD_MIN_LENGTH', '5'),
     ('PUBLIC_URL', 'app.example.com'), ('PUBLIC_URL', 'https://app.example.com/path'), ('PUBLIC_URL', 'http://x:y'),
     ('DATABASE_URL', 'mysql://x'), ('SECRET_KEY', 'short'), ('TRUSTED_PROXIES', 'everybody'),
     ('SESSION_IDLE', '999999999999999999d'), ('SESSION_IDLE', '9' * 5000), ('HOST', 'ü..x'), ('HOST', 'x' * 70),
     ('HOST', '\udcff'), ('SECRET_KEY', '\udcff' * 40), ('PUBLIC_URL', '\udcff'), ('DATA_DIR', '\udcff'),
     ('PUBLIC_URL', 'https://ann:pw@app.example.com'), ('PUBLIC_URL', 'https://app.example.com/#part'),
     ('PUBLIC_URL', 'https://app.example.com?q=1'), ('PUBLIC_URL', 'https://@app.example.com'),
     ('PUBLIC_URL', 'https://a b.example'), ('PUBLIC_URL', 'https://ü..example'),
     ('CSP_IMG', "https://a.example; script-src 'self'"), ('CSP_IMG', "'unsafe-inline'"), ('CSP_IMG', 'picsum.photos'),
     ('CSP_CONNECT', '*'), ('CSP_CONNECT', 'https://*'), ('CSP_CONNECT', 'http://a.example:99999'), ('CSP_SCRIPT', 'a'),
     ('CSP_CONNECT', 'https://[::1]'), ('CSP_SCRIPT', 'javascript:'), ('CSP_SCRIPT', 'https://a.example/\x1b'),
     ('CSP_SCRIPT', 'https://ü.example'), ('CSP_SCRIPT', 'https://ann:pw@a.example'), ('CSP_IMG', 'https://a.example?q')],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_variable_and_not_shown(settings, name, value):
    settings.setenv(f'NICEGATE_{name}', value)
    with pytest.raises(SettingsError) as caught:
        get_settings()
    line = str(caught.value)
    assert line.startswith(f'NICEGATE_{name}: ')
    assert '\n' not in line
    assert name != 'SECRET_KEY' or value not in line


@pytest.mark.parametrize(
    ('value', 'seconds'), [('90', 90), ('90s', 90), ('30m', 1800), ('24h', 86400), ('30d', 2592000)]
)
def test_times_are_written_with_a_unit_or_in_seconds(settings, value, seconds):
    settings.setenv('NICEGATE_SESSION_IDLE', value)
    assert get_settings().session_idle == timedelta(seconds=seconds)


@pytest.mark.parametrize(('written', 'origin'), [
    ('https://App.Example.com', 'https://app.example.com'), ('HTTPS://app.example.com:443/', 'https://app.example.com'),
    ('http://app.example.com:80', 'http://app.example.com'), ('http://app.example.com:443', 'http://app.example.com:443'),
    ('https://straße.example:8443', 'https://strasse.example:8443'), ('http://[::1]:8080', 'http://[::1]:8080'),
])  # fmt: skip
def test_the_public_address_is_written_as_browsers_write_an_origin(settings, written, origin):
    settings.setenv('NICEGATE_PUBLIC_URL', written)
    assert get_settings().public_url == origin


def test_sources_are_written_with_spaces_or_commas(settings):
    settings.setenv('NICEGATE_CSP_IMG', ' https://a.example:8443/x/,\n*.b.example  data: wss://*.c.example https: ')
    assert get_settings().csp_img == 'https://a.example:8443/x/ *.b.example data: wss://*.c.example https:'


def test_variables_of_other_releases_and_programs_are_ignored(settings):
    for name in ('NICEGATE_LANGUAGES', 'NICEGATE_METRICS', 'HOST', 'PORT'):
        settings.setenv(name, '\udcff')
    assert get_settings().port == 8080


@pytest.mark.parametrize('in_file', [True, False])
def test_a_setting_that_is_misspelt_is_named_with_what_was_meant(settings, tmp_path, in_file):
    if in_file:
        (tmp_path / '.env').write_text('NICEGATE_SESION_IDLE=5m\n')
    else:
        settings.setenv('NICEGATE_SESION_IDLE', '5m')
    with pytest.raises(SettingsError, match=r'^NICEGATE_SESION_IDLE: .* did you mean NICEGATE_SESSION_IDLE\?$'):
        get_settings()


def test_a_wrong_value_in_the_env_file_says_that_it_stands_there(settings, tmp_path):
    (tmp_path / '.env').write_text('NICEGATE_PORT=eighty\n')
    with pytest.raises(SettingsError, match=r'^NICEGATE_PORT in \.env: '):
        get_settings()


def test_an_env_file_that_is_not_utf_8_is_named(settings, tmp_path):
    (tmp_path / '.env').write_bytes(b'NICEGATE_HOST=\xff\n')
    with pytest.raises(SettingsError, match=r'^\.env is not UTF-8'):
        get_settings()


def test_the_printed_address_is_one_that_a_browser_can_open(settings):
    settings.setenv('NICEGATE_HOST', '0.0.0.0')
    assert get_settings().url == 'http://localhost:8080'


def test_a_secret_key_is_made_once_and_read_by_its_owner_alone(settings, tmp_path):
    first = get_settings().secret()
    file = tmp_path / 'data' / 'secret_key'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    get_settings.cache_clear()
    assert get_settings().secret() == first == file.read_text().strip()
    assert [entry.name for entry in file.parent.iterdir()] == ['secret_key']


@pytest.mark.parametrize('url', [
    'mail.example', 'http://mail.example', 'smtp://', 'smtp://mail.example:0', 'smtp://mail.example:99999',
    'smtp://ann:Pa55@mail.example:twenty', 'smtp://ann:Pa55@mail.example/inbox', 'smtp://ann:Pa55#1@mail.example',
    'smtp://ann:Pa55/1@mail.example', 'smtp://:Pa55@mail.example', 'smtp://ann:Pa55%0D%0AQUIT@mail.example',
    'smtp://ann:Pa55%ff@mail.example', 'smtp://ann:Pa55@[::1', 'smtp://ann:Pa55@a..example', 'smtp://ann:Pa55@\udcff',
    'smtp://ann:Pa55@mail.example?starttls=maybe', 'smtps://ann:Pa55@mail.example?starttls=never',
    'smtp://ann:Pa55@mail.example?starttls=never&starttls=always', 'smtp://ann:Pa55@mail.example\n.x',
])  # fmt: skip
def test_a_wrong_mail_server_is_named_without_its_password(settings, url):
    settings.setenv('NICEGATE_SMTP_URL', url)
    with pytest.raises(SettingsError, match=r'^NICEGATE_SMTP_URL: [^\n]+$') as caught:
        get_settings()
    assert 'Pa55' not in str(caught.value)


@pytest.mark.parametrize(('url', 'server'), [
    ('smtp://mail.example', MailServer('mail.example', 587, Security.STARTTLS)),
    ('smtps://mail.example/', MailServer('mail.example', 465, Security.TLS)),
    ('smtp://mail.example:25?starttls=never', MailServer('mail.example', 25, Security.NONE)),
    ('smtp://ann%40x.example:p%3A%C3%BC%25@[::1]:2525?starttls=always',
     MailServer('::1', 2525, Security.STARTTLS, 'ann@x.example', 'p:ü%')),
])  # fmt: skip
def test_a_mail_server_is_taken_apart_and_means_tls_unless_told_otherwise(settings, url, server):
    settings.setenv('NICEGATE_SMTP_URL', url)
    assert get_settings().mail_server == server
    assert 'p:ü%' not in repr(get_settings())
    assert 'p:ü%' not in repr(server)


@pytest.mark.parametrize('text', [
    'no-reply', 'Name a@b.example', 'a@b.example, c@d.example', 'x <a@b.example> <c@d.example>', 'Name <a@b.example',
    'a@b.example\r\nBcc: c@d.example', 'A\nB <a@b.example>', 'Name <>', '\udcff <a@b.example>',
])  # fmt: skip
def test_a_wrong_sender_is_named(settings, text):
    settings.setenv('NICEGATE_MAIL_FROM', text)
    with pytest.raises(SettingsError, match=r'^NICEGATE_MAIL_FROM: [^\n]+$'):
        get_settings()


@pytest.mark.parametrize(('url', 'text', 'sender', 'domain'), [
    ('', '', Sender('Nicegate', 'no-reply@[127.0.0.1]'), '[127.0.0.1]'),
    ('https://app.example.com:8443', '', Sender('Nicegate', 'no-reply@app.example.com'), 'app.example.com'),
    ('', 'a@b.example', Sender('', 'a@b.example'), 'b.example'),
    ('', '"Cars, Inc." <a@straße.example>', Sender('Cars, Inc.', 'a@straße.example'), 'xn--strae-oqa.example'),
])  # fmt: skip
def test_mail_comes_from_the_site_unless_told_otherwise(settings, url, text, sender, domain):
    settings.setenv('NICEGATE_PUBLIC_URL', url)
    settings.setenv('NICEGATE_MAIL_FROM', text)
    assert (get_settings().sender, get_settings().sender.domain) == (sender, domain)
