"""What of a result wants a look, stretch by stretch: hidden without a sight, covered, or seen too weakly to hide it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import (
    BY_HAND,
    FILLED,
    FOLLOWED,
    GUESSED,
    HINTED,
    MENDED,
    PLACED,
    SEEN,
    SPARED,
    STATES,
    Float,
    Span,
    Track,
)
from maskanyone.proof import places, risk
from maskanyone.proof.facts import Facts

_ALONE = "found by one detector at one size only"
_REASONS = {
    FILLED: "not seen for a moment, hidden between two sights",
    GUESSED: "before the first or after the last sight",
    MENDED: "found by the search of the result, hidden then",
    HINTED: "seen too faintly to count alone; a detector that looked closely agrees",
    FOLLOWED: "found by no detector, followed by what moves in the picture",
    PLACED: "the head of a person whose face no detector found",
    BY_HAND: "hidden by hand",
    SPARED: "not hidden: a correction by hand spares it",
}


def covered(facts: Facts) -> NDArray[np.bool_]:
    """bool (F,): frames of which nothing shows."""
    return Span.flags((*facts.blind, *facts.timeline.lost), len(facts.timeline))


def stretches(facts: Facts) -> list[dict[str, Any]]:
    """Everything a person should look at: frames hidden without a sight, or covered wholly."""
    least = {"risk": risk.COVERED}
    found = [stretch(facts, span, "whole picture covered: nobody could look at it") | least for span in facts.blind]
    found += [
        stretch(facts, span, "whole picture covered: the recording is damaged here") | least
        for span in facts.timeline.lost
    ]
    found += _failed(facts)
    for track in facts.tracks:
        for code, span in _runs(track):
            told = stretch(facts, span, _REASONS.get(code, STATES[code]))
            rank = risk.risk(code, told["to_s"] - told["from_s"], _size(track, span, facts))
            found.append(told | _worst(track, span, facts) | {"track": track.id, "state": STATES[code], "risk": rank})
        found += _alone(track, facts)
    return sorted(found, key=lambda s: (s["first_frame"], s["reason"]))


def _failed(facts: Facts) -> list[dict[str, Any]]:
    """Where a detector failed, or faces were not followed, and pictures are not covered for it."""
    told = {"kind": places.FAILED, "risk": risk.FAILED}
    shows = ~covered(facts)
    found = [stretch(facts, Span(0, len(facts.timeline)), why) | told for why in facts.broken]
    for name, asked, ran in zip(facts.looks.producers, facts.looks.asked, facts.looks.ran, strict=True):
        frames = np.flatnonzero(asked)
        for run in Span.runs(~ran[frames]):
            span = Span(int(frames[run.start]), int(frames[run.stop - 1]) + 1)
            if shows[span.start : span.stop].any():
                found.append(stretch(facts, span, f"{name} failed here: whom it alone would have found shows") | told)
    return found


def _alone(track: Track, facts: Facts) -> list[dict[str, Any]]:
    """From first to last sight of whom one of several looks alone has found."""
    seen = np.flatnonzero(track.state == SEEN)
    if len(track.support) != 1 or len(facts.looks.producers) < 2 or not len(seen):
        return []
    span = Span(int(track.frame[seen[0]]), int(track.frame[seen[-1]]) + 1)
    weakest = int(seen[np.argmin(np.nan_to_num(track.score[seen]))])
    told = stretch(facts, span, _ALONE) | _at(int(track.frame[weakest]), track.box[weakest], facts)
    rank = risk.risk(SEEN, told["to_s"] - told["from_s"], _size(track, span, facts))
    return [told | {"track": track.id, "state": STATES[SEEN], "risk": rank}]


def stretch(facts: Facts, span: Span, reason: str) -> dict[str, Any]:
    """Frames of a result, and why they are told."""
    last = span.stop - 1
    return {
        "first_frame": span.start,
        "last_frame": last,
        "from_s": facts.shown_at(span.start),
        "to_s": facts.shown_at(last),
        "reason": reason,
    }


def _runs(track: Track) -> list[tuple[int, Span]]:
    """Runs of equal state that nobody saw."""
    bounds = np.flatnonzero(np.diff(track.state)) + 1
    runs = zip([0, *bounds], [*bounds, len(track)], strict=True)
    return [
        (int(track.state[a]), Span(int(track.frame[a]), int(track.frame[b - 1]) + 1))
        for a, b in runs
        if track.state[a] != SEEN
    ]


def _size(track: Track, span: Span, facts: Facts) -> float:
    """The largest of a track's boxes in a span, of the picture's shorter side."""
    box = track.box[span.start - int(track.frame[0]) : span.stop - int(track.frame[0])]
    return float((box[:, 2:] - box[:, :2]).max()) / min(facts.video.upright)


def _worst(track: Track, span: Span, facts: Facts) -> dict[str, Any]:
    """The frame of a span that is furthest from the sights around it."""
    last = span.stop - 1
    opens, closes = span.start == track.frame[0], last == track.frame[-1]
    at = (span.start + last) // 2 if opens == closes else span.start if opens else last
    return _at(at, track.box[at - int(track.frame[0])], facts)


def _at(frame: int, box: Float, facts: Facts) -> dict[str, Any]:
    """Where a stretch wants a look most: frame, time in s, box in px."""
    return {"at_frame": frame, "at_s": facts.shown_at(frame), "box": [round(float(edge), 1) for edge in box]}


def weak(track: Track, facts: Facts) -> dict[str, Any]:
    """How much a track that was not believed wants a look, and where."""
    whole = Span(int(track.frame[0]), int(track.frame[-1]) + 1)
    seconds = facts.shown_at(whole.stop - 1) - facts.shown_at(whole.start)
    score = np.nan_to_num(track.score)
    best = int(np.argmax(score))
    rank = risk.weak(round(float(score[best]), 3), seconds, _size(track, whole, facts))
    return _at(int(track.frame[best]), track.box[best], facts) | {"risk": rank}
