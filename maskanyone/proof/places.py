"""Places of a result: those that a person is to look at, near ones in one go, and those where nobody was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskanyone.data import HINTED, PLACED, SEEN, STATES
from maskanyone.proof import risk

#: seconds between two stretches that are one place
TOGETHER = 1.0
#: kinds of stretches besides the states of a track
COVERED, FAILED, WEAK, SHOWS, PERHAPS = "covered", "failed", "weak", "shows", "perhaps"


@dataclass(frozen=True)
class Place:
    """Near stretches that a person looks at in one go.

    start, end: s from the result's first frame. parts: as the report tells them, the riskiest first.
    """

    start: float
    end: float
    parts: tuple[Mapping[str, Any], ...]

    @property
    def kind(self) -> str:
        """What its riskiest stretch is."""
        return str(self.parts[0]["kind"])

    @property
    def risk(self) -> float:
        """Of its riskiest stretch, 0 to 1."""
        return float(self.parts[0]["risk"])

    @property
    def frames(self) -> tuple[int, int]:
        """The first and the last."""
        return min(int(part["first_frame"]) for part in self.parts), max(int(part["last_frame"]) for part in self.parts)

    @property
    def key(self) -> str:
        """What tells it from all others of its report, fit for a URL."""
        first, last = self.frames
        return f"{self.kind.replace(' ', '_')}-{first}-{last}"

    @property
    def shows(self) -> bool:
        """Whether the search is sure that somebody shows in it."""
        return any(part["kind"] == SHOWS for part in self.parts)

    @property
    def tracks(self) -> list[str]:
        """Ids of the tracks that it is about."""
        return list(dict.fromkeys(str(part["track"]) for part in self.parts if "track" in part))


def queue(report: Mapping[str, Any]) -> list[Place]:
    """Every place that a person is to look at, the riskiest first."""
    some = stretches(report)
    # often whole tracks, which would join all others
    long = (STATES[SEEN], STATES[HINTED], STATES[PLACED], FAILED)
    groups = [[part for part in some if part["kind"] == kind] for kind in long]
    groups.append([part for part in some if part["kind"] not in long])
    found = [place for group in groups for place in _joined(report, group)]
    return sorted(found, key=lambda place: (-place.risk, place.start))


def _joined(report: Mapping[str, Any], some: Sequence[Mapping[str, Any]]) -> list[Place]:
    times = spans(report, some)
    found = []
    for group in together(times):
        parts = sorted((some[each] for each in group), key=lambda part: -part["risk"])
        found.append(Place(times[group[0]][0], max(times[each][1] for each in group), tuple(parts)))
    return found


def worst(report: Mapping[str, Any], part: Mapping[str, Any]) -> tuple[float, Sequence[float] | None]:
    """When a stretch wants a look most, s from the result's first frame, and where: a box in px, or everywhere."""
    at = part.get("at_s", (part["from_s"] + part["to_s"]) / 2)
    return float(at) - float(report["source"]["first_frame_s"]), part.get("box")


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


def stretches(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All of a report that a person is to look at: guessed, covered, not hidden, or found by the search.

    Each with its ``kind`` and ``risk``; early versions told no risk.
    """
    told = [_hidden(part) for part in report["to_look_at"]]
    weak = [{"risk": risk.WEAK} | dict(part) | {"kind": WEAK} for part in report["not_hidden"]]
    return [*told, *weak, *_found(report.get("audit", ""))]


def _hidden(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(part.get("state", COVERED))
    return {"risk": risk.of_state(STATES.index(kind)) if kind in STATES else risk.COVERED, "kind": kind} | dict(part)


def _found(audit: Mapping[str, Any] | str) -> list[dict[str, Any]]:
    if isinstance(audit, str):
        return []
    sure = {"kind": SHOWS, "risk": risk.SHOWS, "reason": "the search of the result found somebody who shows"}
    alone = {"kind": PERHAPS, "risk": risk.PERHAPS, "reason": "one detector alone takes this for a face; it shows"}
    return [*(dict(part) | sure for part in audit["left"]), *(dict(part) | alone for part in audit["perhaps"])]


def spans(report: Mapping[str, Any], some: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """When parts of a report are shown, seconds from the result's first frame, with the last frame's time."""
    first = report["source"]["first_frame_s"]
    a_frame = report["result"]["seconds"] / max(1, report["result"]["frames"])
    return [(part["from_s"] - first, part["to_s"] - first + a_frame) for part in some]


def number(report: Mapping[str, Any]) -> int:
    """How many places a person is to look at."""
    return len(queue(report))


def covering(stretches: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of a report's stretches in which whole pictures are covered."""
    return [part for part in stretches if "track" not in part and part.get("kind") != FAILED]


def unfound(tracks: Sequence[Mapping[str, Any]], covered: Sequence[Mapping[str, Any]], frames: int) -> list[range]:
    """Runs of frames in which nobody is hidden and that are not covered."""
    taken = sorted((int(span["first_frame"]), int(span["last_frame"]) + 1) for span in (*tracks, *covered))
    runs, at_ = [], 0
    for first, stop in [*taken, (frames, frames)]:
        if first > at_:
            runs.append(range(at_, min(first, frames)))
        at_ = max(at_, stop)
    return [run for run in runs if run]
