"""What a list shows of a recording before anything is done to it, and a copy for a browser that cannot play it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maskanyone.data import Pixels, Plan, Store, Timeline, Video
from maskanyone.pipeline.piecework import Pieces
from maskanyone.pipeline.watch import Cancel, Progress, Watch
from maskanyone.render.piece import Task
from maskanyone.runtime import settle
from maskanyone.video.encode import Output
from maskanyone.video.pieces import divided
from maskanyone.video.probe import probe
from maskanyone.video.read import read
from maskanyone.video.stills import beside, jpeg, shape, stills
from maskanyone.video.write import join

COPYING = "Making a copy that your browser can play"
PICTURES, STRIP_WIDTH, PICTURE_WIDTH = 12, 160, 320
_VIEWING = Output(26, "superfast")
#: what every browser plays: containers, codecs and pixels
_PLAYED = {("mp4", "h264"), ("mp4", "av1"), ("mp4", "vp9"), ("webm", "vp8"), ("webm", "vp9"), ("webm", "av1")}


@dataclass(frozen=True)
class Overview:
    """Facts for people, and pictures. picture, strip: JPEG; the strip holds ``PICTURES`` frames in a row."""

    video: Video
    facts: dict[str, Any]
    picture: bytes
    strip: bytes


def overview(path: Path | str, ask: Callable[[], None] = lambda: None) -> Overview:
    """Look a recording over.

    Raises:
        Unreadable, TooLarge: with the sentence a user reads.
    """
    settle()
    video = probe(path, ask)
    times = [video.duration * (i + 0.5) / PICTURES for i in range(PICTURES)]
    strip: list[Pixels] = []
    for still in stills(video, times, STRIP_WIDTH):
        ask()
        strip.append(still)
    (picture,) = stills(video, [times[1]], PICTURE_WIDTH)
    strip += [strip[-1]] * (PICTURES - len(strip))
    return Overview(video, facts(video), jpeg(picture), jpeg(beside(strip)))


def facts(video: Video) -> dict[str, Any]:
    """What a list says of a recording, plain data. aspect: of the shown picture. damage: what is lost, in words."""
    width, height = shape(video, video.upright[0])
    return {
        "seconds": video.duration,
        "width": video.upright[0],
        "height": video.upright[1],
        "aspect": width / height,
        "fps": round(float(video.frame_rate), 3),
        "frames": video.packets,
        "sound": video.sound is not None,
        "codec": video.codec,
        "playable": _playable(video),
        "damage": list(video.damage),
        "left_out": list(video.dropped),
    }


def viewing_copy(
    path: Path | str,
    out_file: Path,
    *,
    cache: Store,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> None:
    """The recording as every browser plays it, each frame at the time it has in a result; nothing is hidden in it."""
    settle()
    watch = Watch(Path(path).name, progress, cancel)
    source = probe(path, watch.ask)
    timeline = _timeline(source, watch)
    task = Task(source, timeline, Plan((), (), 0), (), _VIEWING, divided(source, timeline), True)
    pieces = Pieces(task, {"viewing": source.sha256}, cache, watch, COPYING)
    pieces.render()
    join(source, timeline, pieces.stored(), out_file, sound=source.sound is not None, tick=watch.ask)


def _timeline(source: Video, watch: Watch) -> Timeline:
    times, last = [], 1
    for frame in read(source, salvage=True):
        watch.ask()
        times.append(frame.pts)
        last = frame.duration
    return Timeline(np.array(times, np.int64), last)


def _playable(video: Video) -> bool:
    names = set(video.container.split(","))
    kinds = (
        {"mp4"}
        if "mp4" in names
        else ({"webm"} if "webm" in names and video.codec.startswith(("vp", "av1")) else set())
    )
    plain = video.pixel_format in ("yuv420p", "yuvj420p") and not video.interlaced
    return plain and any((kind, video.codec) in _PLAYED for kind in kinds)
