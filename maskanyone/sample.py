"""A short clip made by code, whose every face is known: for the demo, the tests and the pictures in the documents.

The only person in it is the astronaut of scikit-image (``skimage.data.astronaut``; NASA, public domain), cut out and
moved over grounds that are drawn here. Five scenes with hard cuts between them: her portrait with a slow pan and zoom;
she crosses the picture; two of her pass one another, one far away and mirrored; dark and noisy, leaning to 30 degrees;
nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float, Pixels

RATE = 25
SIZE = (640, 360)
SOUND_RATE = 48_000

#: the face in the portrait: brow to chin, ear to ear; x1 y1 x2 y2 in its pixels
FACE = (174.0, 72.0, 276.0, 181.0)

#: her outline in the portrait, found once by GrabCut and corrected by eye
OUTLINE = """
200,24 187,37 175,43 164,51 156,59 153,69 154,91 157,103 168,115 173,126 180,134 180,142 174,148 154,151 144,156 130,169
123,179 121,184 120,196 93,225 77,235 61,252 54,267 44,283 40,295 39,307 34,316 29,337 26,343 25,374 19,391 20,418
24,431 23,459 26,483 30,494 40,507 40,511 503,511 501,480 497,450 493,428 489,409 478,385 454,361 435,351 417,345
402,344 382,345 372,348 366,347 360,341 360,329 357,324 356,303 352,292 352,287 347,281 340,263 317,242 304,234 299,220
290,205 274,188 261,178 256,172 256,162 264,148 265,141 271,135 274,134 291,115 296,106 296,102 299,96 300,82 299,73
296,67 296,59 287,42 275,31 247,18 228,16 213,21 206,21
"""


@dataclass(frozen=True)
class Face:
    """A true face. id: the same through a scene. box: x1 y1 x2 y2, px; it may leave the picture.

    visible: share of the ellipse in the box that lies in the picture and behind nobody, 0 to 1.
    """

    id: str
    box: tuple[float, float, float, float]
    visible: float


@dataclass(frozen=True)
class Truth:
    """What is true of a clip. faces: of each frame, those that show. cuts: first frames of all scenes but the first."""

    size: tuple[int, int]
    rate: int
    faces: tuple[tuple[Face, ...], ...]
    cuts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.faces)


def make(path: Path | str, seconds: float = 10, seed: int = 0) -> Truth:
    """Write the clip, with a soft tone as its sound, and return what is true of it.

    Args:
        path: the file to write, ``.mp4``.
        seconds: how long it is; the scenes take fixed shares of it.
        seed: of textures, noise and steps; the same seed gives the same pictures.
    """
    from maskanyone.video.write import write_rgb

    faces: list[tuple[Face, ...]] = []

    def pictures() -> Iterator[Pixels]:
        for picture, shown in _shots(seconds, seed):
            faces.append(shown)
            yield picture

    write_rgb(Path(path), pictures(), RATE, sound(seconds), SOUND_RATE)
    return Truth(SIZE, RATE, tuple(faces), _starts(seconds)[1:-1])


def frames(seconds: float = 10, seed: int = 0) -> Iterator[Pixels]:
    """The pictures in order: uint8 (360, 640, 3), RGB."""
    for picture, _ in _shots(seconds, seed):
        yield picture


def truth(seconds: float = 10, seed: int = 0) -> Truth:
    """The faces of the clip that ``frames`` draws."""
    return Truth(SIZE, RATE, tuple(faces for _, faces in _shots(seconds, seed)), _starts(seconds)[1:-1])


def sound(seconds: float = 10) -> Float:
    """A soft chord, with a plucked note at the first frame of each scene: float32 (samples,), mono, -1 to 1."""
    starts = _starts(seconds)
    times = np.arange(round(starts[-1] * SOUND_RATE / RATE)) / SOUND_RATE
    chord = np.sin(2 * np.pi * np.array([[196.0], [246.9], [293.7]]) * times).sum(axis=0)
    wave = 0.03 * chord * (1 + 0.3 * np.sin(2 * np.pi * 0.4 * times))
    for note, start in zip((587.3, 659.3, 784.0, 493.9, 587.3), starts, strict=False):
        since = times - start / RATE
        wave += 0.15 * np.sin(2 * np.pi * note * since) * np.exp(-6 * np.maximum(since, 0)) * (since >= 0)
    return np.asarray(wave * np.clip((times[-1] - times) / 0.2, 0, 1), np.float32)


@dataclass(frozen=True)
class _Figure:
    """Her portrait as it stands in one picture. x, y: the face's centre, px. turn: degrees clockwise."""

    id: str
    x: float
    y: float
    scale: float
    turn: float = 0
    mirrored: bool = False
    cut_out: bool = True

    @property
    def affine(self) -> NDArray[np.float64]:
        """(2, 3), from the portrait's coordinates to the picture's; corners of pixels are whole numbers in both."""
        cos, sin = math.cos(math.radians(self.turn)) * self.scale, math.sin(math.radians(self.turn)) * self.scale
        linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        middle = np.array([(FACE[0] + FACE[2]) / 2, (FACE[1] + FACE[3]) / 2])
        return np.column_stack([linear, np.array([self.x, self.y]) - linear @ middle])


