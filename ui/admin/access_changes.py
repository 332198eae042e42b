"""What the pages about roles and groups have in common: they follow what others change, and know what is gated."""

from typing import Final

from auth.admin.effects import Door
from ui.gate import registry

KINDS: Final = ('access', 'user')
"""Changes that show on these pages: roles and groups themselves, and who holds which role."""
PAUSE: Final = 1.0
"""Seconds in which changes are gathered: an import changes thousands of people."""


def called_in_code(key: str, name: str) -> str:
    """A note beside a name that is not the key any more: code, links and the command line go by the key."""
    return '' if key == name else f'Code calls it {key}.'


def doors() -> list[Door]:
    """All that has a gate, as people call it: pages by their title, the others by path or name."""
    found = [Door(f'{page.title} ({page.path})', page.gate) for page in registry.pages() if not page.is_ours]
    found += [Door(f'"{route.template.path}"', route.gate) for route in registry.routes()]
    return found + [Door(f'the part "{part.name}"', part.gate) for part in registry.parts()]
