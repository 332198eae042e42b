"""A wrong setting is one line that names it."""

import stat
from datetime import timedelta

import pytest

from auth.settings import SettingsError, get_settings


@pytest.mark.parametrize(
    ('name', 'value'),
    [('PORT', 'eighty'), ('PORT', '0'), ('PORT', '70000'), ('SESSION_IDLE', 'soon'), ('SESSION_IDLE', '0'),
     ('SESSION_LIFETIME', '-5m'), ('BCRYPT_COST', '3'), ('BCRYPT_COST', '31'), ('PASSWORD_MIN_LENGTH', '5'),
     ('PUBLIC_URL', 'app.example.com'), ('PUBLIC_URL', 'https://app.example.com/path'), ('PUBLIC_URL', 'http://x:y'),
     ('DATABASE_URL', 'mysql://x'), ('SECRET_KEY', 'short'), ('TRUSTED_PROXIES', 'everybody')],
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
