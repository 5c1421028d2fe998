"""Films with exact truth: real heads moved by script over real backgrounds, one hardship a scene.

    python tests/benchmarks/composites.py heads SHARED FOLDER       cut heads out of the annotated clips
    python tests/benchmarks/composites.py films HEADS BACKGROUNDS FOLDER [--seed N] [--takes N]

A folder of heads holds PNG files with an alpha channel; the face in each is the box that a JSON file of the same stem
names (``{"face": [x1, y1, x2, y2]}``, px), else the inner four fifths of what is opaque. A folder of backgrounds holds
pictures or videos that show nobody. The same seed and folders give the same films.

A true face's box is that of the turned ellipse that was inscribed in the head's own box. ``visible`` is the share of it
that lies in the picture and that no hand, bar or other head hides; those hidden by more than three quarters are not
counted. Everything else is as ``score_leaks.py`` of the shared folder defines it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Float = NDArray[np.float32]

RATE, SECONDS = 25, 2.4
SIZES = ((640, 360), (1280, 720))
#: a head is cut out so far beyond its face: left and right, above, below, in widths and heights of the face
BEYOND = (0.35, 0.55, 0.3)
LEAST_HEAD, LEAST_VISIBLE = 80, 0.25
VIDEOS, PICTURES = {".mp4", ".mkv", ".mov", ".webm", ".avi"}, {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Head:
    """picture: uint8 (h, w, 4), RGB and alpha. face: x1 y1 x2 y2 in it, px."""

    picture: Pixels
    face: tuple[float, float, float, float]


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
class Film:
    """One film and what is true of it, frame by frame. cuts: first frames after a cut."""

    name: str
    scene: str
    size: tuple[int, int]
    faces: list[list[Face]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Scene:
    """One hardship. heads: how many. path: pose of head k at time t, 0 to 1; none where it is not there.

    after: what is done to the whole picture. crf: how coarsely the film is coded. cut: the background changes at half.
    """

    name: str
    path: Callable[[int, float, np.random.Generator], Callable[[float], Pose | None]]
    heads: int = 1
    after: Callable[[Pixels, int, np.random.Generator], Pixels] = lambda picture, index, chance: picture
    crf: int = 16
    cut: bool = False


# ---- what is filmed --------------------------------------------------------------------------------------------


def scenes() -> list[Scene]:
    """Every hardship."""
    return [
        Scene("plain", _still(60, 200)),
        Scene("enters and leaves by the edge", _across(50, 160)),
        Scene("flash of 1 to 3 frames", _flash),
        Scene("rolls to upside down", _rolling),
        Scene("upside down all the time", _upside_down),
        Scene("turns to profile", _turning),
        Scene("walks away", _receding),
        Scene("small, 20 to 40 px", _still(20, 40)),
        Scene("dark", _still(50, 160), after=_dark),
        Scene("backlit", _still(50, 160), after=_backlit),
        Scene("overexposed", _still(50, 160), after=_overexposed),
        Scene("strobe light", _still(50, 160), after=_strobe),
        Scene("night vision", _still(50, 160), after=_night),
        Scene("fast, motion blur", _dashing, after=_smeared),
        Scene("strong compression", _still(50, 160), crf=42),
        Scene("hand over the face", _hidden("hand")),
        Scene("phone before the face", _hidden("phone")),
        Scene("hat and glasses", _hidden("hat")),
        Scene("only the eyes show", _hidden("scarf")),
        Scene("bars before the face", _hidden("bars")),
        Scene("two cross", _crossing, heads=2),
        Scene("a cut in the middle", _jumping, heads=2, cut=True),
        Scene("larger than the frame", _huge),
        Scene("half out of the picture", _at_edge),
    ]


def films(heads: Sequence[Head], grounds: Sequence[Path], seed: int, takes: int) -> Iterator[tuple[Film, Scene, Any]]:
    """Each take of each scene: its film, filled while its pictures are drawn, the scene, and the pictures."""
    for take in range(takes):
        for place, scene in enumerate(scenes()):
            chance = np.random.default_rng([seed, take, place])
            size = SIZES[(take + place) % len(SIZES)]
            film = Film(f"{place:02} {scene.name} {take}", scene.name, size)
            yield film, scene, _drawn(film, scene, heads, grounds, chance)


def _drawn(
    film: Film, scene: Scene, heads: Sequence[Head], grounds: Sequence[Path], chance: np.random.Generator
) -> Iterator[Pixels]:
    frames = round(SECONDS * RATE)
    which = chance.choice(len(heads), scene.heads, replace=len(heads) < scene.heads)
    paths = [scene.path(k, film.size[1] / 360, chance) for k in range(scene.heads)]
    places = chance.choice(len(grounds), 2, replace=len(grounds) < 2)
    ground = _ground(grounds[places[0]], film.size, chance)
    for index in range(frames):
        if scene.cut and index == frames // 2:
            ground = _ground(grounds[places[1]], film.size, chance)
            film.cuts.append(index)
        picture = next(ground).astype(np.float32)
        shown: list[tuple[int, Any]] = []
        for k, path in enumerate(paths):
            pose = path(index / (frames - 1))
            if pose is not None:
                shown.append((k, _lay(picture, heads[which[k]], pose, shown)))
        film.faces.append([face for k, seen in shown if (face := seen.face(k)) is not None])
        yield scene.after(np.clip(picture, 0, 255).astype(np.uint8), index, chance)


# ---- ways ------------------------------------------------------------------------------------------------------


def _between(chance: np.random.Generator, low: float, high: float) -> float:
    return float(chance.uniform(low, high))


def _still(low: float, high: float) -> Any:
    def path(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
        x, y = _between(chance, 0.25, 0.75), _between(chance, 0.35, 0.65)
        dx, dy = _between(chance, -0.12, 0.12), _between(chance, -0.08, 0.08)
        size, roll = _between(chance, low, high) * (1 if high <= 40 else zoom), _between(chance, -12, 12)
        return lambda t: Pose(x + dx * math.sin(3 * t), y + dy * math.sin(4 * t), size, roll + 5 * math.sin(5 * t))

    return path


def _across(low: float, high: float) -> Any:
    def path(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
        size, y, way = _between(chance, low, high) * zoom, _between(chance, 0.35, 0.65), chance.choice([-1, 1])
        return lambda t: Pose(0.5 + way * (t - 0.5) * 1.5, y + 0.03 * math.sin(9 * t), size)

    return path


def _flash(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose | None]:
    starts = [(_between(chance, 0.1 + 0.28 * n, 0.3 + 0.28 * n), int(chance.integers(1, 4))) for n in range(3)]
    x, y, size = _between(chance, 0.25, 0.75), _between(chance, 0.35, 0.65), _between(chance, 60, 160) * zoom
    last = round(SECONDS * RATE) - 1

    def path(t: float) -> Pose | None:
        on = any(0 <= round(t * last) - round(start * last) < length for start, length in starts)
        return Pose(x, y, size) if on else None

    return path


def _rolling(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    x, y, size = _between(chance, 0.3, 0.7), _between(chance, 0.4, 0.6), _between(chance, 60, 160) * zoom
    way = chance.choice([-1, 1])
    return lambda t: Pose(x, y, size, way * 180 * min(1.0, 1.3 * t))


def _upside_down(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    x, y, size = _between(chance, 0.3, 0.7), _between(chance, 0.4, 0.6), _between(chance, 60, 160) * zoom
    return lambda t: Pose(x + 0.05 * math.sin(4 * t), y, size, 180 + 15 * math.sin(3 * t))


def _turning(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    x, y, size = _between(chance, 0.3, 0.7), _between(chance, 0.4, 0.6), _between(chance, 60, 160) * zoom
    return lambda t: Pose(x + 0.05 * t, y, size, 0, 1 - 0.6 * math.sin(math.pi * t))


def _receding(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    x, y = _between(chance, 0.3, 0.7), _between(chance, 0.4, 0.6)
    large = _between(chance, 120, 180) * zoom
    return lambda t: Pose(x + 0.1 * t, y - 0.1 * t, large * (20 / large) ** t)


def _dashing(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    size, y = _between(chance, 60, 140) * zoom, _between(chance, 0.4, 0.6)
    return lambda t: Pose(0.5 + 0.38 * math.sin(2 * math.pi * 2 * t), y, size)


def _hidden(what: str) -> Any:
    def path(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
        base = _still(60, 160)(k, zoom, chance)
        return lambda t: replace(base(t), hidden=what)

    return path


def _crossing(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    size, y, way = _between(chance, 60, 130) * zoom, _between(chance, 0.42, 0.58), 1 - 2 * k
    return lambda t: Pose(0.5 + way * (t - 0.5) * 0.7, y, size)


def _jumping(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose | None]:
    base = _still(50, 150)(k, zoom, chance)
    return lambda t: base(t) if (t < 0.5) == (k == 0) else None


def _huge(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    x, y = _between(chance, 0.45, 0.55), _between(chance, 0.45, 0.6)
    return lambda t: Pose(x, y, 360 * zoom * (0.8 + 0.7 * t))


def _at_edge(k: int, zoom: float, chance: np.random.Generator) -> Callable[[float], Pose]:
    size, y, left = _between(chance, 60, 160) * zoom, _between(chance, 0.3, 0.7), bool(chance.integers(2))
    return lambda t: Pose((0.0 if left else 1.0) + 0.01 * math.sin(6 * t), y, size)


# ---- light and lens --------------------------------------------------------------------------------------------


def _noisy(picture: Float, sigma: float, chance: np.random.Generator) -> Float:
    return picture + chance.normal(0, sigma, picture.shape).astype(np.float32)


def _clipped(picture: Float) -> Pixels:
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _dark(picture: Pixels, index: int, chance: np.random.Generator) -> Pixels:
    return _clipped(_noisy(picture.astype(np.float32) * 0.14, 3, chance))


def _backlit(picture: Pixels, index: int, chance: np.random.Generator) -> Pixels:
    light = picture.astype(np.float32)
    bright = cv2.GaussianBlur(light.mean(axis=2), (0, 0), 6)[..., None] / 255
    return _clipped(_noisy(np.where(bright > 0.55, light * 1.6, light * 0.3), 3, chance))


def _overexposed(picture: Pixels, index: int, chance: np.random.Generator) -> Pixels:
    return _clipped(picture.astype(np.float32) * 1.5 + 90)


def _strobe(picture: Pixels, index: int, chance: np.random.Generator) -> Pixels:
    gain = (0.06, 0.06, 1.0, 1.7)[index % 4]
    return _clipped(_noisy(picture.astype(np.float32) * gain, 3, chance))


def _night(picture: Pixels, index: int, chance: np.random.Generator) -> Pixels:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) * 0.5
    grain = cv2.GaussianBlur(chance.normal(0, 36, grey.shape).astype(np.float32), (0, 0), 0.8)
    green = grey + grain
    return _clipped(np.stack([green * 0.3, green, green * 0.35], -1))


def _smeared(picture: Pixels, index: int, chance: np.random.Generator) -> Pixels:
    width = max(3, picture.shape[1] // 30) | 1
    return np.asarray(cv2.blur(picture, (width, 1)), np.uint8)


# ---- drawing ---------------------------------------------------------------------------------------------------


@dataclass
class _Seen:
    """A head as it was laid. ellipse: bool (h, w), its face, whole; free: what of it shows."""

    box: tuple[float, float, float, float]
    ellipse: NDArray[np.bool_]
    free: NDArray[np.bool_]
    whole: float

    def face(self, id: int) -> Face | None:
        visible = float(self.free.sum()) / max(self.whole, 1.0)
        return Face(id, self.box, round(min(visible, 1.0), 4)) if visible >= LEAST_VISIBLE else None


def _lay(picture: Float, head: Head, pose: Pose, before: Sequence[tuple[int, _Seen]]) -> _Seen:
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
    return _Seen(box, ellipse, ellipse & ~cover, whole)


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


def _ground(path: Path, size: tuple[int, int], chance: np.random.Generator) -> Iterator[Pixels]:
    """Pictures of a background, cropped to the film's shape, there and back without end."""
    if path.suffix.lower() in PICTURES:
        stills = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)]
    else:
        with av.open(str(path)) as clip:
            first = int(chance.integers(0, max(1, (clip.streams.video[0].frames or 200) - 80)))
            stills = []
            for index, frame in enumerate(clip.decode(video=0)):
                if first <= index < first + 80:
                    stills.append(_cropped(frame.to_ndarray(format="rgb24"), size))
                elif index >= first + 80:
                    break
    stills = [_cropped(still, size) for still in stills]
    while True:
        yield from stills
        yield from stills[::-1]


