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
    """

    start: float
    end: float
    reason: str
    quiet: bool = False


@dataclass(frozen=True)
class Row:
    """Where a person is hidden. letter: one capital, it gives the colour. spans: start, end (seconds), guessed."""

    letter: str
    name: str
    spans: Sequence[tuple[float, float, bool]]


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
    aspect: float = 16 / 9,
) -> float | None:
    """The time in seconds where she paused, stepped or jumped to last; None before that. Playing reruns nothing.

    Args:
        original, result: addresses of two videos on the same clock.
        times: address of a JSON list, the time of each frame in seconds, ascending.
        duration: of the result, seconds.
        start: where to stand first, seconds; a new value goes there.
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
        "aspect": aspect,
        "words": WORDS,
    }
    state = declared(__file__, elements=True)(key=key, data=data, default={"time": None}, on_time_change=lambda: None)
    return None if state.time is None else float(state.time)
