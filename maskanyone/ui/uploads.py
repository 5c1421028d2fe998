"""Recordings come in: tus 1.0 (https://tus.io) with creation and termination, streamed to disk as they arrive.

A broken connection goes on where it stopped, also after the server was restarted: what has arrived is the file itself.
"""

from __future__ import annotations

import base64
import binascii
import shutil
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

from anyio import CapacityLimiter, move_on_after, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from maskanyone import folders
from maskanyone.store import owners, recordings
from maskanyone.store.tables import ARRIVING, Recording
from maskanyone.ui.words import server as words

VERSION = "1.0.0"
PATH = "/api/uploads"
#: bytes that must stay free on the disk
_LEAST_FREE = 1 << 30
_MOST = 1 << 40
_LONGEST_NAME = 255
#: seconds without a byte after which a connection counts as broken; until then nobody else may go on with its copy
_QUIET = 30.0
_HEADERS = {"Tus-Resumable": VERSION}
_writing: set[str] = set()
_disk = CapacityLimiter(8)


async def about(_: Request) -> Response:
    """What this server speaks."""
    spoken = {"Tus-Version": VERSION, "Tus-Extension": "creation,termination", "Tus-Max-Size": str(_MOST)}
    return Response(status_code=204, headers=_HEADERS | spoken)


async def create(request: Request) -> Response:
    """A recording is announced by name and size."""
    try:
        size = int(request.headers["upload-length"])
        told = _metadata(request.headers.get("upload-metadata", ""))
        name = told["filename"]
    except (KeyError, ValueError):
        return _refused(400, words.NOT_ANNOUNCED)
    name = name.replace("\\", "/").rpartition("/")[2].strip()
    if not 0 < len(name) <= _LONGEST_NAME or _controls(name):
        return _refused(400, words.BAD_NAME)
    if size <= 0:
        return _refused(400, words.empty(name))
    made = await to_thread.run_sync(_announce, _placed(told.get("folder", ""), name), size)
    if made is None:
        return _refused(413, words.no_room(name))
    return Response(status_code=201, headers=_HEADERS | {"Location": f"{PATH}/{made.id}"})


async def offset(request: Request) -> Response:
    """How much of it is here."""
    row = await to_thread.run_sync(recordings.one, owners.current(), request.path_params["id"])
    if row is None or not row.copied:
        return Response(status_code=404, headers=_HEADERS | {"Cache-Control": "no-store"})
    # the answer to the last piece may have been lost: what is whole says so, or it would be sent a second time
    arrived = _size(row) if row.state == ARRIVING and Path(row.path).is_file() else row.bytes
    if row.state == ARRIVING and arrived == row.bytes:  # the server died before it said so; nothing more will be sent
        await to_thread.run_sync(recordings.arrived, row.id)
    here = {"Upload-Offset": str(arrived), "Upload-Length": str(row.bytes), "Cache-Control": "no-store"}
    return Response(status_code=200, headers=_HEADERS | here)


async def receive(request: Request) -> Response:
    """More of it arrives."""
    if request.headers.get("content-type") != "application/offset+octet-stream":
        return _refused(415, words.NOT_ANNOUNCED)
    row = await _arriving(request)
    if row is None:
        return _refused(404, words.GONE)
    if row.id in _writing:
        return _refused(423, words.TWICE)
    _writing.add(row.id)
    try:
        if request.headers.get("upload-offset") != str(_size(row)):
            return _refused(409, words.ELSEWHERE)
        if not await _append(row, request):
            return _refused(413, words.TOO_MUCH)
        here = _size(row)
    except FileNotFoundError:  # deleted while it was copied
        return _refused(404, words.GONE)
    except OSError:
        return _refused(507, words.no_room(row.name))
    finally:
        _writing.discard(row.id)
    if here == row.bytes:
        await to_thread.run_sync(recordings.arrived, row.id)
    return Response(status_code=204, headers=_HEADERS | {"Upload-Offset": str(here)})


async def terminate(request: Request) -> Response:
    """It is not wanted after all."""
    row = await _arriving(request)
    if row is None:
        return _refused(404, words.GONE)
    await to_thread.run_sync(recordings.forget, row.owner, [row.id])
    return Response(status_code=204, headers=_HEADERS)


ROUTES = [
    Route(PATH, about, methods=["OPTIONS"]),
    Route(PATH, create, methods=["POST"]),
    Route(f"{PATH}/{{id}}", offset, methods=["HEAD"]),
    Route(f"{PATH}/{{id}}", receive, methods=["PATCH"]),
    Route(f"{PATH}/{{id}}", terminate, methods=["DELETE"]),
]


async def _append(row: Recording, request: Request) -> bool:
    """Write what comes, piece by piece; false if it is more than was announced. What came before a break is kept."""
    left = row.bytes - _size(row)
    with Path(row.path).open("ab") as file:
        pieces = request.stream()
        while chunk := await _next(pieces):
            if len(chunk) > left:
                return False
            left -= len(chunk)
            await to_thread.run_sync(file.write, chunk, limiter=_disk)
    return True


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    """What comes next; none at the end, and where the connection broke or has gone quiet, which is a broken one too."""
    try:
        with move_on_after(_QUIET):
            return await anext(pieces, None) or None
    except ClientDisconnect:
        pass
    return None


def _announce(name: str, size: int) -> Recording | None:
    free = shutil.disk_usage(folders.arriving()).free - recordings.promised()
    if size > _MOST or free - size < _LEAST_FREE:
        return None
    made = recordings.arriving(owners.current(), name, size)
    Path(made.path).touch(mode=0o600)
    return made


async def _arriving(request: Request) -> Recording | None:
    row = await to_thread.run_sync(recordings.one, owners.current(), request.path_params["id"])
    return row if row is not None and row.state == ARRIVING and Path(row.path).is_file() else None


def _placed(folder: str, name: str) -> str:
    """A name with its place in a dropped folder, since cameras give the same names again and again."""
    parts = [part.strip() for part in folder.replace("\\", "/").split("/")]
    kept = [part for part in parts if part not in ("", ".", "..") and not _controls(part)]
    placed = "/".join([*kept, name])
    return placed if len(placed) <= _LONGEST_NAME else name


def _controls(text: str) -> bool:
    """Whether a control letter is in it, which no name of a file needs."""
    return any(unicodedata.category(c) == "Cc" for c in text)


def _size(row: Recording) -> int:
    return Path(row.path).stat().st_size


def _metadata(text: str) -> dict[str, str]:
    """``filename d29ybGQ=,type ...`` as plain text; raises ``ValueError``."""
    pairs = (part.strip().partition(" ") for part in text.split(",") if part.strip())
    try:
        return {name: base64.b64decode(value, validate=True).decode("utf-8") for name, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError(text) from None


def _refused(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status, _HEADERS)
