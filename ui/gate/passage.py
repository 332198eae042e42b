"""The moment in which the person behind an open page changes, and the page stays: what the doors must know of it."""

import asyncio
from collections.abc import Mapping
from typing import Any


class Passage:
    """One a page. `turn` is taken by whoever changes the person. While it is `open`, the end of the page's session does
    not take the page away at once, but wakes who waits here; no event gets through on that session all the same.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.open = False
        self.landing: object = None
        self.step: str | None = None  # the token of what comes before a session, asked for on this page
        self._question = ''
        self._answer: asyncio.Future[object] | None = None
        self._end: asyncio.Future[None] | None = None

    def ask(self, question: str) -> tuple['asyncio.Future[object]', 'asyncio.Future[None]']:
        """Wait for two things: the browser's answer to the JavaScript that is sent under this id, and the end of the
        page's session.
        """
        loop = asyncio.get_running_loop()
        self._question, self._answer, self._end = question, loop.create_future(), loop.create_future()
        return self._answer, self._end

    def is_answer(self, message: Mapping[str, Any]) -> bool:
        """Whether a browser's frame is that answer, which is taken then: the session it came in on may be over."""
        if self._answer is None or message['request_id'] != self._question:
            return False
        if not self._answer.done():
            self._answer.set_result(message.get('result'))
        return True

    def end(self) -> None:
        """The page's session has ended: by what is asked of the browser, or otherwise. Who waits has to look."""
        if self._end is not None and not self._end.done():
            self._end.set_result(None)