@dataclass(frozen=True)
class _Scene:
    """share: of the clip's length. figures: from far to near, at 0 <= u < 1 through the scene.

    ground: draws what lies behind, wider than the picture. drift: px it moves to the left in the whole scene.
    wall: y of the top of a wall that stands before the first figure. dark: little light, and the noise of it.
    """

    share: float
    ground: Callable[[np.random.Generator], Float]
    figures: Callable[[float, float], tuple[_Figure, ...]]
    drift: float = 0
    wall: int | None = None
    dark: bool = False


def _portrait(u: float, seconds: float) -> tuple[_Figure, ...]:
    return (_Figure("portrait", 296 + 44 * _ease(u), 158 - 6 * _ease(u), 1.34 + 0.2 * _ease(u), cut_out=False),)


def _crossing(u: float, seconds: float) -> tuple[_Figure, ...]:
    step = 2 * math.pi * 1.6 * seconds * u
    return (_Figure("walker", -150 + 900 * u, 126 + 5 * math.sin(step), 0.74, 1.5 * math.sin(step / 2)),)


def _passing(u: float, seconds: float) -> tuple[_Figure, ...]:
    step = 2 * math.pi * 1.5 * seconds * u
    far = _Figure("far", 545 - 430 * u, 152 + 1.5 * math.sin(1.3 * step), 0.32, mirrored=True)
    return far, _Figure("near", 110 + 400 * u, 140 + 4 * math.sin(step), 0.78, 1.2 * math.sin(step / 2))


def _leaning(u: float, seconds: float) -> tuple[_Figure, ...]:
    turn = 30 * math.sin(math.pi * min(1.0, 1.25 * u) / 2)
    lean = math.radians(turn)
    return (_Figure("leaning", 250 + 175 * math.sin(lean), 320 - 175 * math.cos(lean), 0.98, turn),)


def _nobody(u: float, seconds: float) -> tuple[_Figure, ...]:
    return ()


def _room(rng: np.random.Generator) -> Float:
    """A plastered wall with the light of a window on it, a picture and a skirting board."""
    wall = _fade((222, 214, 202), (186, 176, 163)) + _plaster(rng, 2.2)
    for left in (90, 215):
        pane = np.array([[left, 40], [left + 95, 20], [left + 175, 230], [left + 80, 250]])
        wall += 22 * _soft_polygon(pane, 7)[..., None] * np.array([1.0, 0.95, 0.8], np.float32)
    for inset, colour in ((0, (92, 76, 62)), (6, (240, 236, 228)), (18, (126, 150, 158))):
        _lay(wall, _soft_polygon(_rect(470 + inset, 48 + inset, 600 - inset, 150 - inset), 0.7), colour)
    peaks = np.array([[488, 132], [520, 92], [545, 116], [562, 100], [582, 132]])
    _lay(wall, _soft_polygon(peaks, 0.8), (88, 108, 104))
    _lay(wall, _soft_polygon(_rect(-9, 318, 999, 400), 0.8), (146, 126, 106))
    _lay(wall, _soft_polygon(_rect(-9, 318, 999, 324), 0.8), (236, 230, 220))
    return wall


def _hills(rng: np.random.Generator) -> Float:
    """An evening sky over three ridges."""
    sky = _fade((132, 164, 196), (246, 216, 184)) + _plaster(rng, 0.8)
    across = np.arange(sky.shape[1])
    for top, height, colour in ((150, 22, (150, 158, 172)), (185, 26, (112, 130, 132)), (222, 20, (80, 104, 88))):
        waves = sum(np.sin(across / reach + rng.uniform(0, 6.3)) / (n + 1) for n, reach in enumerate((97, 41, 23)))
        ridge = np.column_stack([across, top - height * waves])
        closed = np.vstack([ridge, [[across[-1], 400], [0, 400]]])
        _lay(sky, _soft_polygon(closed, 1.0), colour)
    return sky


