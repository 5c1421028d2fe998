"""Original and result in step, above a timeline of people, cuts and what wants a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from maskanyone.ui.component import declared
from maskanyone.ui.words.player import WORDS


@dataclass(frozen=True)
class Mark:
    """A stretch that wants a look. start, end: seconds. reason: a sentence.

    quiet: nothing is in doubt there, but she may want to go there: it is not counted and looks different.
    number: its place in the queue, from 1; by time where it is 0. looked: somebody has looked at it.
    at: seconds, where it wants a look most; its start unless given.
    """

    start: float
    end: float
    reason: str
    quiet: bool = False
    number: int = 0
    looked: bool = False
    at: float | None = None


@dataclass(frozen=True)
class Row:
    """Where a person is hidden. letter: one capital, it gives the colour. spans: start, end (seconds), guessed."""

    letter: str
    name: str
    spans: Sequence[tuple[float, float, bool]]


@dataclass(frozen=True)
class Stood:
    """time: seconds. number: of the mark there, 0 where there is none or it has no number."""

    time: float
    number: int


def player(
    *,
    key: str,
    original: str,
    result: str,
    times: str,
    duration: float,
    view: Literal["side", "wipe", "result"] = "side",
    marks: Sequence[Mark] = (),
    rows: Sequence[Row] = (),
    cuts: Sequence[float] = (),
    start: float = 0.0,
    sent: int = 0,
    number: int = 0,
    tells: bool = True,
    aspect: float = 16 / 9,
) -> Stood | None:
    """Where she paused, stepped or jumped to last; None before that. Playing reruns nothing.

    Args:
        original, result: addresses of two videos on the same clock.
        times: address of a JSON list, the time of each frame in seconds, ascending.
        duration: of the result, seconds.
        start: where to stand first, seconds; a new value goes there.
        sent: how often she was sent to ``start``; a new number goes there again.
        number: of the mark to which she was sent.
        tells: say below the timeline which mark it stands at; else only of quiet ones.
        aspect: width by height of the picture as it is shown.
    """
    data = {
        "original": original,
        "result": result,
        "times": times,
        "duration": duration,
        "view": view,
        "marks": [asdict(mark) for mark in marks],
        "rows": [asdict(row) for row in rows],
        "cuts": list(cuts),
        "start": start,
        "sent": sent,
        "number": number,
        "tells": tells,
        "aspect": aspect,
        "words": WORDS,
    }
    made = declared(__file__, elements=True)
    stand = made(key=key, data=data, default={"stand": None}, on_stand_change=lambda: None).stand
    return None if stand is None else Stood(float(stand[0]), int(stand[1]))