def _cropped(picture: Pixels, size: tuple[int, int]) -> Pixels:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    large = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    top, left = (large.shape[0] - size[1]) // 2, (large.shape[1] - size[0]) // 2
    return np.ascontiguousarray(large[max(top, 0) :, max(left, 0) :][: size[1], : size[0]])


# ---- files -----------------------------------------------------------------------------------------------------


def read_heads(folder: Path) -> list[Head]:
    """Every head of a folder."""
    heads = []
    for path in sorted(folder.glob("*.png")):
        bgra = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if bgra is None or bgra.ndim != 3 or bgra.shape[2] != 4:
            continue
        told = path.with_suffix(".json")
        if told.is_file():
            face = tuple(json.loads(told.read_text())["face"])
        else:
            ys, xs = np.nonzero(bgra[..., 3] > 127)
            x1, y1, x2, y2 = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
            face = (x1 + 0.1 * (x2 - x1), y1 + 0.1 * (y2 - y1), x2 - 0.1 * (x2 - x1), y2 - 0.1 * (y2 - y1))
        heads.append(Head(cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGBA), face))  # type: ignore[arg-type]
    return heads


def read_grounds(folder: Path) -> list[Path]:
    """Every background of a folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in VIDEOS | PICTURES)


def cut_heads(shared: Path, folder: Path, most: int = 3) -> int:
    """Cut the largest faces out of the annotated clips, at most so many of each person or clip; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    truth, written = json.loads((shared / "media" / "face_boxes.json").read_text()), 0
    for name, clip in truth["clips"].items():
        taken: dict[str, int] = {}
        with av.open(str(shared / "media" / name)) as film:
            for index, frame in enumerate(film.decode(video=0)):
                for number, (x, y, w, h, *flags) in enumerate(clip["frames"].get(str(index), [])):
                    flag = flags[0] if flags else {}
                    person = str(flag.get("id", number))
                    plain = not flag.get("turned") and not flag.get("ignore")
                    head = _cut(frame.to_ndarray(format="rgb24"), (x, y, x + w, y + h)) if plain else None
                    if head is None or max(w, h) < LEAST_HEAD or taken.get(person, 0) >= most:
                        continue
                    taken[person] = taken.get(person, 0) + 1
                    path = folder / f"{Path(name).stem} {index} {number}.png"
                    cv2.imwrite(str(path), cv2.cvtColor(head.picture, cv2.COLOR_RGBA2BGRA))
                    path.with_suffix(".json").write_text(json.dumps({"face": head.face}))
                    written += 1
    return written


