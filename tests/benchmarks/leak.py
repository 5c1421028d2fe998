"""Who is seen in hard films: composites with exact truth, masked by the default and by deface 1.5.0 in the same run.

    python tests/benchmarks/leak.py [--heads FOLDER] [--backgrounds FOLDER] [--seed N] [--takes N] [--deface EXECUTABLE]
                                    [--out FOLDER] [--sheets FOLDER] [--set detect.centerface.size=640 ...]

Without ``--heads`` and ``--backgrounds`` they are taken from the shared folder. Definitions as in ``score_leaks.py``:
a face is covered where at least 0.9 of the ellipse in its box, inside the picture, carries the colour.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.composites import RATE, Film, make  # noqa: E402
from tests.benchmarks.drawing import Face  # noqa: E402
from tests.benchmarks.faces import MAGENTA, installed_deface, magenta_picture, run_deface  # noqa: E402
from tests.benchmarks.heads import cut_heads  # noqa: E402

SHARED = ROOT.parent / "shared"
COVERED, BARE, TOLERANCE, LARGE, WHOLE = 0.9, 0.5, 60, 40.0, 0.98


@dataclass(frozen=True)
class Judged:
    """One true face in one frame. large: 40 px and more and wholly visible. coverage: 0 to 1."""

    film: str
    scene: str
    frame: int
    id: int
    large: bool
    coverage: float


def main() -> int:
    """Print a table; exit 1 where a large face is uncovered or a result is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("heads", "backgrounds", "deface", "out", "sheets"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--set", dest="values", action="append", default=[])
    parser.add_argument("--no-deface", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.out or Path(temporary)
        made = prepared(arguments, work)
        results: dict[str, tuple[list[Judged], float, float]] = {}
        began = time.perf_counter()
        run_ours(made, work / "films", work / "ours", arguments.values)
        results["MaskAnyone"] = scored(made, work / "films", work / "ours", time.perf_counter() - began)
        if not arguments.no_deface:
            deface = arguments.deface or installed_deface(work / "deface_environment")
            picture, began = magenta_picture(work / "magenta.png"), time.perf_counter()
            for film in made:
                run_deface(deface, picture, work / "films" / f"{film.name}.mp4", work / "deface" / f"{film.name}.mp4")
            results["deface 1.5.0"] = scored(made, work / "films", work / "deface", time.perf_counter() - began)
        if arguments.sheets:
            sheet(results["MaskAnyone"][0], work / "films", work / "ours", made, arguments.sheets / "uncovered.png")
    for line in told(results):
        print(line)
    ours = results["MaskAnyone"][0]
    missed = [each for each in ours if each.coverage < COVERED]
    places = {film: queued(work / "ours" / f"{film}.report.json") for film in {each.film for each in missed}}
    listed = sum(any(each.frame in place for place in places[each.film]) for each in missed)
    print(f"| Show 1 | {listed} of {len(missed)} uncovered faces in a frame of a place to look at | all |")
    return 1 if any(each.large and each.coverage < COVERED for each in ours) else 0


def prepared(arguments: argparse.Namespace, work: Path) -> list[Film]:
    """Make the films."""
    heads, grounds = arguments.heads, arguments.backgrounds
    if heads is None:
        heads = work / "heads"
        cut_heads(SHARED, heads)
    if grounds is None:
        grounds = work / "grounds"
        grounds.mkdir(parents=True, exist_ok=True)
        for name in ("intel_cars.mp4", "sam2_coffee.mp4"):
            if not (grounds / name).exists():
                (grounds / name).symlink_to(SHARED / "media" / "n_none" / name)
    return make(heads, grounds, work / "films", arguments.seed, arguments.takes)


def run_ours(made: Sequence[Film], films: Path, out: Path, values: Sequence[str]) -> None:
    """The default preset in magenta, all films in one process."""
    from maskanyone import Recipe, mask

    recipe = Recipe.preset("faces").with_values(["hide.face.colour=#ff00ff", *values])
    for film in made:
        mask(films / f"{film.name}.mp4", out / f"{film.name}.mp4", recipe, overwrite=True)


def scored(made: Sequence[Film], films: Path, results: Path, seconds: float) -> tuple[list[Judged], float, float]:
    """Every true face, the share of false paint, and frames per second."""
    judged: list[Judged] = []
    stray = ground = 0.0
    for film in made:
        paint = list(painted(films / f"{film.name}.mp4", results / f"{film.name}.mp4"))
        for frame, faces in enumerate(film.faces):
            here = paint[frame] if frame < len(paint) else np.zeros(film.size[::-1], bool)
            outside = np.ones(here.shape, bool)
            for face in faces:
                x1, y1, x2, y2 = face.box
                large = bool(max(x2 - x1, y2 - y1) >= LARGE and face.visible >= WHOLE)
                inside = ellipse(here.shape, face.box)
                judged.append(
                    Judged(
                        film.name, film.scene, frame, face.id, large, float(here[inside].mean() if inside.any() else 1)
                    )
                )
                more = (x2 - x1) / 2, (y2 - y1) / 2
                left, top = max(0, int(x1 - more[0])), max(0, int(y1 - more[1]))
                outside[top : max(0, int(y2 + more[1])), left : max(0, int(x2 + more[0]))] = False
            stray += float((here & outside).sum())
            ground += float(outside.sum())
    frames = sum(len(film.faces) for film in made)
    return judged, stray / ground, frames / seconds


def queued(report: Path) -> list[range]:
    """Frames of each place that the report gives a person to look at."""
    from maskanyone.proof.places import queue

    frames = [place.frames for place in queue(json.loads(report.read_text()))]
    return [range(first, last + 1) for first, last in frames]


def painted(original: Path, result: Path) -> Iterator[Any]:
    """For each frame, bool (h, w): where the result shows the colour and the original does not."""
    if not result.is_file():
        return
    with av.open(str(original)) as before, av.open(str(result)) as after:
        for a, b in zip(before.decode(video=0), after.decode(video=0), strict=False):
            x, y = a.to_ndarray(format="rgb24"), b.to_ndarray(format="rgb24")
            y = y[: x.shape[0], : x.shape[1]]
            yield near(y) & ~near(x[: y.shape[0], : y.shape[1]])


def near(picture: Any) -> Any:
    """bool (h, w): no channel is further from the colour than the tolerance."""
    low, high = (np.array(MAGENTA) + way * float(TOLERANCE) for way in (-1, 1))
    return cv2.inRange(np.ascontiguousarray(picture), low, high).astype(bool)


def ellipse(shape: tuple[int, ...], box: tuple[float, float, float, float]) -> Any:
    x1, y1, x2, y2 = box
    ys, xs = np.ogrid[: shape[0], : shape[1]]
    across, down = (xs + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2), (ys + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    return across**2 + down**2 <= 1


def exposure(judged: Sequence[Judged]) -> int:
    """Frames of the longest run in which one face is uncovered."""
    longest, runs = 0, defaultdict[tuple[str, int], list[int]](list)
    for each in judged:
        if each.coverage < COVERED:
            runs[each.film, each.id].append(each.frame)
    for frames in runs.values():
        length = 0
        for place, frame in enumerate(frames):
            length = length + 1 if place and frame == frames[place - 1] + 1 else 1
            longest = max(longest, length)
    return longest


def told(results: Mapping[str, tuple[list[Judged], float, float]]) -> Iterator[str]:
    """Tables for people, and the rows of the shows."""
    names = list(results)
    scenes = list(dict.fromkeys(each.scene for each in results[names[0]][0]))
    yield f"| scene | faces | {' | '.join(f'{name}: uncovered, bare, longest' for name in names)} |"
    yield "|---|---|" + "---|" * len(names)
    for scene in scenes:
        cells = []
        for name in names:
            of = [each for each in results[name][0] if each.scene == scene]
            bad, bare = (sum(each.coverage < limit for each in of) for limit in (COVERED, BARE))
            cells.append(f"{bad}, {bare}, {1000 * exposure(of) // RATE} ms")
        yield f"| {scene} | {len(of)} | {' | '.join(cells)} |"
    for name, (judged, stray, speed) in results.items():
        for large in (True, False):
            of = [each for each in judged if each.large is large]
            bad = sum(each.coverage < COVERED for each in of)
            films = {(each.film, each.id) for each in of}
            leaked = {(each.film, each.id) for each in of if each.coverage < COVERED}
            what = "faces of 40 px and more, wholly visible" if large else "smaller faces, or partly hidden"
            yield (
                f"| Show 1 | {name}: {bad} of {len(of)} {what} uncovered (recall {1 - bad / max(1, len(of)):.4f}), "
                f"{len(leaked)} of {len(films)} tracks, longest {1000 * exposure(of) // RATE} ms; falsely painted "
                f"{100 * stray:.2f} %; {speed:.1f} frames a second | {'0, 0 ms' if large else '0.5 %, one frame'} |"
            )


def sheet(
    judged: Sequence[Judged], films: Path, results: Path, made: Sequence[Film], out: Path, most: int = 60
) -> None:
    """Pictures of uncovered faces, the result above the truth."""
    bad = [each for each in judged if each.coverage < COVERED]
    step = max(1, len(bad) // most)
    tiles = []
    by_name = {film.name: film for film in made}
    for each in bad[::step][:most]:
        pictures = [frame_of(folder / f"{each.film}.mp4", each.frame) for folder in (films, results)]
        face: Face = next(face for face in by_name[each.film].faces[each.frame] if face.id == each.id)
        corners = [round(value) for value in face.box]
        for picture in pictures:
            cv2.rectangle(picture, tuple(corners[:2]), tuple(corners[2:]), (255, 255, 0), 2)
        tile = np.vstack([cv2.resize(picture, (240, 135)) for picture in pictures])
        cv2.putText(tile, f"{each.scene[:24]} {each.frame} {each.coverage:.2f}", (3, 12), 0, 0.4, (255, 255, 0), 1)
        tiles.append(tile)
    if tiles:
        tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 6)
        rows = [np.hstack(tiles[i : i + 6]) for i in range(0, len(tiles), 6)]
        out.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(out), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def frame_of(path: Path, index: int) -> Any:
    with av.open(str(path)) as clip:
        for number, frame in enumerate(clip.decode(video=0)):
            if number == index:
                return frame.to_ndarray(format="rgb24")
    return np.zeros((360, 640, 3), np.uint8)


if __name__ == "__main__":
    sys.exit(main())
