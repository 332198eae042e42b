"""What to do about an import that finds nothing: a package that is not there, or a name of ours misspelt."""

import re
import sys
from typing import Final

from auth.declared import did_you_mean
from ui.gate.sources import HOME, OURS, Source

OFFERED: Final = ('auth.current_user', 'ui.actions', 'ui.forms', 'ui.gate', 'ui.testing')
"""Our modules that pages are made with."""


def cure(error: ImportError, source: Source, *, reloads: bool) -> str:
    """What is missing and what helps; '' when Python's own words have to do."""
    if not isinstance(error, ModuleNotFoundError):
        return _misspelt(str(error))
    name = error.name or ''
    top = name.partition('.')[0]
    if top in OURS:
        return f'there is no module "{name}" in Nicegate: {did_you_mean(name, OFFERED)}'
    if not name or top in sys.modules:  # it is there, and has no such part
        return ''
    return f'there is no module "{name}": {_way_to_install(source, reloads)}'


def _way_to_install(source: Source, reloads: bool) -> str:
    where = f'requirements.txt beside {source.title}'
    if source.folder == HOME and source.package is None:  # Nicegate's own lock stands there
        where = f'requirements.txt beside {source.title}, both in a folder of their own,'
    if reloads:
        return f'write its package into {where} and save'
    return f"install it into Nicegate's environment, or serve with --reload and a {where.rstrip(',')}"


def _misspelt(said: str) -> str:
    found = re.match(r"cannot import name '(\w+)' from '([\w.]+)'", said)  # Python 3.11 does not say it otherwise
    if found is None or found[2] not in OFFERED:
        return ''
    offered = vars(sys.modules[found[2]])
    names = offered.get('__all__') or [
        name for name, value in offered.items() if getattr(value, '__module__', '') == found[2] and name[0] != '_'
    ]
    return f'there is no "{found[1]}" in {found[2]}: {did_you_mean(found[1], names)}'
