"""Does anybody show in the results of all real clips? Searched by families that took no part, more than a run does.

    python tests/benchmarks/media_search.py [SHARED] [--seconds N] [--every N] [--out FOLDER] [--sheets FOLDER]
                                            [--only NAME ...]

Each clip is masked with the default preset, its own search and mending included. Then the finished file is searched
again: every frame quickly, every fifth (``--every``) thoroughly, at all sizes and by all turns. With ``--seconds`` only
the first seconds of each clip are taken. What shows is listed, and drawn to ``--sheets``: the original, and beside it
the result. The bound is of the checks once a second and person.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from maskanyone import Recipe, pipeline  # noqa: E402
from maskanyone.pipeline import auditing  # noqa: E402
from maskanyone.pipeline.auditors import TURNS, Auditors  # noqa: E402
from maskanyone.pipeline.moments import known_in, once_a_second  # noqa: E402
from maskanyone.pipeline.planning import times_of  # noqa: E402
from maskanyone.proof.bound import Bound, bound  # noqa: E402
from maskanyone.proof.leaks import Leak, leaks  # noqa: E402
from maskanyone.proof.pairs import Results, result_frames  # noqa: E402
from maskanyone.proof.search import NOBODY, Asked, Searched  # noqa: E402
from maskanyone.video.probe import probe  # noqa: E402
from tests.benchmarks.leak import frame_of  # noqa: E402

SHARED = ROOT.parent / "shared"
TILE = 240


class Memory(dict[str, bytes]):
    """A cache of one clip."""

    def put(self, key: str, value: bytes) -> None:
        self[key] = value


@dataclass(frozen=True)
class Row:
    """One clip. report: what its own search told. found: in the search afterwards."""

    name: str
    frames: int
    tracks: int
    report: Any
    searched: Searched
    found: list[Leak]
    bound: Bound
    seconds: float


def main() -> int:
    """Print a table and each finding; exit 1 where somebody shows for sure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--only", nargs="*")
    for name in ("out", "sheets"):
        parser.add_argument(f"--{name}", type=Path)
    arguments = parser.parse_args()
    media = arguments.shared / "media"
    clips = json.loads((media / "manifest.json").read_text())["clips"]
    names = [clip["file"] for clip in clips if clip.get("frames")]
    names = [name for name in names if not arguments.only or any(part in name for part in arguments.only)]
    rows = []
    print("| clip | frames | tracks | hidden afterwards | thoroughly | shows for sure | perhaps | bound | seconds |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.out or Path(temporary)
        for name in names:
            source = media / name
            if arguments.seconds:
                source = shortened(source, work / "short" / name, arguments.seconds)
            result = work / "masked" / Path(name).with_suffix(".mp4")
            row = of_clip(name, source, result, arguments.every)
            rows.append(row)
            print(told(row), flush=True)
            for number, leak in enumerate(row.found):
                print(f"    {listed(leak)}", flush=True)
                if arguments.sheets:
                    draw(source, result, leak, arguments.sheets / f"{Path(name).stem}-{number}.png")
    found = [leak for row in rows for leak in row.found]
    sure = sum(leak.sure for leak in found)
    frames = sum(row.frames for row in rows)
    print(f"| Show 3 | {len(rows)} clips, {frames} frames: {sure} places show, {len(found) - sure} perhaps | none |")
    return 1 if sure else 0


def of_clip(name: str, source: Path, result: Path, every: int) -> Row:
    """Mask a clip and search its result."""
    began, cache, recipe = time.perf_counter(), Memory(), Recipe.preset("faces")
    done = pipeline.mask(source, result, recipe, cache=cache, overwrite=True, salvage=True)
    analysis = pipeline.analyse(source, recipe, cache=cache, salvage=True)
    times = times_of(analysis.video, analysis.seen)
    moments = once_a_second(times)
    known = known_in(analysis.links.tracks)

    def asked(index: int) -> Asked:
        moment = bool(moments[index])
        return Asked(moment or index % every == 0, TURNS, known(index) if moment else NOBODY, moment, moment)

    def shown(waiting: Callable[[], None]) -> Results:
        return result_frames(probe(result), len(times), ask=waiting)

    with Auditors([step.method for step in recipe.detect]) as auditors:
        searched = auditing.search_pair(
            analysis.video, analysis.seen, shown, auditors.made, asked, lambda _: None
        )
    proven = bound(searched.checks, searched.people, searched.known)
    seconds = time.perf_counter() - began
    found = leaks(searched.findings)
    return Row(name, len(times), len(done.report["tracks"]), done.report["audit"], searched, found, proven, seconds)


def told(row: Row) -> str:
    sure = sum(leak.sure for leak in row.found)
    rate = f"below {row.bound.rate:.1%}" if row.bound.rate is not None else "not proven"
    checks = f"{rate} ({row.bound.checks} checks, {row.searched.known} of {row.searched.people} found unmasked)"
    mended, perhaps = row.report["hidden_afterwards"], len(row.found) - sure
    cells = (row.name, row.frames, row.tracks, mended, row.searched.deep, sure, perhaps, checks, f"{row.seconds:.0f}")
    return f"| {' | '.join(map(str, cells))} |"


def listed(leak: Leak) -> str:
    x1, y1, x2, y2 = (round(corner) for corner in leak.box)
    return (
        f"frames {leak.first} to {leak.last}, {x2 - x1} x {y2 - y1} px at {x1}, {y1}: {leak.shows:.0%} shows; "
        f"{'sure' if leak.sure else 'perhaps'}, by {', '.join(leak.by)}"
    )


def draw(source: Path, result: Path, leak: Leak, out: Path) -> None:
    """The place in the original and in the result, with what lies around it."""
    middle = (leak.first + leak.last) // 2
    tiles = [around(frame_of(path, middle), leak.box) for path in (source, result)]
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), cv2.cvtColor(np.hstack(tiles), cv2.COLOR_RGB2BGR))


def around(picture: Any, box: Sequence[float]) -> Any:
    x1, y1, x2, y2 = box
    half, (x, y) = max(x2 - x1, y2 - y1) * 1.5, ((x1 + x2) / 2, (y1 + y2) / 2)
    drawn = picture.copy()
    cv2.rectangle(drawn, (round(x1), round(y1)), (round(x2), round(y2)), (255, 255, 0), max(1, round(half / 60)))
    part = drawn[max(0, int(y - half)) : int(y + half), max(0, int(x - half)) : int(x + half)]
    return cv2.resize(part, (TILE, TILE))


def shortened(source: Path, target: Path, seconds: float) -> Path:
    """The first seconds of a clip's picture track, without a second encode."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(source)) as before, av.open(str(target), "w") as after:
        track = before.streams.video[0]
        stream = after.add_stream_from_template(track)
        for packet in packets(before, track, seconds):
            packet.stream = stream
            after.mux(packet)
    return target


def packets(container: Any, track: Any, seconds: float) -> Iterator[Any]:
    for packet in container.demux(track):
        if packet.dts is None or float(packet.dts * packet.time_base) >= seconds:
            return
        yield packet


if __name__ == "__main__":
    sys.exit(main())
