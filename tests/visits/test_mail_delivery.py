"""Mail of a running server: queued beside it, over a kill, by two servers on one outbox, and shown in the terminal."""

import signal

import pytest

from tests.support import sql
from tests.support.mails import queue_beside
from tests.support.waiting import eventually

ANN = 'ann@cars.example'


async def test_a_mail_that_another_process_queued_outlives_a_kill(serve, catcher):
    server = await serve(smtp_url=catcher.url, mail_from='Cars <desk@cars.example>')
    await queue_beside(server, ANN)
    message = await catcher.mail_to(ANN)
    assert message['From'] == 'Cars <desk@cars.example>' and message['Message-ID'].endswith('@cars.example>')
    assert catcher.code_in(message) == 'WDJB-MJHT'

    catcher.stall.add('bo@cars.example')  # handed over to the mail server, and not yet taken
    await queue_beside(server, 'bo@cars.example')
    await eventually(lambda: 'bo@cars.example' in catcher.asked)
    await server.stop(signal.SIGKILL)
    catcher.relent()
    catcher.stall.clear()
    await queue_beside(server, 'cy@cars.example')  # committed, and nobody there to see it
    await server.start()
    await catcher.mail_to('cy@cars.example')
    await catcher.mail_to('bo@cars.example', within=40)  # when the lease of the dead has run out
    await eventually(lambda: all_sent(server.database_url, 3))
    rows = await sql.rows(server.database_url, 'SELECT message_id, sealed FROM mail')
    assert {message['Message-ID'] for message in catcher.caught} == {id_ for id_, _ in rows}
    assert len(catcher.caught) == 3 and not any(sealed for _, sealed in rows)
    assert 'WDJB-MJHT' not in server.output


async def all_sent(url: str, number: int) -> bool:
    return await sql.rows(url, 'SELECT status FROM mail') == [('sent',)] * number


@pytest.mark.both
async def test_two_servers_on_one_outbox_send_each_mail_once(serve, catcher):
    await catcher.stop()
    server = await serve(smtp_url=catcher.url)
    twin = type(server)(server.database_url, server.folder, smtp_url=catcher.url)
    try:
        await twin.start()
        addresses = [f'p{number}@cars.example' for number in range(20)]
        await queue_beside(server, *addresses)
        await eventually(lambda: server.output.count('the mail server takes no mail') == 2)
        await catcher.start()
        await eventually(lambda: all_sent(server.database_url, 20), within=20)
        assert sorted(message['X-RcptTo'] for message in catcher.caught) == sorted(addresses)
    finally:
        await twin.stop()


async def test_without_a_mail_server_the_terminal_shows_each_mail_once(serve):
    server = await serve()
    await queue_beside(server, ANN)
    await eventually(lambda: 'WDJB-MJHT' in server.output)
    await server.stop()
    await server.start()
    await queue_beside(server, 'bo@cars.example')
    await eventually(lambda: 'To: bo@cars.example\nSubject: Verify your email address\n' in server.output)
    assert server.output.count('WDJB-MJHT') == 2
    assert server.output.count(f'To: {ANN}\n') == 1
