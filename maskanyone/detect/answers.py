"""What one producer said in one span of frames; an answer that cannot be one is a fault of its frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Float

#: faults of one producer that are told one by one
MOST_NOTES = 20
#: no face's box is larger, in longer sides of the picture
_LARGEST = 4.0


class Answers:
    """Gathers answers. name: the producer's. points: how many it gives a face. size: of the upright picture, px."""

    def __init__(self, name: str, points: int, size: tuple[int, int]) -> None:
        self.name, self._points, self._size = name, points, size
        self._rows: list[tuple[int, Float, float, Float]] = []
        self._asked: list[int] = []
        self._ran: list[bool] = []
        self._notes: list[str] = []

    def take(self, index: int, scale: tuple[float, float], found: object) -> None:
        """Note an answer. scale: from the upright picture to the one that was looked at, across and down."""
        columns = _columns(found, self._points)
        if columns is None:
            self.fault(index, "answered in a shape that is none of a detector's")
            return
        box, score, points = columns
        across = np.array([*scale, *scale], np.float32)
        box, points = box / across, points / across[:2]
        sound = _possible(box, self._size)
        self._rows += [(index, box[row], float(score[row]), points[row]) for row in np.flatnonzero(sound)]
        if not sound.all():
            self.fault(index, "answered with boxes that cannot be in the picture")
        elif not np.isfinite(score).all():
            self.fault(index, "answered with scores that are no numbers")
        else:
            self._asked.append(index)
            self._ran.append(True)

    def fault(self, index: int, what: str) -> None:
        """Note that there is none, and why."""
        self._asked.append(index)
        self._ran.append(False)
        if len(self._notes) < MOST_NOTES:
            self._notes.append(f"{self.name} {what} (frame {index})")

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it: frames asked, whether it ran there, detections in pixels of the upright picture, notes."""
        rows = self._rows
        points = [r[3] for r in rows] if self._points else []
        return {
            "asked": np.array(self._asked, np.int32),
            "ran": np.array(self._ran, bool),
            "frame": np.array([r[0] for r in rows], np.int32),
            "box": np.array([r[1] for r in rows], np.float32).reshape(-1, 4),
            "score": np.array([r[2] for r in rows], np.float32),
            "points": np.array(points, np.float32).reshape(len(rows), self._points, 2),
            "notes": np.array(self._notes, np.str_),
        }


def _columns(found: object, points: int) -> tuple[Float, Float, Float] | None:
    """Boxes, scores and points as arrays, or none where they are not those of a detector with so many points."""
    try:
        box, score, marks = (np.asarray(getattr(found, name), np.float32) for name in ("box", "score", "points"))
    except (AttributeError, TypeError, ValueError):
        return None
    if not points:
        marks = np.zeros((len(score) if score.ndim else 0, 0, 2), np.float32)
    rows = len(box) if box.ndim else 0
    fits = (box.shape, score.shape, marks.shape) == ((rows, 4), (rows,), (rows, points, 2))
    return (box, score, marks) if fits else None


def _possible(box: Float, size: tuple[int, int]) -> NDArray[np.bool_]:
    """bool (N,): finite, of a possible size, and not further out of the picture than its own size."""
    with np.errstate(invalid="ignore", over="ignore"):  # nonsense may overflow while it is found out
        sides = box[:, 2:] - box[:, :2]
        near = (box[:, 2:] + sides / 2 > 0) & (box[:, :2] - sides / 2 < np.asarray(size, np.float32))
        fits = (sides > 0) & (sides <= _LARGEST * max(size))
        return np.asarray(np.isfinite(box).all(axis=1) & (near & fits).all(axis=1))