def _night(rng: np.random.Generator) -> Float:
    """A dark room with one lamp far away."""
    room = _fade((104, 112, 140), (52, 56, 76)) + _plaster(rng, 2.0)
    y, x = np.mgrid[0 : room.shape[0], 0 : room.shape[1]].astype(np.float32)
    for reach, glow in ((150, 130), (60, 170), (16, 420)):
        shine = np.exp(-((x - 540) ** 2 + (y - 84) ** 2) / (2 * reach**2))
        room += glow * shine[..., None] * np.array([1.0, 0.82, 0.5], np.float32)
    return room


SCENES = (
    _Scene(0.18, _room, _portrait),
    _Scene(0.28, _room, _crossing),
    _Scene(0.26, _hills, _passing, wall=232),
    _Scene(0.18, _night, _leaning, dark=True),
    _Scene(0.10, _hills, _nobody, drift=40, wall=232),
)


def _starts(seconds: float) -> tuple[int, ...]:
    """First frame of each scene, and the number of frames."""
    ends = np.cumsum([scene.share for scene in SCENES]) * seconds * RATE
    return (0, *(round(end) for end in ends))


def _shots(seconds: float, seed: int) -> Iterator[tuple[Pixels, tuple[Face, ...]]]:
    starts = _starts(seconds)
    for n, scene in enumerate(SCENES):
        rng = np.random.default_rng([seed, n])
        ground, wall = scene.ground(rng), _stones(rng, scene.wall) if scene.wall else None
        length = starts[n + 1] - starts[n]
        for frame in range(length):
            u = frame / length
            shift = np.array([[1, 0, -scene.drift * u], [0, 1, 0]])
            picture = _warp(ground, shift, SIZE)
            figures = scene.figures(u, length / RATE)
            covers = [_draw(picture, figures[0])] if figures else []
            if wall is not None:
                moved = _warp(wall, shift, SIZE)
                picture += moved[..., 3:] * (moved[..., :3] - picture)
            covers += [_draw(picture, figure) for figure in figures[1:]]
            if scene.dark:
                picture *= np.array([0.36, 0.37, 0.46], np.float32)
                picture += 9 * rng.standard_normal(picture.shape, np.float32)
            yield np.clip(np.rint(picture), 0, 255).astype(np.uint8), _faces(figures, covers)


def _draw(picture: Float, figure: _Figure) -> Float:
    """Lay the figure over the picture, in place; returns float32 (h, w), how much of it covers each pixel."""
    portrait, step = _portraits()[0], 1.0
    if figure.scale < 0.5:
        portrait, step = _portraits()[1], 0.5
    affine = figure.affine
    corners = affine[:, :2] @ np.array([[0, 512, 512, 0], [0, 0, 512, 512]]) + affine[:, 2:]
    first = np.clip(np.floor(corners.min(axis=1)), 0, SIZE).astype(int)
    wide, high = np.clip(np.ceil(corners.max(axis=1)), 0, SIZE).astype(int) - first
    cover = np.zeros(picture.shape[:2], np.float32)
    if wide > 0 and high > 0:
        # cv2 counts from the centres of pixels
        moved = affine[:, 2] - first + affine[:, :2] @ (0.5, 0.5) / step - 0.5
        warped = _warp(portrait, np.column_stack([affine[:, :2] / step, moved]), (wide, high), cv2.INTER_CUBIC)
        where = np.s_[first[1] : first[1] + high, first[0] : first[0] + wide]
        cover[where] = np.clip(warped[..., 3], 0, 1) if figure.cut_out else 1
        picture[where] += cover[where][..., None] * (warped[..., :3] - picture[where])
    return cover


def _warp(picture: Float, affine: NDArray[np.float64], size: tuple[int, int], how: int = cv2.INTER_LINEAR) -> Float:
    return np.asarray(cv2.warpAffine(picture, affine, (int(size[0]), int(size[1])), flags=how), np.float32)


