"""Corrections as they are written down, and the tracks that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from maskanyone.data import SEEN, Kind, Track
from maskanyone.edit import Edited, Edits, Scene, replay

FRAMES, RATE, SIZE = 100, 25, (320, 180)
WHO = {"author": "A. Rater", "time": "2026-11-26T14:05:00+01:00"}
FACE = (100.0, 50.0, 140.0, 100.0)
SCENE = Scene(SIZE, np.arange(FRAMES) / RATE, FRAMES / RATE)


def key(frame: int, box: Sequence[float] = FACE) -> dict[str, Any]:
    return {"frame": frame, "box": list(box)}


def edit(do: str, **values: Any) -> dict[str, Any]:
    """One correction; ``from_`` stands for ``from``."""
    return {"do": do} | {name.rstrip("_"): value for name, value in values.items()} | WHO


def edits(*several: dict[str, Any]) -> Edits:
    return Edits.parse({"edits": list(several)}, "corrections.json")


def track(id: str, first: int, last: int, box: Sequence[float] = FACE, state: int = SEEN, kind: Kind = "face") -> Track:
    """Somebody who stands still."""
    count = last - first + 1
    return Track(
        id,
        kind,
        np.arange(first, last + 1, dtype=np.int32),
        np.tile(np.array(box, np.float32), (count, 1)),
        np.full(count, state, np.uint8),
        np.full(count, 0.9 if state == SEEN else np.nan, np.float32),
        ("maker",),
    )


def done(tracks: Sequence[Track], *several: dict[str, Any], patient: bool = False) -> Edited:
    """These tracks after these corrections."""
    return replay(edits(*several), tracks, SCENE, patient=patient)
