"""Heads for composites: read from a folder, or cut out of the annotated clips."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

#: a head is cut out so far beyond its face: left and right, above, below, in widths and heights of the face
BEYOND = (0.35, 0.55, 0.3)
LEAST_HEAD = 80


@dataclass(frozen=True)
class Head:
    """picture: uint8 (h, w, 4), RGB and alpha. face: x1 y1 x2 y2 in it, px."""

    picture: Pixels
    face: tuple[float, float, float, float]


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
