"""Corrections by hand in a report: who made them, when, what and why, and whom the search finds because of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from typing import Any

from maskanyone.data import MENDED, SPARED, Track
from maskanyone.proof.search import Finding

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


def apart(findings: Sequence[Finding], tracks: Sequence[Track]) -> tuple[list[Finding], list[Finding]]:
    """Findings of whom a hand spares in their frame, at their place; and all others."""
    open_ = [track for track in tracks if (track.state == SPARED).any()]
    spared = [any(_spared(finding, track) for track in open_) for finding in findings]
    return list(compress(findings, spared)), [each for each, apart in zip(findings, spared, strict=True) if not apart]


def audited(audit: Plain | str, tracks: Sequence[Track], done: Sequence[Plain]) -> Plain | str:
    """What a search of the finished file gave, as it is told of a film that hands have corrected.

    Args:
        audit: those whom corrections leave in sight stand apart in it (``spared``).
    """
    if isinstance(audit, str) or not done:
        return audit
    bound = dict(audit["bound"])
    if audit.get("spared") and not audit["left"]:
        others = bound["verdict"]
        bound["verdict"] = f"Whom corrections by hand spare shows. Of all others: {others[0].lower()}{others[1:]}"
    mended = sum(bool((track.state == MENDED).any()) for track in tracks)
    return dict(audit) | {"bound": bound, "hidden_afterwards": mended}


def _spared(finding: Finding, track: Track) -> bool:
    """Whether a hand spares the track in the finding's frame, and the finding's middle lies in its box there."""
    row = finding.frame - int(track.frame[0])
    if not 0 <= row < len(track) or track.state[row] != SPARED:
        return False
    x1, y1, x2, y2 = finding.box
    left, top, right, bottom = track.box[row].tolist()
    return bool(left <= (x1 + x2) / 2 <= right and top <= (y1 + y2) / 2 <= bottom)
