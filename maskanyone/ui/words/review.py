"""Words of the page Review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from maskanyone.proof.timeline import moment
from maskanyone.proof.wording import listed
from maskanyone.track import TrackParams
from maskanyone.ui.words.frame import MASK
from maskanyone.ui.words.mask import FINDING, FOLLOWING
from maskanyone.written import clock, counted

_MOST_TIMES, _MOST_NAMED = 3, 12
WHERE = f"the page {MASK} ({FINDING}, {FOLLOWING})"

EMPTY = "Nothing has been masked yet."
TO_MASK = "Choose what to hide"
RESULT = "Result"
VIEWS = {"side": "Side by side", "wipe": "Wipe", "result": "Result only"}
VIEW = "View"
DOWNLOAD = "Download the result"
REPORT = "Open the report"
STOP = "Stop"
NO_RESULT = "This result is not here any more. Mask its recording again."
GONE = "The run that was asked for has no result, or was deleted; the newest is shown."
NOBODY = "No face was found here: make sure that nobody is in it."
SHOW_NEW = "Show the newest"
COPY_FAILED = "The original cannot be played by your browser; the result plays."
COPY_COMING = "A copy of the original that your browser can play is being made; the result plays already."
#: why a place wants a look, by what its stretches are; others say it themselves
REASONS = {
    "seen": "Found by one detector at one size only.",
    "filled": "Lost for a moment; the place was filled in from before and after.",
    "guessed": "Not seen yet, or not any more; the place was guessed from the nearest sight.",
    "mended": "Found by the search of the result, and hidden only then.",
    "hinted": "Seen too faintly to count alone; a detector that looked closely agrees.",
    "followed": "Found by no detector; followed by what moves in the picture.",
    "by hand": "Hidden by hand.",
    "spared": "A correction by hand spares it: nothing is hidden here.",
    "shows": "The search of the result found somebody who shows.",
    "perhaps": "One detector alone takes this for a face; it shows.",
}
WELL, WELL_HELP = "Hidden well", "Nobody can be recognised here. The next one comes up."
NEXT = "Next"
NEXT_HELP = "Leave this one for later. What is hidden wrongly is corrected by a file: see docs/edits.md."
AGAIN = "Look at it again"
SHOW = "Show"
SIDES = {"original": "Original", "result": "Result"}
OTHERS, RISKIEST = "Also to look at", "the riskiest first"
RELEASE = "Release with report"
RELEASE_NOW, NOT_YET = "Release", "Not yet"
RELEASE_AGAIN, RELEASE_AGAIN_HELP = "Change", "Release it for others; the files are made anew."
LEVEL = "Who may have the result?"
NOT_PROTECTED = "What is not protected"
BY, BY_HELP = "Who looked it through (optional)", "Stands in the report, but not in the one to share."
ALL_THE_SAME = "I have looked there, and release it all the same."
ALL_THE_SAME_UNSEARCHED = "I have looked through all of it, and release it all the same."
FILES = "Download the report"
FILES_HELP = "The report with and without names, a paragraph for a paper, and the hash of every file."
SHORTCUT = "H"
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


def left(
    told: Mapping[str, Any], places: int, weak: int, shows: int, nobody: Sequence[tuple[float, float]], clear: int
) -> str:
    """What is to be looked at.

    places, weak, shows: how many of the player's marks are left, weak sights in them, and marks in which the search
    found somebody who shows. nobody: when nobody was found, s. clear: in how many frames.
    """
    parts = [f"somebody shows in {counted(shows, 'place')}"] if shows else []
    if places:
        more = f", with {counted(weak, 'weak sight')} not hidden" if weak else ""
        parts.append(f"{counted(places, 'place')} to look at{more}")
    if number := told.get("faults"):
        parts.append(f"{counted(number, 'fault')} while masking")
    if clear and told["faces"]["frames_hidden"]:
        where = f"{counted(clear, 'frame')}{times(nobody)}"
        parts.append(f"no face was found in {where}: make sure that nobody is in them")
    said = " · ".join(parts)
    return f"{said[:1].upper()}{said[1:]}"


def unsearched(why: str) -> str:
    """why: as the report says it, for instance ``not done``."""
    return f"The search of the result was {why}: whom every detector missed would show."


def place(number: int, total: int) -> str:
    return f"{number:,} of {total:,}"


def span(start: float, end: float) -> str:
    """``2:08 to 2:21``; tenths of a second where it is short."""
    says = moment if end - start < 1 else clock
    return " to ".join(dict.fromkeys((says(start), says(end))))


def all_looked_at(number: int) -> str:
    return f"You have looked at {'the one place' if number == 1 else f'all {number:,} places'}."


def looked_at(when: str) -> str:
    return f"Looked at {when}"


def looked_at_number(number: int) -> str:
    return f"{number:,} looked at"


def show_more(number: int) -> str:
    return f"Show more, {number:,} are left"


def left_before(number: int) -> str:
    return f"{counted(number, 'place is', 'places are')} left before you can release it."


def released(title: str, when: str) -> str:
    return f"Released {when}: {title}"


def somebody_shows(spans: Sequence[tuple[float, float]]) -> str:
    told = [span(*each) for each in spans[:_MOST_NAMED]]
    more = [f"{len(spans) - _MOST_NAMED} more places"] if len(spans) > _MOST_NAMED else []
    return f"The search of the result found somebody who shows: {listed([*told, *more])}."


def times(spans: Sequence[tuple[float, float]]) -> str:
    """`` (0:05 to 0:07, 0:31 and 2 more)``: a few of them; nothing for none."""
    told = [" to ".join(dict.fromkeys((clock(start), clock(end)))) for start, end in spans[:_MOST_TIMES]]
    more = f" and {len(spans) - _MOST_TIMES} more" if len(spans) > _MOST_TIMES else ""
    return f" ({', '.join(told)}{more})" if told else ""


def seen_weakly(number: int, score: float, fields: Sequence[str]) -> str:
    """Sights that were not believed. fields: of ``TrackParams``, those that they did not reach."""
    least = " and ".join(f"“{TrackParams.model_fields[field].title}”" for field in fields)
    what = "Perhaps a face, not hidden" if number == 1 else f"Perhaps faces, {number} weak sights not hidden"
    return f"{what} (best score {score:.2f}); to hide {'it' if number == 1 else 'them'}, lower {least} on {WHERE}."


def result(name: str, number: int, title: str) -> str:
    """A result in the list. number: which of its recording's results; 0 where there is one only."""
    return f"{name}{f', result {number}' if number else ''} · {title}"


def new(number: int) -> str:
    return counted(number, "new result")


def person(kind: str, number: int) -> str:
    return f"{kind.capitalize()} {number}"