def _cut(picture: Pixels, face: tuple[float, float, float, float]) -> Head | None:
    """A head under a soft ellipse; none where it does not lie in the picture wholly."""
    x1, y1, x2, y2 = face
    across, above, below = BEYOND
    left, right = x1 - across * (x2 - x1), x2 + across * (x2 - x1)
    top, bottom = y1 - above * (y2 - y1), y2 + below * (y2 - y1)
    edge = 0.02 * (y2 - y1)
    if min(left, top) < -edge or right > picture.shape[1] + edge or bottom > picture.shape[0] + edge:
        return None
    x, y = max(0, round(left)), max(0, round(top))
    cut = picture[y : round(bottom), x : round(right)]
    height, width = cut.shape[:2]
    ys, xs = np.ogrid[:height, :width]
    radius = np.hypot((xs + 0.5) / (width / 2) - 1, (ys + 0.5) / (height / 2) - 1)
    alpha = np.clip((1 - radius) / 0.08, 0, 1)
    return Head(np.dstack([cut, (255 * alpha).astype(np.uint8)]), (x1 - x, y1 - y, x2 - x, y2 - y))


def write(path: Path, pictures: Iterator[Pixels], size: tuple[int, int], crf: int) -> None:
    """Code a film."""
    with av.open(str(path), "w") as result:
        stream: Any = result.add_stream("libx264", rate=Fraction(RATE), options={"crf": str(crf), "preset": "veryfast"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            result.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        result.mux(stream.encode())


def make(heads: Path, grounds: Path, folder: Path, seed: int, takes: int) -> list[Film]:
    """Write all films, and ``truth.json`` beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for film, scene, pictures in films(read_heads(heads), read_grounds(grounds), seed, takes):
        write(folder / f"{film.name}.mp4", pictures, film.size, scene.crf)
        made.append(film)
    (folder / "truth.json").write_text(json.dumps({"seed": seed, "films": [asdict(film) for film in made]}))
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True)
    heads = parts.add_parser("heads")
    heads.add_argument("shared", type=Path)
    heads.add_argument("folder", type=Path)
    heads.set_defaults(do=lambda a: print(f"{cut_heads(a.shared, a.folder)} heads"))
    whole = parts.add_parser("films")
    for name in ("heads", "backgrounds", "folder"):
        whole.add_argument(name, type=Path)
    whole.add_argument("--seed", type=int, default=0)
    whole.add_argument("--takes", type=int, default=3)
    whole.set_defaults(do=lambda a: print(len(make(a.heads, a.backgrounds, a.folder, a.seed, a.takes)), "films"))
    arguments = parser.parse_args()
    arguments.do(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
