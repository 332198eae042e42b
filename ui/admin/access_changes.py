"""What the pages about roles and groups have in common: they follow what others change, and know what is gated."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from nicegui import ui

from auth import events
from auth.admin.effects import Door
from auth.current_user import CurrentUser
from auth.errors import AuthError, Reason
from ui.gate import Session, registry

KINDS: Final = frozenset({'access', 'user', 'lost'})
"""Changes that show on these pages: roles and groups themselves, and who holds which role."""
EVERY: Final = 1.0
"""Seconds between two readings at most, however much is changed: an import changes thousands of people."""


class _Changed(Protocol):
    @property
    def kind(self) -> str: ...


def actor_of(session: Session) -> CurrentUser:
    """Who acts, as the page knows them now.

    Raises:
        AuthError: NOT_SIGNED_IN
    """
    if session.user is None:
        raise AuthError(Reason.NOT_SIGNED_IN)
    return session.user


def follow(read_again: Callable[[], Awaitable[None]]) -> None:
    """Call `read_again()` in this page when something has changed, at most once a second."""
    heard = False

    def hear(changes: Sequence[_Changed]) -> None:
        nonlocal heard
        heard = heard or any(changed.kind in KINDS for changed in changes)

    async def look() -> None:
        nonlocal heard
        if heard:
            heard = False
            try:
                await read_again()
            except AuthError as error:
                if error.reason not in (Reason.FORBIDDEN, Reason.NOT_SIGNED_IN):  # then the page goes too
                    raise

    ui.context.client.on_delete(events.subscribe(hear))
    ui.timer(EVERY, look)


def called_in_code(key: str, name: str) -> str:
    """A note beside a name that is not the key any more: code, links and the command line go by the key."""
    return '' if key == name else f'Code calls it {key}.'


def doors() -> list[Door]:
    """All that has a gate, as people call it: pages by their title, the others by path or name."""
    found = [Door(f'{page.title} ({page.path})', page.gate) for page in registry.pages()]
    found += [Door(f'"{route.template.path}"', route.gate) for route in registry.routes()]
    return found + [Door(f'the part "{part.name}"', part.gate) for part in registry.parts()]
