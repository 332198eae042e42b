"""The server under proof: the very site, with its doors, but behind them nothing of the developer's acts.

python -m ui.prove.server REPORT run --pages FILE --port PORT

Whatever a door lets through is a line in the file REPORT (JSON) and goes no further: listeners, uploads and routes of
the developer's do not run, so they reach nobody's database and send no mail. Pages are built, and moves are made. Each
page carries a marker in what it sends.
"""

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import PlainTextResponse
from nicegui import Client, background_tasks, core, ui
from nicegui import app as pages_app

from auth.access import SITE_ADMIN, SITE_ADMINS
from ui.gate import document, listeners, navigation, registry, uploads
from ui.gate import visit as visits
from ui.gate.registry import Page
from ui.gate.socket import SocketDoor
from ui.prove import clean, samples
from ui.prove.facts import EMPTY, Facts, PageFacts, RouteFacts
from ui.prove.failing import watch
from ui.prove.notes import Pen
from ui.prove.parts import Parts

PATIENCE = 1.0
"""Seconds that a page may take, such as one that waits for its browser, before what there is of it is sent."""
FILES = 1000
"""Entries of a folder among which a file is looked for to ask for."""
OWN = ('/profile', '/admin')
"""Those of our own pages that are proved."""
NUMBER = 'x-prove-number'
"""Header of a request with the number under which its sender asks for what became of it."""

_number: ContextVar[int | None] = ContextVar('number', default=None)
_started: ContextVar[list[asyncio.Task[Any]] | None] = ContextVar('started', default=None)


