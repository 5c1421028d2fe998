"""What the page Review shows of a finished run: its report as marks, rows and cuts of the player."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskanyone.data import SEEN, STATES
from maskanyone.proof import places
from maskanyone.proof.places import Place
from maskanyone.proof.timeline import letters
from maskanyone.store import files, runs
from maskanyone.store.tables import REPORT, Job
from maskanyone.track import TrackParams
from maskanyone.ui.player import Mark, Row
from maskanyone.ui.words import review as words
from maskanyone.written import counted

#: letters of the tracks that have a row, the longest ones
_FIRST = tuple("ABCDEFGH")


@dataclass(frozen=True)
class Entry:
    """A place in the queue. number: from 1, the riskiest first. reason: a sentence. letters: of the people in it.

    at: s from the result's first frame, where it wants a look most. looked: when somebody looked, s since 1970.
    """

    number: int
    place: Place
    reason: str
    letters: tuple[str, ...]
    at: float
    looked: float | None


@dataclass(frozen=True)
class Told:
    """A report as the player draws it; seconds from the result's first frame. queue: the riskiest first.

    clear: frames in which nobody was found.
    """

    queue: tuple[Entry, ...]
    marks: tuple[Mark, ...]
    rows: tuple[Row, ...]
    cuts: tuple[float, ...]
    clear: int = 0

    def left(self) -> list[Entry]:
        """The places that still want a look."""
        return [entry for entry in self.queue if entry.looked is None]

    def weak(self) -> int:
        """How many sights that were not hidden are in them."""
        return sum(part["kind"] == places.WEAK for entry in self.left() for part in entry.place.parts)

    def shows(self) -> int:
        """In how many of them the search found somebody who shows."""
        return sum(entry.place.shows for entry in self.left())

    def entry(self, key: str) -> Entry | None:
        """The place with this key."""
        return next((entry for entry in self.queue if entry.place.key == key), None)

    def after(self, number: int) -> Entry | None:
        """The next place in the queue that wants a look; from its end it goes on at its front."""
        left = self.left()
        return next((entry for entry in left if entry.number > number), left[0] if left else None)

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


def drawn(report: Mapping[str, Any], looked: Mapping[str, float] | None = None) -> Told:
    """Queue, marks, rows and cuts of a report. looked: when somebody looked at a place, s since 1970, by its key."""
    a_frame = report["result"]["seconds"] / max(1, report["result"]["frames"])
    queue = _queue(report, looked or {})
    marks = [
        Mark(each.place.start, each.place.end, each.reason, False, each.number, each.looked is not None, each.at)
        for each in queue
    ]
    nobody = report.get("nobody_found", [])
    clear = sum(run["last_frame"] + 1 - run["first_frame"] for run in nobody)
    empty = places.spans(report, nobody)
    marks += [
        Mark(empty[group[0]][0], max(empty[each][1] for each in group), words.NOBODY, quiet=True)
        for group in places.together(empty)
    ]
    marks.sort(key=lambda mark: mark.start)
    return Told(tuple(queue), tuple(marks), tuple(_rows(report)), tuple(cut * a_frame for cut in report["cuts"]), clear)


def _queue(report: Mapping[str, Any], looked: Mapping[str, float]) -> list[Entry]:
    known = {name: value for name, value in report["recipe"]["track"].items() if name in TrackParams.model_fields}
    track = TrackParams(**known)
    tracks = report["tracks"]
    by_id = {track["id"]: letter for track, letter in zip(tracks, letters(tracks), strict=True)}
    return [
        Entry(
            number,
            place,
            _reason(place.parts, track),
            tuple(dict.fromkeys(by_id[each] for each in place.tracks if each in by_id)),
            places.worst(report, place.parts[0])[0],
            looked.get(place.key),
        )
        for number, place in enumerate(places.queue(report), 1)
    ]


def _rows(report: Mapping[str, Any]) -> list[Row]:
    """The longest tracks, in order of time."""
    some = [part for part in places.stretches(report) if part["kind"] in STATES and part["kind"] != STATES[SEEN]]
    guessed: dict[str, list[tuple[float, float]]] = {}
    for part, span in zip(some, places.spans(report, some), strict=True):
        guessed.setdefault(part["track"], []).append(span)
    tracks = report["tracks"]
    named = sorted(zip(letters(tracks), places.spans(report, tracks), tracks, strict=True), key=lambda row: row[:2])
    shown = [row for row in named if row[0] in _FIRST]
    return [
        Row(letter, words.person(track["kind"], place), _cut(span, guessed.get(track["id"], [])))
        for place, (letter, span, track) in enumerate(shown, 1)
    ]


def _reason(parts: Sequence[Mapping[str, Any]], track: TrackParams) -> str:
    """Why a place wants a look; weak sights in it are told once."""
    told = dict.fromkeys(_why(part) for part in parts if part["kind"] != places.WEAK)
    weak = [part for part in parts if part["kind"] == places.WEAK]
    if weak:
        best = max(part["best_score"] or 0.0 for part in weak)
        missed = {field for part in weak for field in _missed(part, track)}
        told[words.seen_weakly(len(weak), best, sorted(missed, reverse=True))] = None
    more = f" ({counted(len(parts), 'stretch', 'stretches')})" if len(parts) > 1 else ""
    return f"{' '.join(told)}{more}"


def _why(part: Mapping[str, Any]) -> str:
    reason = str(part["reason"])
    return words.REASONS.get(part["kind"], f"{reason[:1].upper()}{reason[1:]}.")


def _missed(part: Mapping[str, Any], track: TrackParams) -> list[str]:
    """Which least scores kept a weak sight from being believed."""
    short = part["frames"].get(STATES[SEEN], 0) < track.short
    score = part["best_score"] or 0.0
    fields = [field for field in ("start", *(["confirm"] if short else [])) if score < getattr(track, field)]
    return fields or ["start"]


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
