"""What an upload element asks of its files holds for whatever sends them."""

import asyncio

import pytest

from tests.gate.conftest import Site
from tests.gate.test_socket import premium_tab
from tests.support.sockets import Tab

LIMIT = 1000
"""Bytes, as `site_pages` gives them to its upload element."""


def upload_path(tab: Tab) -> str:
    return next(e['props']['url'] for e in tab.elements.values() if '/upload/' in str(e.get('props', {}).get('url')))


@pytest.mark.parametrize(('sizes', 'status'), [
    ([LIMIT], 200), ([LIMIT + 1], 413), ([50_000], 413), ([1, 50_000], 413), ([0], 200), ([1, LIMIT], 200),
])  # fmt: skip
async def test_each_file_keeps_to_the_limit(gate_site: Site, sizes: list[int], status: int):
    async with premium_tab(gate_site) as (tab, http, _):
        files = [('file', (f'file{n}', b'x' * size)) for n, size in enumerate(sizes)]
        before = len(gate_site.ran())
        answer = await http.post(f'{gate_site.url}{upload_path(tab)}', files=files)
        assert answer.status_code == status
        taken = [line for line in gate_site.ran()[before:] if line.startswith('upload')]
        assert len(taken) == (len(sizes) if status == 200 else 0)


async def test_a_sender_that_hangs_up_leaves_no_trace(gate_site: Site):
    async with premium_tab(gate_site) as (tab, http, _):
        before = len(gate_site.output)
        cookies = '; '.join(f'{name}={value}' for name, value in http.cookies.items())
        head = (
            f'POST {upload_path(tab)} HTTP/1.1\r\nHost: 127.0.0.1:{gate_site.port}\r\nCookie: {cookies}\r\n'
            'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 900\r\n\r\n'
            '--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf a'
        )
        _, writer = await asyncio.open_connection('127.0.0.1', gate_site.port)
        writer.write(head.encode())
        await writer.drain()
        assert (await http.get(f'{gate_site.url}/premium')).status_code == 200  # the server is reading it by now
        writer.close()
        await writer.wait_closed()
        for _ in range(5):
            assert (await http.get(f'{gate_site.url}/premium')).status_code == 200  # and has heard of the end
        assert 'Traceback' not in gate_site.output[before:]
