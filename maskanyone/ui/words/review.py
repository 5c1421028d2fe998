"""Words of the page Review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maskanyone.written import counted

EMPTY = "Nothing has been masked yet."
TO_MASK = "Choose what to hide"
RESULT = "Result"
VIEWS = {"side": "Side by side", "wipe": "Wipe", "result": "Result only"}
VIEW = "View"
DOWNLOAD = "Download the result"
REPORT = "Report"
STOP = "Stop"
NO_RESULT = "This result is not here any more. Mask its recording again."
GONE = "The run that was asked for has no result, or was deleted; the newest is shown."
COPY_FAILED = "The original cannot be played by your browser; the result plays."
COPY_COMING = "A copy of the original that your browser can play is being made; the result plays already."
KEPT = "Voice kept: it identifies a person."


def more(number: int) -> str:
    return f"and {number} more in line"


def verdict(told: Mapping[str, Any]) -> str:
    """What a run has done, in one sentence."""
    faces, frames = told["faces"], told["frames"]
    hidden, covered = faces["frames_hidden"], faces["frames_covered_wholly"]
    if not hidden and not covered:
        return f"Nothing is hidden: no face was found in {counted(frames, 'frame')}."
    where = f"all {frames:,} frames" if hidden == frames else f"{hidden:,} of {counted(frames, 'frame')}"
    most = faces["most_at_once"]
    who = "One face is hidden" if most == 1 else f"Up to {most} faces at once are hidden"
    more = f" {counted(covered, 'frame')} covered wholly." if covered else ""
    return f"{who} in {where}.{more}"


def left(told: Mapping[str, Any]) -> str:
    """What is to be looked at."""
    parts = []
    if number := told.get("to_look_at"):
        parts.append(f"{counted(number, 'stretch', 'stretches')} to look at")
    if number := told.get("not_hidden"):
        parts.append(f"{counted(number, 'weak sight')} not hidden")
    if number := told.get("faults"):
        parts.append(f"{counted(number, 'fault')} covered")
    faces = told["faces"]
    clear = told["frames"] - faces["frames_hidden"] - faces["frames_covered_wholly"]
    if clear > 0 and faces["frames_hidden"]:
        parts.append(f"no face was found in {counted(clear, 'frame')}: make sure that nobody is in them")
    return " · ".join(parts)


def seen_weakly(score: float | None) -> str:
    return f"Perhaps a face, not hidden (best score {score or 0:.2f}); lower Finding, Believe from, to hide it"


def person(kind: str, number: int) -> str:
    return f"{kind.capitalize()} {number}"
