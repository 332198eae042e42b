"""The moment in which the person behind an open page changes, and the page stays: what the doors must know of it."""

import asyncio
from collections.abc import Mapping
from typing import Any


class Passage:
    """One a page. `turn` is taken by whoever changes the person. While it is `open`, the end of the page's session does
    not take the page away; no event gets through on that session all the same.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.open = False
        self.landing: object = None
        self._question = ''
        self._answer: asyncio.Future[object] | None = None

    def ask(self, question: str) -> 'asyncio.Future[object]':
        """Wait for the browser's answer to the JavaScript that was sent under this id."""
        self._question, self._answer = question, asyncio.get_running_loop().create_future()
        return self._answer

    def is_answer(self, message: Mapping[str, Any]) -> bool:
        """Whether a browser's frame is that answer, which is taken then: the session it came in on may be over."""
        if self._answer is None or message['request_id'] != self._question:
            return False
        if not self._answer.done():
            self._answer.set_result(message.get('result'))
        return True