def _faces(figures: tuple[_Figure, ...], covers: list[Float]) -> tuple[Face, ...]:
    """The true boxes of figures that are given from far to near."""
    found: list[Face] = []
    for n, figure in enumerate(figures):
        linear, radii = figure.affine[:, :2], (np.array(FACE[2:]) - FACE[:2]) / 2
        wide, high = (float(half) for half in np.sqrt((linear * radii) ** 2 @ np.ones(2)))
        box = (figure.x - wide, figure.y - high, figure.x + wide, figure.y + high)
        columns, rows = (np.arange(math.floor(box[side]), math.ceil(box[side + 2])) for side in (0, 1))
        x, y = np.meshgrid(columns, rows)
        back = np.linalg.inv(linear) @ np.stack([x.ravel() + 0.5 - figure.x, y.ravel() + 0.5 - figure.y])
        x, y = (at.ravel()[((back / radii[:, None]) ** 2).sum(axis=0) <= 1] for at in (x, y))
        inside = (x >= 0) & (x < SIZE[0]) & (y >= 0) & (y < SIZE[1])
        shown = [1 - nearer[y[inside], x[inside]] for nearer in covers[n + 1 :]]
        visible = float(np.prod([np.ones(inside.sum()), *shown], axis=0).sum() / len(x))
        if visible > 0:
            found.append(Face(figure.id, box, visible))
    return tuple(found)


@cache
def _portraits() -> tuple[Float, Float]:
    """The portrait with its cut-out as a fourth channel, float32 (512, 512, 4), and the same at half the size."""
    import skimage.data

    outline = np.array([point.split(",") for point in OUTLINE.split()], np.float64) + 0.5
    portrait = skimage.data.astronaut().astype(np.float32)  # type: ignore[no-untyped-call]
    whole = np.dstack([portrait, _soft_polygon(outline, 0.9, (512, 512))])
    return whole, np.asarray(cv2.resize(whole, (256, 256), interpolation=cv2.INTER_AREA), np.float32)


WIDE = (SIZE[0] + 64, SIZE[1])


def _fade(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Float:
    """From one colour to the other: float32 (h, w, 3), a little wider than the picture."""
    down = np.linspace(0, 1, WIDE[1], dtype=np.float32)[:, None, None]
    colours = np.array([top, bottom], np.float32)
    return np.repeat(colours[0] * (1 - down) + colours[1] * down, WIDE[0], axis=1)


def _plaster(rng: np.random.Generator, strength: float) -> Float:
    """Unevenness at three sizes: float32 (h, w, 1) around 0."""
    layers = np.zeros(WIDE[::-1], np.float32)
    for cell, weight in ((90, 1.6), (14, 0.7), (2, 0.6)):
        coarse = rng.standard_normal((WIDE[1] // cell + 2, WIDE[0] // cell + 2), np.float32)
        layers += weight * cv2.resize(coarse, WIDE, interpolation=cv2.INTER_CUBIC)
    return np.float32(strength) * layers[..., None]


def _stones(rng: np.random.Generator, top: int) -> Float:
    """A low wall across the picture: float32 (h, w, 4), its cover 0 to 1 in the fourth channel."""
    wall = _fade((176, 160, 142), (134, 120, 108)) + _plaster(rng, 3.0)
    for row, y in enumerate(range(top + 16, WIDE[1] + 34, 34)):
        _lay(wall, 0.5 * _soft_polygon(_rect(-9, y, 999, y + 2), 0.8), (104, 92, 82))
        for x in range(-60 + 37 * (row % 2), WIDE[0], 74):
            _lay(wall, 0.5 * _soft_polygon(_rect(x, y, x + 2, y + 34), 0.8), (104, 92, 82))
    _lay(wall, _soft_polygon(_rect(-9, top, 999, top + 15), 0.8), (206, 190, 170))
    return np.dstack([wall, _soft_polygon(_rect(-9, top, 999, 400), 0.8)])


def _rect(x1: float, y1: float, x2: float, y2: float) -> NDArray[np.float64]:
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float64)


def _soft_polygon(corners: NDArray[np.float64], softness: float, size: tuple[int, int] = WIDE) -> Float:
    """A filled polygon with soft edges: float32 (h, w), 0 to 1. softness: sigma of its edge, px."""
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillPoly(mask, [np.rint((corners - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    return np.asarray(cv2.GaussianBlur(mask / np.float32(255), (0, 0), softness), np.float32)


def _lay(picture: Float, cover: Float, colour: tuple[int, int, int]) -> None:
    picture += cover[..., None] * (np.array(colour, np.float32) - picture)


def _ease(u: float) -> float:
    return u * u * (3 - 2 * u)
