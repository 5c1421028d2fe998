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

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.drawing import PICTURES, VIDEOS, Face, Pose, ground, lay  # noqa: E402
from tests.benchmarks.heads import Head, cut_heads, read_heads  # noqa: E402

Pixels = NDArray[np.uint8]
Float = NDArray[np.float32]

RATE, SECONDS = 25, 2.4
SIZES = ((640, 360), (1280, 720))


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
    behind = ground(grounds[places[0]], film.size, chance)
    for index in range(frames):
        if scene.cut and index == frames // 2:
            behind = ground(grounds[places[1]], film.size, chance)
            film.cuts.append(index)
        picture = next(behind).astype(np.float32)
        shown: list[tuple[int, Any]] = []
        for k, path in enumerate(paths):
            pose = path(index / (frames - 1))
            if pose is not None:
                shown.append((k, lay(picture, heads[which[k]], pose, shown)))
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


# ---- files -----------------------------------------------------------------------------------------------------


def read_grounds(folder: Path) -> list[Path]:
    """Every background of a folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in VIDEOS | PICTURES)


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
