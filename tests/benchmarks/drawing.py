"""A head laid over a background, with what is true of its face, and what lies before it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.heads import Head

Pixels = NDArray[np.uint8]
Float = NDArray[np.float32]

#: a face of which less shows is none
LEAST_VISIBLE = 0.25
VIDEOS, PICTURES = {".mp4", ".mkv", ".mov", ".webm", ".avi"}, {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Pose:
    """Where a head is. x, y: middle of its face, in widths and heights of the picture. size: its longer side, px.

    roll: degrees. squeeze: how narrow it is, 1 as it was. hidden: what lies before it.
    """

    x: float
    y: float
    size: float
    roll: float = 0.0
    squeeze: float = 1.0
    hidden: str = ""


@dataclass(frozen=True)
class Face:
    """A true face. box: x1 y1 x2 y2, px; it may leave the picture."""

    id: int
    box: tuple[float, float, float, float]
    visible: float


@dataclass
class Seen:
    """A head as it was laid. ellipse: bool (h, w), its face, whole; free: what of it shows."""

    box: tuple[float, float, float, float]
    ellipse: NDArray[np.bool_]
    free: NDArray[np.bool_]
    whole: float

    def face(self, id: int) -> Face | None:
        visible = float(self.free.sum()) / max(self.whole, 1.0)
        return Face(id, self.box, round(min(visible, 1.0), 4)) if visible >= LEAST_VISIBLE else None


def lay(picture: Float, head: Head, pose: Pose, before: Sequence[tuple[int, Seen]]) -> Seen:
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = head.face
    factor = pose.size / max(x2 - x1, y2 - y1)
    source = head.picture
    shrink = min(1.0, factor * 1.5)  # made smaller first, so that nothing flickers
    if shrink < 1:
        size = max(2, round(source.shape[1] * shrink)), max(2, round(source.shape[0] * shrink))
        source = cv2.resize(source, size, interpolation=cv2.INTER_AREA)
    turn = math.radians(pose.roll)
    scale = np.diag([factor * pose.squeeze, factor])
    linear = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]) @ scale
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    target = np.array([pose.x * width, pose.y * height])
    matrix = np.hstack([linear / shrink, (target - linear @ middle)[:, None]])
    colour = source[..., :3].astype(np.float32) * (source[..., 3:] / np.float32(255))
    warped = cv2.warpAffine(colour, matrix, (width, height), flags=cv2.INTER_LINEAR)
    alpha = cv2.warpAffine(source[..., 3].astype(np.float32) / 255, matrix, (width, height), flags=cv2.INTER_LINEAR)
    picture *= 1 - alpha[..., None]
    picture += warped
    radii = np.array([(x2 - x1) / 2, (y2 - y1) / 2])
    half = np.sqrt(((linear * radii) ** 2).sum(axis=1))
    box = (*(target - half).tolist(), *(target + half).tolist())
    ys, xs = np.mgrid[:height, :width] + 0.5
    local = np.linalg.inv(linear) @ np.stack([(xs - target[0]).ravel(), (ys - target[1]).ravel()])
    ellipse = ((local / radii[:, None]) ** 2).sum(axis=0).reshape(height, width) <= 1
    for _, other in before:
        other.free &= alpha < 0.5
    cover = _occluder(picture, pose, linear, target, radii)
    whole = math.pi * radii.prod() * abs(np.linalg.det(linear))
    return Seen(box, ellipse, ellipse & ~cover, whole)


def _occluder(picture: Float, pose: Pose, linear: Any, target: Any, radii: Any) -> NDArray[np.bool_]:
    """Draw what lies before a face; bool (h, w), where."""
    height, width = picture.shape[:2]
    cover = np.zeros((height, width), np.uint8)

    def place(points: Any) -> Any:
        return np.round((np.asarray(points, float) * radii) @ linear.T + target).astype(np.int32)

    if pose.hidden == "hand":
        for n in range(4):  # fingers, and the palm below them
            at = -0.75 + 0.5 * n
            cv2.fillPoly(cover, [place([(at, -0.2), (at + 0.4, -0.2), (at + 0.4, 1.2), (at, 1.2)])], 1)
        cv2.fillPoly(cover, [place([(-0.8, 0.35), (1.2, 0.35), (1.2, 1.5), (-0.8, 1.5)])], 1)
        shade: Any = (196, 150, 125)
    elif pose.hidden == "phone":
        cv2.fillPoly(cover, [place([(-0.1, -0.6), (1.1, -0.6), (1.1, 1.1), (-0.1, 1.1)])], 1)
        shade = (24, 24, 28)
    elif pose.hidden == "hat":
        cv2.fillPoly(cover, [place([(-1.4, -0.45), (1.4, -0.45), (1.1, -1.5), (-1.1, -1.5)])], 1)
        for at in (-0.45, 0.45):
            middle, radius = place([(at, -0.12)])[0], max(1, int(0.3 * radii[0] * abs(linear[0, 0])))
            cv2.circle(cover, tuple(middle.tolist()), radius, 1, -1)
        shade = (38, 34, 60)
    elif pose.hidden == "scarf":
        cv2.fillPoly(cover, [place([(-1.4, 0.12), (1.4, 0.12), (1.4, 1.5), (-1.4, 1.5)])], 1)
        cv2.fillPoly(cover, [place([(-1.4, -0.5), (1.4, -0.5), (1.2, -1.6), (-1.2, -1.6)])], 1)
        shade = (70, 74, 92)
    elif pose.hidden == "bars":
        for n in range(-6, 7):
            at = 0.55 * n
            cv2.fillPoly(cover, [place([(at, -2), (at + 0.2, -2), (at + 0.2, 2), (at, 2)])], 1)
        shade = (90, 90, 92)
    else:
        return cover.astype(bool)
    where = cover.astype(bool)
    ramp = 1 + 0.25 * np.sin(np.linspace(0, 9, width, dtype=np.float32))[None, :, None]
    picture[where] = (np.asarray(shade, np.float32) * np.broadcast_to(ramp, (height, width, 1)))[where]
    return where


def ground(path: Path, size: tuple[int, int], chance: np.random.Generator) -> Iterator[Pixels]:
    """Pictures of a background, cropped to the film's shape, there and back without end."""
    if path.suffix.lower() in PICTURES:
        stills = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)]
    else:
        with av.open(str(path)) as clip:
            first = int(chance.integers(0, max(1, (clip.streams.video[0].frames or 200) - 80)))
            stills = []
            for index, frame in enumerate(clip.decode(video=0)):
                if first <= index < first + 80:
                    stills.append(cropped(frame.to_ndarray(format="rgb24"), size))
                elif index >= first + 80:
                    break
    stills = [cropped(still, size) for still in stills]
    while True:
        yield from stills
        yield from stills[::-1]


def cropped(picture: Pixels, size: tuple[int, int]) -> Pixels:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    large = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    top, left = (large.shape[0] - size[1]) // 2, (large.shape[1] - size[0]) // 2
    return np.ascontiguousarray(large[max(top, 0) :, max(left, 0) :][: size[1], : size[0]])
