"""What was typed into a form that acts by the socket: texts by field, checked for type and size first."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from auth.errors import AuthError, Reason
from auth.people import is_text

FIELDS = 200
"""Fields of one form at most: ours have a dozen, and one for each attribute that a site keeps."""
VALUES = 2_000
"""Texts of one form at most: a box to tick for each role there is."""
SIZE = 300_000
"""Characters in all: a mail's HTML of 100,000, three times over."""


class Typed:
    """The texts of one form, by field; a group of boxes gives one text for each that is ticked."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = values

    @classmethod
    def read(cls, sent: Any) -> 'Typed':
        """Take what a browser sent: {field: [texts]}, and nothing else.

        Raises:
            AuthError: INPUT_INVALID
        """
        if not isinstance(sent, dict) or len(sent) > FIELDS:
            raise AuthError(Reason.INPUT_INVALID)
        values: dict[str, tuple[str, ...]] = {}
        count = size = 0
        for name, texts in sent.items():
            if not isinstance(name, str) or not isinstance(texts, list):
                raise AuthError(Reason.INPUT_INVALID)
            if not all(isinstance(text, str) and is_text(text) for text in texts):
                raise AuthError(Reason.INPUT_INVALID)
            count, size = count + len(texts), size + len(name) + sum(map(len, texts))
            values[name] = tuple(texts)
        if count > VALUES or size > SIZE:
            raise AuthError(Reason.INPUT_INVALID)
        return cls(values)

    def text(self, name: str) -> str:
        """The text of a field; '' when there is none.

        Raises:
            AuthError: INPUT_INVALID when there are several
        """
        texts = self._values.get(name, ())
        if len(texts) > 1:
            raise AuthError(Reason.INPUT_INVALID)
        return texts[0] if texts else ''

    def all(self, name: str) -> tuple[str, ...]:
        """The texts of a group of boxes that are ticked."""
        return self._values.get(name, ())

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def starting(self, prefix: str) -> dict[str, str]:
        """The texts of all fields whose name begins with `prefix`, without it."""
        return {name.removeprefix(prefix): self.text(name) for name in self._values if name.startswith(prefix)}

    def day(self, name: str) -> datetime | None:
        """The end of a day (UTC) that was chosen; None when none was.

        Raises:
            AuthError: DATE_INVALID
        """
        text = self.text(name)
        if not text:
            return None
        try:
            return datetime.combine(datetime.strptime(text, '%Y-%m-%d').date(), time.max, UTC)  # noqa: DTZ007
        except (ValueError, OverflowError) as error:
            raise AuthError(Reason.DATE_INVALID, field=name) from error


Act = Callable[[Typed], Awaitable[str | None]]
"""What a form does with what was typed; returns what is said then."""
