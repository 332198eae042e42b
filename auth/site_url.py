"""Where people reach the site, for who writes a link beside the server: the command line knows no `--port` of it."""

from typing import Final

from auth.settings import get_settings
from models.clock import now
from models.setting import Setting

KEY: Final = 'site_url'


async def note() -> None:
    """Called by a server at its start."""
    value = {'url': get_settings().url}
    if not await Setting.filter(key=KEY).update(value=value, changed_at=now()):
        await Setting.get_or_create(key=KEY, defaults={'value': value, 'changed_at': now()})


async def known() -> str:
    """PUBLIC_URL, else where the last server was that started, else where one would be."""
    settings = get_settings()
    row = None if settings.public_url else await Setting.get_or_none(key=KEY)
    return str(row.value['url']) if row is not None else settings.url
