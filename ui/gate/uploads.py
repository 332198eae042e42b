"""Uploads, received here in place of NiceGUI's routes: those ask for no session and check no size."""

import structlog
from nicegui import ui
from nicegui.elements.upload_files import create_file_upload
from nicegui.events import UiEventArguments, handle_event
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message

from auth import page_gates, sessions
from ui.gate import live, scopes
from ui.gate import visit as visits
from ui.gate.decisions import note_within
from ui.gate.visit import Visit

log = structlog.get_logger()

DEFAULT_SIZE = 100 * 1024 * 1024
"""Bytes of one upload when the element sets no `max_file_size`: a phone's video of a minute."""
OVERHEAD = 64 * 1024
"""Bytes that the multipart wrapping may add."""
MAX_FILES = 100
"""Files in one upload when the element sets no `max_files`."""


class _TooLargeError(Exception):
    """More bytes came than may."""


async def receive(request: Request, client_id: str, element_id: int, digest: str | None) -> Response:
    """Take files for an upload element of an open page, from the browser that has the page, while its gate is open."""
    visit = visits.find(client_id)
    element = visit.client.elements.get(element_id) if visit else None
    if request.method != 'POST' or visit is None or not isinstance(element, ui.upload):
        return _refuse(404, 'There is no such upload')
    if not await _may(visit, element, digest) or element.is_ignoring_events:
        log.info('upload refused', page=visit.page.path if visit.page else '')
        return _refuse(403, 'This page is not open to you')
    try:
        async with _limited(request, _limit(element)).form(max_files=_max_files(element), max_fields=MAX_FILES) as form:
            found = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            if not found:
                return _refuse(400, 'The request holds no file')
            if any((file.size or 0) > _file_limit(element) for file in found):
                return _refuse(413, 'The file is too large')
            with scopes.entered(visit.ownership.of(element)):
                for begin in element._begin_upload_handlers:
                    handle_event(begin, UiEventArguments(sender=element, client=visit.client))
            received = [await create_file_upload(file) for file in found]
    except _TooLargeError:
        return _refuse(413, 'The file is too large')
    except (ClientDisconnect, HTTPException, MultiPartException, ValueError, KeyError):
        return _refuse(400, 'The upload could not be read')
    if not await _may(visit, element, digest):  # rights may have gone while the bytes came in
        return _refuse(403, 'This page is not open to you')
    with scopes.entered(visit.ownership.of(element)):
        await element.handle_uploads(received)
    return JSONResponse({'upload': 'success'})


async def _may(visit: Visit, element: ui.upload, digest: str | None) -> bool:
    await page_gates.refresh()
    user = await sessions.resume(digest)
    if visit.over or (user is None) == visit.bound or (user is None and digest != visit.digest):
        return False
    if user is not None:
        if visit.user is None or user.session_id != visit.user.session_id:
            return False
        live.settle(visit, user)
    scope = visit.ownership.of(element)
    return scope is not None and note_within('upload', scope) and not element.is_deleted


def _limit(element: ui.upload) -> int:
    total = element.props.get('max-total-size')
    single = element.props.get('max-file-size')
    size = int(total) if total else int(single) * _max_files(element) if single else DEFAULT_SIZE
    return size + OVERHEAD


def _file_limit(element: ui.upload) -> int:
    # The browser half asks the same of each file, but need not be what sends.
    return int(element.props.get('max-file-size') or _limit(element))


def _max_files(element: ui.upload) -> int:
    return int(element.props.get('max-files') or MAX_FILES)


def _limited(request: Request, limit: int) -> Request:
    """The same request, which ends with an error when more bytes come than may."""
    seen = 0

    async def count() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get('body', b''))
        if seen > limit:
            raise _TooLargeError
        return message

    return Request(request.scope, count)


def _refuse(status: int, text: str) -> Response:
    return JSONResponse({'error': {'message': text}}, status)
