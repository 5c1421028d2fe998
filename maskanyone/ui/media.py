"""Files that the page shows or hands out, by ids that cannot be guessed; each answers ranges and nothing is stored.

An original goes to its owner's player only. It is never offered as a file.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from maskanyone.proof.page import page
from maskanyone.store import files, owners, recordings, releases, runs
from maskanyone.store.tables import PICTURE, RELEASED, REPORT, RESULT, STRIP, VIEWING, Artefact
from maskanyone.ui import crops, glimpses
from maskanyone.ui.source import packed_source
from maskanyone.ui.words import server as words
from maskanyone.video.times import frame_times

#: a page that may run and fetch nothing
_STILL = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; sandbox"
ASSETS = Path(__file__).parent / "assets"
_TYPES = {
    ".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/mp4", ".m4v": "video/mp4", ".jpg": "image/jpeg",
    ".json": "application/json", ".zip": "application/zip",
}  # fmt: skip


async def recording_video(request: Request) -> Response:
    """A recording as the browser can play it: for the player alone, not for a tab or a link that saves it."""
    if request.headers.get("sec-fetch-dest", "video") != "video":
        return PlainTextResponse(words.PLAYED_ONLY, 403)
    found = await to_thread.run_sync(_playable, request.path_params["id"])
    return _file(*found) if found else _nothing()


async def recording_picture(request: Request) -> Response:
    """A small picture of a recording."""
    return await _of_recording(request, PICTURE)


async def recording_strip(request: Request) -> Response:
    """Pictures of a recording in a row."""
    return await _of_recording(request, STRIP)


async def result(request: Request) -> Response:
    """A result, for the player."""
    found = await _of_run(request, RESULT)
    return _file(*found[:2]) if found else _nothing()


async def download(request: Request) -> Response:
    """A result as a file."""
    found = await _of_run(request, RESULT)
    return _file(*found) if found else _nothing()


async def report(request: Request) -> Response:
    """A result's report as a page; with ``?shareable`` without what names the recording."""
    found = await _of_run(request, REPORT)
    if not found:
        return _nothing()
    run, shareable = request.path_params["id"], "shareable" in request.query_params
    shown = await to_thread.run_sync(_page, run, found[0], shareable)
    return HTMLResponse(shown, headers={"content-security-policy": _STILL}) if shown else _nothing()


async def report_data(request: Request) -> Response:
    """A result's report as a JSON file."""
    found = await _of_run(request, REPORT)
    if not found:
        return _nothing()
    released = await to_thread.run_sync(releases.file, request.path_params["id"], ".json")
    if released is None:
        return _file(*found)
    return Response(released, media_type="application/json", headers={"content-disposition": _saved_as(found[2])})


async def release(request: Request) -> Response:
    """What goes with a released result, as a ZIP file."""
    found = await _of_run(request, RELEASED)
    return _file(*found) if found else _nothing()


async def place(request: Request) -> Response:
    """A small picture of a place that wants a look: for a page of ours, not for a tab."""
    if request.headers.get("sec-fetch-dest", "image") != "image":
        return PlainTextResponse(words.SHOWN_ONLY, 403)
    run, key, side = (request.path_params[name] for name in ("id", "place", "side"))
    try:
        made = await to_thread.run_sync(crops.picture, owners.current(), run, key, side)
    except crops.Busy:
        return PlainTextResponse(words.BUSY, 503, {"retry-after": "1"})
    return Response(made, media_type="image/jpeg") if made else _nothing()


async def times(request: Request) -> Response:
    """When each frame of a result is shown, in seconds."""
    found = await _of_run(request, RESULT)
    if not found or not found[0].is_file():
        return _nothing()
    return Response(await to_thread.run_sync(_times, found[0]), media_type="application/json")


async def moment(request: Request) -> Response:
    """One frame before or after masking, kept in memory only."""
    picture = glimpses.picture(request.path_params["token"])
    return Response(picture, media_type="image/jpeg") if picture else _nothing()


async def source(_: Request) -> Response:
    """The source of this very program (AGPL 13)."""
    made = await to_thread.run_sync(packed_source)
    return Response(
        made,
        media_type="application/zip",
        headers={"content-disposition": "attachment; filename=maskanyone-source.zip"},
    )


ROUTES = [
    Route("/api/recordings/{id}/video", recording_video),
    Route("/api/recordings/{id}/picture", recording_picture),
    Route("/api/recordings/{id}/strip", recording_strip),
    Route("/api/runs/{id}/result", result),
    Route("/api/runs/{id}/download", download),
    Route("/api/runs/{id}/report", report),
    Route("/api/runs/{id}/report.json", report_data),
    Route("/api/runs/{id}/release.zip", release),
    Route("/api/runs/{id}/places/{place}/{side}.jpg", place),
    Route("/api/runs/{id}/times", times),
    Route("/api/moments/{token}/{side}.jpg", moment),
    Route("/api/source.zip", source),
    Mount("/api/assets", StaticFiles(directory=ASSETS, check_dir=False)),
]


async def _of_recording(request: Request, kind: str) -> Response:
    def found() -> Path | None:
        row = recordings.one(owners.current(), request.path_params["id"])
        made = recordings.artefact(row.id, kind) if row else None
        return files.place(made.sha256, made.suffix) if made else None

    path = await to_thread.run_sync(found)
    return _file(path, path.suffix) if path else _nothing()


async def _of_run(request: Request, kind: str) -> tuple[Path, str, str] | None:
    """Where it lies, its ending, and the name to save it under."""

    def found() -> tuple[Path, str, str] | None:
        row = runs.one(owners.current(), request.path_params["id"])
        made: Artefact | None = runs.artefact(row.id, kind) if row else None
        if row is None or made is None:
            return None
        return files.place(made.sha256, made.suffix), made.suffix, runs.file_name(row.id, made.suffix)

    return await to_thread.run_sync(found)


def _playable(recording: str) -> tuple[Path, str] | None:
    row = recordings.one(owners.current(), recording)
    if row is None or not recordings.in_place(row):
        return None
    copy = recordings.artefact(row.id, VIEWING)
    if copy is not None:
        return files.place(copy.sha256, copy.suffix), copy.suffix
    return (Path(row.path), Path(row.name).suffix.lower()) if row.facts.get("playable") else None


def _file(path: Path, suffix: str, save_as: str | None = None) -> Response:
    if not path.is_file():
        return _nothing()
    place = _saved_as(save_as) if save_as else "inline"
    return FileResponse(path, media_type=_TYPES.get(suffix, "video/mp4"), headers={"content-disposition": place})


def _saved_as(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"


def _page(run: str, path: Path, shareable: bool) -> str | None:
    """The page that went with a release, else one made from the report."""
    released = releases.file(run, ".html", shareable=shareable)
    if released is not None:
        return released.decode()
    try:
        return page(json.loads(path.read_text("utf-8")), shareable=shareable)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=8)
def _times(path: Path) -> str:
    return json.dumps(frame_times(path))


def _nothing() -> Response:
    return PlainTextResponse(words.NOT_THERE, 404)
