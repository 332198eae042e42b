"""What has to be right before anybody is served: database, key, declared groups. All of it is checked here."""

import hmac
from collections.abc import Collection, Mapping

from tortoise.exceptions import IntegrityError

from auth import declared, pruning, signing_keys, snapshots, stored
from auth.settings import PREFIX, SettingsError, get_settings
from models import database
from models.clock import now
from models.setting import Setting

FINGERPRINT = 'secret_key_fingerprint'


async def open_database() -> list[str]:
    """Connect, bring the tables up to date, and check the key; returns the migrations applied now.

    Raises:
        DatabaseError, SettingsError: one line each
    """
    await database.connect(get_settings().database)
    try:
        applied = await database.migrate()
        await _check_key()
        await stored.read()
        await signing_keys.load()
        await declared.store({})
        await pruning.prune()
    except BaseException:
        await database.close()
        raise
    return applied


async def _check_key() -> None:
    """The database remembers a fingerprint of SECRET_KEY: under another key long passwords would stop working."""
    mine = get_settings().derived_key('fingerprint').hex()
    try:
        row, _ = await Setting.get_or_create(key=FINGERPRINT, defaults={'value': {'hmac': mine}, 'changed_at': now()})
    except IntegrityError:  # another first start was faster
        row = await Setting.get(key=FINGERPRINT)
    if not hmac.compare_digest(str(row.value.get('hmac')), mine):
        raise SettingsError(
            f'{PREFIX}SECRET_KEY is not the one this database was made with: set it back, or put the old '
            f'{get_settings().data_dir / "secret_key"} back'
        )


async def store_groups(groups: Mapping[str, frozenset[str]], named: Collection[str] | None = None) -> frozenset[str]:
    """Make what the code declares, {group key: role keys}; returns the keys of all groups there are now. `named`: see
    auth/declared.py.
    """
    await declared.store(groups, named)
    return await declared.group_keys()


async def read_groups() -> dict[str, frozenset[str]]:
    """All groups as they are now: {key: role keys}."""
    return {group.key: group.roles for group in await snapshots.all_groups()}


async def close_database() -> None:
    stored.forget()
    await database.close()
