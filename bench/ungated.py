"""The baseline of `gate_cost`: the very same site and pages, with a door that lets everybody through unread.

Takes the arguments of main.py; the bench starts it.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import main
    from auth.current_user import CurrentUser
    from ui import app, gate
    from ui.gate import http, registry

    groups = frozenset({'Premium'})
    person = CurrentUser('id', 'ann@cars.example', '', (), groups, 0, datetime.now(UTC))
    arrivals: dict[str, http.Arrival] = {}

    class OpenDoor(http.HttpDoor):
        """Answers the pages with one fixed arrival each: no cookie, no session, no matching, no decision."""

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope['type'] == 'http' and scope['path'] in ('/premium', '/parts'):
                path = scope['path']
                if path not in arrivals:
                    match = registry.match(path)
                    assert match is not None
                    arrivals[path] = http.Arrival(match, None, person)
                scope[http.ARRIVAL] = arrivals[path]
            await self._app(scope, receive, send)

    vars(app)['HttpDoor'] = OpenDoor
    vars(gate)['gated'] = lambda **_: lambda function: function  # sections are plain functions; nothing else differs
    main.main()


if __name__ == '__main__':
    main()
