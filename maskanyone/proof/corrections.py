"""Corrections by hand in a report: who made them, when, what and why, and whom the search finds because of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from maskanyone.data import MENDED, SPARED, Float, Track
from maskanyone.proof.bound import Bound

Plain = Mapping[str, Any]
#: what of a correction names nobody
_NAMELESS = ("number", "do", "time", "what", "first_frame", "last_frame", "from_s", "to_s", "about")


def told(done: Plain, seconds: Callable[[int], float]) -> dict[str, Any]:
    """A correction as a report tells it.

    Args:
        done: number, what, first_frame, last_frame, about (ids of tracks), edit (as it was written down).
        seconds: when a frame is shown.
    """
    edit = done["edit"]
    return dict(done) | {
        "do": edit["do"],
        "author": edit["author"],
        "time": edit["time"],
        "reason": edit["reason"],
        "from_s": seconds(done["first_frame"]),
        "to_s": seconds(done["last_frame"]),
    }


def nameless(correction: Plain) -> dict[str, Any]:
    """Without who made it and why."""
    return {key: correction[key] for key in _NAMELESS if key in correction}


def audited(audit: Plain | str, tracks: Sequence[Track], done: Sequence[Plain]) -> Plain | str:
    """What a search of the finished file gave, with those apart (``spared``) whom corrections leave in sight."""
    if isinstance(audit, str) or not done:
        return audit
    open_ = [track for track in tracks if (track.state == SPARED).any()]
    parts = {name: [part for part in audit[name] if not _spared(part, open_)] for name in ("left", "perhaps")}
    spared = [part for name in parts for part in audit[name] if part not in parts[name]]
    bound = dict(audit["bound"])
    if audit["left"] and not parts["left"]:
        known = Bound(**{field.name: bound[field.name] for field in fields(Bound)})
        others = known.told(False)
        bound["verdict"] = f"Whom corrections by hand spare shows. Of all others: {others[0].lower()}{others[1:]}"
    mended = sum(bool((track.state == MENDED).any()) for track in tracks)
    return dict(audit) | parts | {"spared": spared, "bound": bound, "hidden_afterwards": mended}


def _spared(part: Plain, tracks: Sequence[Track]) -> bool:
    """Whether a hand spares, in every frame of a place, what is there."""
    frames = np.arange(part["first_frame"], part["last_frame"] + 1)
    spared = np.zeros(len(frames), bool)
    for track in tracks:
        rows = (track.state == SPARED) & (track.frame >= frames[0]) & (track.frame <= frames[-1])
        if rows.any() and _near(np.array(part["box"], np.float32), track.box[rows]):
            spared[track.frame[rows] - frames[0]] = True
    return bool(spared.all())


def _near(box: Float, boxes: Float) -> bool:
    """Whether the middle of a box, float32 (4,), lies where the boxes, (N, 4), go."""
    middle = (box[:2] + box[2:]) / 2
    return bool((middle >= boxes[:, :2].min(axis=0)).all() and (middle <= boxes[:, 2:].max(axis=0)).all())
