"""What those who may search a result find of people who are not masked, look by look, and what each look costs.

    python tests/benchmarks/searchers.py [SHARED] [--films FOLDER] [--every N]

Faces of ``face_boxes.json``, or with ``--films`` of the composites that ``leak.py --out`` has left there (those that
are at least 0.6 visible), every n-th annotated frame. Found: boxes overlap by 0.25 (IoU). Milliseconds are of one core
(user and system), scaling included.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from maskanyone.pipeline import auditors as who  # noqa: E402
from maskanyone.video.probe import probe  # noqa: E402
from maskanyone.video.read import read  # noqa: E402

SHARED = ROOT.parent / "shared"
OVERLAP, VISIBLE = 0.25, 0.6
#: a true face: its box x1 y1 x2 y2, and whether it counts
Truth = list[tuple[Any, bool]]


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--films", type=Path)
    parser.add_argument("--every", type=int, default=3)
    arguments = parser.parse_args()
    who.FAMILIES = len(who.SEARCHERS)
    found, false, cost = Counter[str](), Counter[str](), Counter[str]()
    frames = faces = 0
    with who.Auditors(()) as auditors:
        looks = [(f"{auditor.name} {look.longer} px", look) for auditor in auditors.made for look in auditor.looks]
        looks = [(f"{name}, turned by {look.turn}°" if look.turn else name, look) for name, look in looks]
        for frame, truth in of_films(arguments.films) if arguments.films else of_media(arguments.shared / "media"):
            if frames % arguments.every == 0:
                faces += sum(counts for _, counts in truth)
                for name, look in looks:
                    began = time.process_time()
                    picture, scale = frame.square(look.longer)
                    answer = look.detect(picture)
                    cost[name] += 1000 * (time.process_time() - began)
                    boxes = answer.box[answer.score >= look.least] / np.array([*scale, *scale])
                    hits = [overlap(np.asarray(box), boxes) >= OVERLAP for box, _ in truth]
                    found[name] += sum(bool(hit.any()) for hit, (_, counts) in zip(hits, truth, strict=True) if counts)
                    false[name] += len(boxes) - int(np.any(hits, axis=0).sum() if hits else 0)
            frames += 1
    looked = -(-frames // arguments.every)
    print(f"| look | recall of {faces} faces | boxes elsewhere in {looked} frames | ms |\n|---|---|---|---|")
    for name, _ in looks:
        print(f"| {name} | {found[name] / faces:.3f} | {false[name]} | {cost[name] / looked:.1f} |")
    return 0


def of_media(media: Path) -> Iterator[tuple[Any, Truth]]:
    for clip, known in json.loads((media / "face_boxes.json").read_text())["clips"].items():
        rows = {int(index): faces for index, faces in known["frames"].items()}
        for frame in read(probe(media / clip), salvage=True):
            if frame.index in rows:
                yield (
                    frame,
                    [((x, y, x + w, y + h), not more.get("ignore")) for x, y, w, h, more in rows[frame.index]],
                )


def of_films(folder: Path) -> Iterator[tuple[Any, Truth]]:
    for film in json.loads((folder / "truth.json").read_text())["films"]:
        for frame in read(probe(folder / f"{film['name']}.mp4")):
            yield frame, [(face["box"], face["visible"] >= VISIBLE) for face in film["faces"][frame.index]]


def overlap(one: Any, others: Any) -> Any:
    """Of one box with each of the others (IoU)."""
    sides = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    return shared / (np.prod(one[2:] - one[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared)


if __name__ == "__main__":
    sys.exit(main())
