"""What the content security policy allows besides ourselves."""

import pytest

from auth.settings import Settings
from ui.gate.policy import policy


@pytest.mark.parametrize(('address', 'socket'), [
    ({'public_url': 'https://cars.example:8443'}, ' wss://cars.example:8443'), ({'port': 9000}, ' ws://127.0.0.1:9000'),
    ({'host': '0.0.0.0', 'port': 9000}, ' ws://localhost:9000'), ({'host': '::1'}, ''),
])  # fmt: skip
def test_nothing_but_our_own_socket_is_added(address, socket):
    assert policy(Settings(**address)) == (
        "frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self'{socket}; script-src 'self' 'unsafe-inline' 'unsafe-eval'; worker-src 'self' blob:"
    )


def test_the_settings_add_to_their_own_directive():
    header = policy(Settings(csp_img='https://a.example', csp_connect='https://b.example', csp_script='*.c.example'))
    assert "img-src 'self' data: blob: https://a.example;" in header
    assert "connect-src 'self' ws://127.0.0.1:8080 https://b.example;" in header
    assert "script-src 'self' 'unsafe-inline' 'unsafe-eval' *.c.example; worker-src 'self' blob: *.c.example" in header