class Observer:
    """Takes the place of what the developer wrote, and notes that it would have run."""

    def __init__(self, report: Path) -> None:
        self._pen = Pen(report)
        self._folders: dict[str, Path] = {}
        self._parts = Parts(self._pen, _number)

    def install(self) -> None:
        """Before anything is loaded."""
        vars(pages_app)['add_api_route'] = self._stub_of(pages_app.add_api_route)
        vars(pages_app)['add_static_files'] = self._noting_folder(pages_app.add_static_files)
        vars(background_tasks)['create'] = _noting_task(background_tasks.create)
        vars(navigation)['PATIENCE'] = PATIENCE
        vars(document)['mount_pages'] = self._after_declaring(document.mount_pages)
        vars(uploads)['handle_event'] = lambda *_: None
        setattr(ui.upload, 'handle_uploads', self._upload())  # noqa: B010 - a method of a class is no attribute to mypy
        setattr(Client, 'handle_event', self._event(Client.handle_event))  # noqa: B010 - the same
        self._parts.install()
        setattr(SocketDoor, 'install', self._then_listen(SocketDoor.install))  # noqa: B010 - the same

    # ------------------------------------------------------------------ what is declared

    def _after_declaring(self, mount_pages: Callable[..., None]) -> Callable[..., None]:
        def describe_and_mount(*args: Any) -> None:
            pages = [self._page(number, page) for number, page in enumerate(registry.pages())]
            groups = {group.key: group.roles for group in registry.groups()}
            facts = Facts(
                {**groups, SITE_ADMINS: frozenset({SITE_ADMIN})},
                tuple(page for page in pages if page is not None),
                tuple(self._route(route) for route in registry.routes()),
                tuple(part.gate for part in registry.parts()),
            )
            self._pen.note('facts', facts=facts.to_json())
            mount_pages(*args)

        return describe_and_mount

    def _page(self, number: int, page: Page) -> PageFacts | None:
        """Watch a page, and describe it; None for our own but one of each gate: their doors are all the same."""
        module = getattr(page.builder, '__module__', '')
        marker = f'proved-page-{number}-of-nicegate'
        locations = samples.locations(page)
        object.__setattr__(page, 'builder', self._builder(page, marker))  # a page is frozen for everybody else
        if module.partition('.')[0] == 'ui' and page.path not in OWN:
            return None
        return PageFacts(page.path, page.title, page.default_gate, marker, locations, bool(page.parameters))

    def _route(self, route: registry.Route) -> RouteFacts:
        path = route.template.path
        if not route.is_folder:
            address = '/'.join('1' if part.startswith('{') else part for part in path.split('/'))
            return RouteFacts(path, route.gate, 'route', address, self._methods(path))
        folder = self._folders[path]
        some = sorted(itertools.islice(folder.rglob('*'), FILES))
        found = next((file.relative_to(folder).as_posix() for file in some if file.is_file()), None)
        kind, name = ('files', quote(found)) if found else (EMPTY, 'no-such-file')
        return RouteFacts(path, route.gate, kind, f'{path}/{name}', ('GET',))

    def _methods(self, path: str) -> tuple[str, ...]:
        found = [getattr(route, 'methods', ()) for route in pages_app.routes if getattr(route, 'path', '') == path]
        return tuple(sorted({method for methods in found for method in methods or ()}))

    def _noting_folder(self, original: Callable[..., None]) -> Callable[..., None]:
        def add(path: str, folder: str | Path, **options: Any) -> None:
            self._folders[path] = Path(folder).resolve()
            original(path, folder, **options)

        return add

    def _stub_of(self, original: Callable[..., None]) -> Callable[..., None]:
        def add(path: str, endpoint: Callable[..., Any], *, methods: list[str], **_: Any) -> None:
            async def reached(request: Request) -> PlainTextResponse:
                self._pen.note('reached', number=_number_of(request))
                return PlainTextResponse('reached')

            original(path, reached, methods=methods)

        return add

    # ------------------------------------------------------------------ what is reached

    def _builder(self, page: Page, marker: str) -> Callable[..., Any]:
        builder = page.builder

        @wraps(builder)
        def build(**arguments: Any) -> Any:
            client = ui.context.client
            number = _number.get()
            number = _number_of(client.request) if number is None else number
            self._pen.note('built', path=page.path, number=number)
            ui.element('i').props(f'data-proved={marker}').classes('hidden')
            return watch(lambda: builder(**arguments), lambda why: self._pen.note('failed', what_of=page.path, why=why))

        return build

    def _event(self, original: Callable[..., None]) -> Callable[..., None]:
        def handle_event(client: Client, message: dict[str, Any]) -> None:
            visit, element = visits.find(client.id), client.elements.get(message['id'])
            if visit is None or element is None:
                return
            number, listener = message.get('prove'), message['listener_id']
            scope = visit.ownership.of(element, listener)
            if scope is not None and not listeners.is_guarded(element, listener):
                self._pen.note('ran', listener=listener, section=self._parts.of(scope), number=number)
                return
            if scope is None:
                self._pen.note('shells', number=number)
            token = _number.set(number)
            try:
                original(client, message)
            finally:
                _number.reset(token)

        return handle_event

    def _upload(self) -> Callable[..., Awaitable[None]]:
        async def handle_uploads(element: ui.upload, _: object) -> None:
            self._pen.note('uploaded', client=element.client.id, element=element.id)

        return handle_uploads

    def _then_listen(self, install: Callable[..., None]) -> Callable[..., None]:
        def install_and_listen(door: SocketDoor) -> None:
            install(door)
            event = core.sio.handlers['/']['event']

            async def observed(sid: str, *frame: Any) -> None:
                started: list[asyncio.Task[Any]] = []
                _started.set(started)  # each frame is handled in a context of its own
                try:
                    await event(sid, *frame)
                finally:
                    number = frame[0].get('prove') if frame and isinstance(frame[0], dict) else None
                    if started:
                        await asyncio.wait(list(started))
                    if number is not None:
                        self._pen.note('handled', number=number)

            core.sio.on('event', observed)

        return install_and_listen


def _noting_task(create: Callable[..., asyncio.Task[Any]]) -> Callable[..., asyncio.Task[Any]]:
    def create_and_note(*args: Any, **options: Any) -> asyncio.Task[Any]:
        task = create(*args, **options)
        started = _started.get()
        if started is not None:
            started.append(task)
        return task

    return create_and_note


def _number_of(request: Request | None) -> int | None:
    sent = request.headers.get(NUMBER, '') if request is not None else ''
    return int(sent) if sent.isdigit() else None


def start() -> None:
    """Observe, then start `main.py` as it is."""
    Observer(Path(sys.argv.pop(1))).install()
    clean.start()


if __name__ == '__main__':
    start()
