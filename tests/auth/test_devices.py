"""What people read in their list of sessions."""

import pytest

from auth import devices

WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)'


@pytest.mark.parametrize(('user_agent', 'words'), [
    (f'Mozilla/5.0 (X11; Linux x86_64) {BLINK} Chrome/120.0.0.0 Safari/537.36', 'Chrome on Linux'),
    (f'Mozilla/5.0 (X11; Linux x86_64) {BLINK} HeadlessChrome/120.0.0.0 Safari/537.36', 'Chrome on Linux'),
    (f'Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/120.0 Safari/537.36 Edg/120.0', 'Edge on Windows'),
    (f'Mozilla/5.0 (Linux; Android 14; Pixel 8) {BLINK} Chrome/120.0.0.0 Mobile Safari/537.36', 'Chrome on Android'),
    (f'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.1 Safari/605.1.15', 'Safari on macOS'),
    (f'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) {WEBKIT} Version/17.0 Mobile/15E148 Safari/604.1',
     'Safari on iPhone'),
    (f'Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) {WEBKIT} CriOS/120.0 Mobile/15E148 Safari/604.1',
     'Chrome on iPad'),
    ('Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0', 'Firefox on Ubuntu'),
    ('python-httpx/0.27.0', 'python-httpx'), ('curl/8.0', 'curl'), ('MyApp/1.0 (a note)', 'MyApp'),
    ('', devices.UNKNOWN), ('Mozilla/5.0', devices.UNKNOWN), ('<script>alert(1)</script>', devices.UNKNOWN),
])  # fmt: skip
def test_a_device_is_called_as_its_owner_would(user_agent: str, words: str):
    assert devices.in_words(user_agent) == words
