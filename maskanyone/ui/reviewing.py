"""What the page Review shows of a finished run: its report as marks, rows and cuts of the player."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskanyone.data import SEEN, STATES
from maskanyone.proof import places
from maskanyone.store import files, runs
from maskanyone.store.tables import REPORT, Job
from maskanyone.track import TrackParams
from maskanyone.ui.player import Mark, Row
from maskanyone.ui.words import review as words
from maskanyone.written import counted

Reason = Callable[[Sequence[Mapping[str, Any]]], str]
_MOST_ROWS, _LETTERS = 8, "ABCDEFGH"


@dataclass(frozen=True)
class Told:
    """A report as the player draws it; seconds from the result's first frame."""

    marks: tuple[Mark, ...]
    rows: tuple[Row, ...]
    cuts: tuple[float, ...]

    def to_look_at(self) -> int:
        """How many places want a look."""
        return sum(not mark.quiet for mark in self.marks)

    def nobody(self) -> list[tuple[float, float]]:
        """When nobody was found, seconds."""
        return [(mark.start, mark.end) for mark in self.marks if mark.quiet]


def report_of(job: Job) -> Mapping[str, Any] | None:
    """A run's report, or none where its file is gone."""
    made = runs.artefact(job.id, REPORT)
    if made is None:
        return None
    try:
        report: Mapping[str, Any] = json.loads(files.place(made.sha256, made.suffix).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return report


def drawn(report: Mapping[str, Any]) -> Told:
    """Marks, rows and cuts of a report."""
    a_frame = report["result"]["seconds"] / max(1, report["result"]["frames"])
    some = places.stretches(report)
    track = TrackParams(**report["recipe"]["track"])
    marks = _joined(report, some, lambda parts: _reason(parts, track))
    marks += _joined(report, report.get("nobody_found", []), lambda _: words.NOBODY, quiet=True)
    guessed: dict[str, list[tuple[float, float]]] = {}
    for part, span in zip(some, places.spans(report, some), strict=True):
        guessed.setdefault(part.get("track", ""), []).append(span)
    shown = _longest(report["tracks"])
    rows = [
        Row(_LETTERS[place], words.person(track["kind"], place + 1), _cut(span, guessed.get(track["id"], [])))
        for place, (track, span) in enumerate(zip(shown, places.spans(report, shown), strict=True))
    ]
    marks.sort(key=lambda mark: mark.start)
    return Told(tuple(marks), tuple(rows), tuple(cut * a_frame for cut in report["cuts"]))


def _reason(parts: Sequence[Mapping[str, Any]], track: TrackParams) -> str:
    """Why a place wants a look; weak sights in it are told once."""
    told = dict.fromkeys(f"{part['reason'][0].upper()}{part['reason'][1:]}" for part in parts if "reason" in part)
    weak = [part for part in parts if "reason" not in part]
    if weak:
        best = max(part["best_score"] or 0.0 for part in weak)
        missed = {field for part in weak for field in _missed(part, track)}
        told[words.seen_weakly(len(weak), best, sorted(missed, reverse=True))] = None
    more = f" ({counted(len(parts), 'stretch', 'stretches')})" if len(parts) > 1 else ""
    return f"{'. '.join(told)}.{more}"


def _missed(part: Mapping[str, Any], track: TrackParams) -> list[str]:
    """Which least scores kept a weak sight from being believed."""
    short = part["frames"].get(STATES[SEEN], 0) < track.short
    score = part["best_score"] or 0.0
    fields = [field for field in ("start", *(["confirm"] if short else [])) if score < getattr(track, field)]
    return fields or ["start"]


def _longest(tracks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The tracks that are shown, the longest ones, in order of time."""
    by_length = sorted(tracks, key=lambda t: t["first_frame"] - t["last_frame"])[:_MOST_ROWS]
    return sorted(by_length, key=lambda t: t["first_frame"])


def _cut(whole: tuple[float, float], guessed: Sequence[tuple[float, float]]) -> list[tuple[float, float, bool]]:
    """A track's time in parts that were seen and parts that were not."""
    parts, at = [], whole[0]
    for start, end in sorted(guessed):
        if start > at:
            parts.append((at, start, False))
        parts.append((start, end, True))
        at = end
    if whole[1] > at:
        parts.append((at, whole[1], False))
    return parts


def _joined(
    report: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], reason: Reason, *, quiet: bool = False
) -> list[Mark]:
    """One mark for each place; reason: of the parts at one place."""
    spans = places.spans(report, parts)
    return [
        Mark(
            spans[group[0]][0],
            max(spans[each][1] for each in group),
            reason([parts[each] for each in group]),
            quiet,
        )
        for group in places.together(spans)
    ]
