"""What visits share that have to do with mail: one server on each database, and the mail server that it delivers to."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import assert_calm
from tests.support.mail_catcher import MailCatcher
from tests.support.server import Server


@pytest.fixture(scope='session')
async def mails() -> AsyncIterator[MailCatcher]:
    async with MailCatcher.catching() as catcher:
        yield catcher


@pytest.fixture(scope='session')
async def _shared_mailing_site(
    database: str, mails: MailCatcher, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp(f'mailing-{database}')
    async with Server.serving(database, folder, verify_email='on', smtp_url=mails.url) as server:
        yield server


@pytest.fixture
def mailing(_shared_mailing_site: Server) -> Iterator[Server]:
    """The car rental with a mail server, where addresses are verified; shared as `site` is."""
    before = len(_shared_mailing_site.output)
    yield _shared_mailing_site
    assert_calm(_shared_mailing_site.output[before:])
