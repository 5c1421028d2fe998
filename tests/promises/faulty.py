"""Detectors and methods that do wrong, the made scenes they do it to, and who shows then."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import maskanyone
from maskanyone import sample
from maskanyone.data import FILLED, SEEN, STATES, Float, Pixels, Plan, Track, Video
from maskanyone.detect import Detector, DetectParams, Found
from maskanyone.detect.look import Producer, Seen, look_around
from maskanyone.hide.solid import Solid
from maskanyone.render.regions import region
from maskanyone.track import TrackParams, link
from maskanyone.video.probe import probe
from maskanyone.video.read import Frame, read
from maskanyone.video.write import write_rgb
from tests.promises.runs import QUICK

SECONDS, SIZE = 6, (320, 180)
#: part of a face that must be hidden
COVERED = 0.9
#: seconds after which a part counts as hung here
SHORT = 0.05
#: a track, and its box in one frame
Standing = tuple[Track, NDArray[np.float32]]
#: ends every hang, so that threads do not outlive the tests
go_on = threading.Event()


@dataclass(frozen=True, repr=False)
class Film:
    """The made scenes, small, in memory.

    faces: of each frame, float32 (N, 4), px. number: of each picture, by its digest. outlines: of each frame, the
    tracks that stand there when nothing goes wrong, with their boxes.
    """

    video: Video
    frames: tuple[Frame, ...]
    faces: tuple[NDArray[np.float32], ...]
    number: Mapping[str, int]
    outlines: Mapping[int, Sequence[Standing]]


def shown(path: Path) -> Film:
    """Write the scenes, and see where tracks stand in them when nothing goes wrong: seen, or seen before and after."""
    shots = (cv2.resize(shot, SIZE, interpolation=cv2.INTER_AREA) for shot in sample.frames(SECONDS))
    write_rgb(path, shots, sample.RATE)
    video = probe(path)
    frames = tuple(read(video))
    scale = SIZE[0] / sample.SIZE[0]
    faces = tuple(
        np.array([face.box for face in shown if face.visible > 0.5], np.float32).reshape(-1, 4) * scale
        for shown in sample.truth(SECONDS).faces
    )
    number = {digest(frame.small(SIZE)): frame.index for frame in frames}
    assert len(number) == len(frames) == len(faces) == SECONDS * sample.RATE
    bare = Film(video, frames, faces, number, {})
    return replace(bare, outlines=standing(planned(bare, looked(bare, {})), (SEEN, FILLED)))


def digest(picture: Pixels) -> str:
    return hashlib.blake2b(picture.tobytes()).hexdigest()


class Known(Detector):
    """Finds what is true of the film, but for the frames in which it fails."""

    id, title, family, points = "detect.known", "Known", "known", 5

    def __init__(self, params: DetectParams, film: Film, faults: Mapping[int, Callable[[Found], Any]]) -> None:
        super().__init__(params, {})
        self._film, self._faults = film, faults

    def detect(self, picture: Pixels) -> Any:
        index = self._film.number[digest(picture)]
        found = self.found(self._film.faces[index])
        return self._faults[index](found) if index in self._faults else found

    def found(self, face: Float) -> Found:
        """What it finds where faces are, float32 (N, 4), px."""
        return Found(face, np.full(len(face), 0.9, np.float32), np.full((len(face), 5, 2), np.nan, np.float32))


def failing(found: Found) -> Any:
    raise RuntimeError("no")


def ending(found: Found) -> Any:
    raise SystemExit(0)


def hanging(found: Found) -> Any:
    go_on.wait(60)
    return found


def spoilt(answer: Callable[[Found], Any], found: Found) -> Any:
    """The answer of a detector that found somebody at least, so that there is something to spoil."""
    if not len(found.box):
        box, points = np.array([[20, 20, 60, 70]], np.float32), np.zeros((1, 5, 2), np.float32)
        found = Found(box, np.ones(1, np.float32), points)
    return answer(found)


def boxes(change: Callable[[NDArray[np.float32]], Any]) -> Callable[[Found], Any]:
    """Answer with these boxes in place of the true ones."""
    return lambda found: replace(found, box=change(found.box))


ANSWERS: dict[str, Callable[[Found], Any]] = {
    "raises": failing,
    "ends the program": ending,
    "hangs": hanging,
    "nothing": lambda found: None,
    "words": lambda found: "no faces",
    "a list": lambda found: [found],
    "no boxes but scores": lambda found: replace(found, box=found.box[:0]),
    "one score too few": lambda found: replace(found, score=found.score[1:]),
    "one score too many": lambda found: replace(found, score=np.append(found.score, np.float32(1))),
    "points of none": lambda found: replace(found, points=found.points[1:]),
    "points of another model": lambda found: replace(found, points=np.zeros((len(found.box), 3, 2), np.float32)),
    "boxes of three numbers": boxes(lambda box: box[:, :3]),
    "boxes in a row": boxes(lambda box: box.ravel()),
    "boxes of words": boxes(lambda box: box.astype(str).astype(object) + "?"),
    "NaN": boxes(lambda box: np.full_like(box, np.nan)),
    "NaN in one corner": boxes(lambda box: box * np.array([1, np.nan, 1, 1], np.float32)),
    "infinite": boxes(lambda box: box * np.float32(np.inf)),
    "NaN scores": lambda found: replace(found, score=found.score * np.float32(np.nan)),
    "far outside": boxes(lambda box: box + np.float32(10_000)),
    "far outside before it": boxes(lambda box: box - np.float32(10_000)),
    "inside out": boxes(lambda box: box[:, [2, 3, 0, 1]]),
    "of no size": boxes(lambda box: box[:, [0, 1, 0, 1]]),
    "larger than any": boxes(lambda box: box * np.float32(1e30)),
}


#: frames in which a detector fails
PLACES: dict[str, Sequence[int]] = {
    "the first frame": [0],
    "the last frame": [149],
    "the first after a cut": [69],
    "the last before a cut": [26],
    "one within": [50],
    "where one is seen first": [35, 36, 37],
    "two neighbours": [80, 81],
    "half a second": range(75, 88),
    "all of a scene": range(69, 108),
    "every frame of one detector": range(0, 150, 2),
    "all frames": range(150),
}


def looked(film: Film, faults: Mapping[int, Callable[[Found], Any]], timeout: float = 20) -> Seen:
    """Two detectors take turns, as in the presets."""
    producers = [
        Producer(name, Known(DetectParams(size=320, every=2, offset=turn), film, faults), {})
        for turn, name in enumerate(("even", "odd"))
    ]
    return look_around(film.video, producers, iter(film.frames), timeout)


def planned(film: Film, seen: Seen) -> Plan:
    times = seen.timeline.pts.astype(np.float64) * float(film.video.time_base)
    links = link(seen.detections, seen.looks, seen.change, times, film.video.upright, TrackParams())
    return Plan(links.tracks, links.blind, 0)


def standing(plan: Plan, states: Collection[int] = range(len(STATES))) -> dict[int, list[Standing]]:
    """The tracks of each frame, as far as they are in these states there."""
    rows: dict[int, list[Standing]] = {}
    for track in plan.tracks:
        for frame, box, state in zip(track.frame.tolist(), track.box, track.state, strict=True):
            if state in states:
                rows.setdefault(frame, []).append((track, box))
    return rows


def recipe() -> maskanyone.Recipe:
    return maskanyone.Recipe.preset("faces").with_values([QUICK[1]])


def luma(path: Path) -> Iterator[NDArray[np.uint8]]:
    for frame in read(probe(path)):
        yield frame.opened()[1].y


def uncovered(film: Film, plan: Plan) -> list[int]:
    """Frames in which the plan hides less than nine tenths of a face that stands there."""
    tracks = standing(plan)
    blind = {frame for span in plan.covered for frame in range(span.start, span.stop)}
    return [
        frame
        for frame, faces in film.outlines.items()
        if frame not in blind and any(share(box, tracks.get(frame, [])) < COVERED for _, box in faces)
    ]


def share(face: NDArray[np.float32], tracks: Sequence[Standing]) -> float:
    """How much of the ellipse in a face's box, as far as it lies in the picture, the regions of these boxes cover."""
    hidden = np.zeros(SIZE[::-1], bool)
    for track, box in tracks:
        if (area := region(box, SIZE, Solid.Params(), track.id)) is not None:
            x1, y1, x2, y2 = area.rect
            hidden[y1:y2, x1:x2] |= area.core
    inside = ellipse(face)
    return float(hidden[inside].mean()) if inside.any() else 1.0


def ellipse(box: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The pixels whose centres lie in the ellipse that a box holds: bool (h, w)."""
    (x1, y1, x2, y2), (width, height) = box, SIZE
    across = (np.arange(width) + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2)
    down = (np.arange(height) + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    return np.asarray(across[None, :] ** 2 + down[:, None] ** 2 <= 1)
