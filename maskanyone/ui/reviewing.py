"""What the page Review shows of a finished run: its report as marks, rows and cuts of the player."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskanyone.store import files, runs
from maskanyone.store.tables import REPORT, Job
from maskanyone.ui.player import Mark, Row
from maskanyone.ui.words import review as words
from maskanyone.written import counted

_MOST_ROWS, _LETTERS = 8, "ABCDEFGH"
#: seconds between two stretches that are looked at in one go
_TOGETHER = 1.0


@dataclass(frozen=True)
class Told:
    """A report as the player draws it; seconds from the result's first frame."""

    marks: tuple[Mark, ...]
    rows: tuple[Row, ...]
    cuts: tuple[float, ...]


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
    first, frames = report["source"]["first_frame_s"], max(1, report["result"]["frames"])
    a_frame = report["result"]["seconds"] / frames

    def span(part: Mapping[str, Any]) -> tuple[float, float]:
        return part["from_s"] - first, part["to_s"] - first + a_frame

    marks = [Mark(*span(part), f"{part['reason'][0].upper()}{part['reason'][1:]}") for part in report["to_look_at"]]
    marks += [Mark(*span(track), words.seen_weakly(track["best_score"])) for track in report["not_hidden"]]
    guessed: dict[str, list[tuple[float, float]]] = {}
    for part in report["to_look_at"]:
        guessed.setdefault(part.get("track", ""), []).append(span(part))
    rows = [
        Row(_LETTERS[place], words.person(track["kind"], place + 1), _cut(span(track), guessed.get(track["id"], [])))
        for place, track in enumerate(_longest(report["tracks"]))
    ]
    return Told(tuple(_merged(marks)), tuple(rows), tuple(cut * a_frame for cut in report["cuts"]))


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


def _merged(marks: Sequence[Mark]) -> list[Mark]:
    """Marks in order of time; those close together are one."""
    merged: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda each: each.start):
        if merged and mark.start - max(each.end for each in merged[-1]) < _TOGETHER:
            merged[-1].append(mark)
        else:
            merged.append([mark])
    return [_one(group) for group in merged]


def _one(group: Sequence[Mark]) -> Mark:
    reasons = dict.fromkeys(mark.reason for mark in group)
    told = f"{next(iter(reasons))}." if len(reasons) == 1 else f"{'. '.join(reasons)}."
    more = f" ({counted(len(group), 'stretch', 'stretches')})" if len(group) > 1 else ""
    return Mark(group[0].start, max(mark.end for mark in group), told + more)
