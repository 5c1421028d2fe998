"""Places of a result: those that a person is to look at, near ones in one go, and those where nobody was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: seconds between two stretches that are one place
TOGETHER = 1.0


def together(spans: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Stretches, start and end in seconds, as places in order of time; each is a list of their indices."""
    places: list[list[int]] = []
    end = 0.0
    for index in sorted(range(len(spans)), key=lambda each: spans[each]):
        start, stop = spans[index]
        if places and start - end < TOGETHER:
            places[-1].append(index)
        else:
            places.append([index])
        end = max(end, stop)
    return places


def stretches(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All of a report that a person is to look at: guessed, covered, not hidden, or found by the search."""
    return [*report["to_look_at"], *report["not_hidden"], *_found(report.get("audit", ""))]


def _found(audit: Mapping[str, Any] | str) -> list[Mapping[str, Any]]:
    if isinstance(audit, str):
        return []
    return [
        *(dict(part) | {"reason": "the search of the result found somebody who shows"} for part in audit["left"]),
        *(dict(part) | {"reason": "one detector alone takes this for a face; it shows"} for part in audit["perhaps"]),
    ]


def spans(report: Mapping[str, Any], some: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """When parts of a report are shown, seconds from the result's first frame, with the last frame's time."""
    first = report["source"]["first_frame_s"]
    a_frame = report["result"]["seconds"] / max(1, report["result"]["frames"])
    return [(part["from_s"] - first, part["to_s"] - first + a_frame) for part in some]


def number(report: Mapping[str, Any]) -> int:
    """How many places a person is to look at."""
    return len(together(spans(report, stretches(report))))


def unfound(tracks: Sequence[Mapping[str, Any]], covered: Sequence[Mapping[str, Any]], frames: int) -> list[range]:
    """Runs of frames in which nobody is hidden and that are not covered."""
    taken = sorted((int(span["first_frame"]), int(span["last_frame"]) + 1) for span in (*tracks, *covered))
    runs, at_ = [], 0
    for first, stop in [*taken, (frames, frames)]:
        if first > at_:
            runs.append(range(at_, min(first, frames)))
        at_ = max(at_, stop)
    return [run for run in runs if run]
