"""When who was hidden, as bars for a drawing: pure geometry from a report's plain data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from maskanyone.written import clock

#: parts of the drawing's width; what is shorter is drawn as wide as one, and of several states in it the last of these
_COLUMNS = 480
_DOUBT = ("seen", "hinted", "placed", "filled", "followed", "guessed", "mended", "by hand", "spared")
MOST_ROWS = 16
#: rows that get the first letters, as the player's do
_FIRST = 8
#: px of the drawing, whose width is fixed: where bars begin, how long they may get, height of a row
LEFT, WIDTH, ROW, FOOT = 150.0, 520.0, 17.0, 18.0
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
_MOST_TICKS = 8
#: px, below which a pattern cannot be told from another
NARROW = 4.0
#: of people, with their letters (Okabe and Ito)
COLOURS = ("#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#F0E442", "#999999", "#D55E00", "#E69F00")


@dataclass(frozen=True)
class Bar:
    """x, width: px. state: of a track, or what a row is about. said: in words."""

    x: float
    width: float
    state: str
    said: str


@dataclass(frozen=True)
class Row:
    """letter, colour: of a track; empty for rows about the whole picture. y: px, of its middle."""

    letter: str
    label: str
    colour: str
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Timeline:
    """ticks: px and time in words. cuts: px. states: those that occur, for a legend. left_out: tracks without a row."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    cuts: tuple[float, ...]
    states: tuple[str, ...]
    height: float
    left_out: int


@dataclass(frozen=True)
class Scale:
    """Where frames lie in the drawing. start: s, of the first frame. seconds: length of the result."""

    frames: int
    start: float
    seconds: float

    def x(self, frame: float) -> float:
        """px, of a frame's beginning."""
        share = min(max(frame / max(1, self.frames), 0.0), 1.0)
        return round(LEFT + share * WIDTH, 2)

    def bars(self, parts: Sequence[tuple[Mapping[str, Any], str]]) -> Iterable[Bar]:
        """Spans with their states as bars that do not overlap; doubt is never hidden behind a sight."""
        columns: list[str] = [""] * _COLUMNS
        ranks = {state: rank for rank, state in enumerate(_DOUBT, 1)} | {"": 0}
        for span, state in parts:
            first = math.floor(int(span["first_frame"]) / max(1, self.frames) * _COLUMNS)
            stop = math.ceil((int(span["last_frame"]) + 1) / max(1, self.frames) * _COLUMNS)
            for at in range(max(0, min(first, _COLUMNS - 1)), min(max(stop, first + 1), _COLUMNS)):
                if ranks.get(state, 9) >= ranks.get(columns[at], 9):
                    columns[at] = state
        begin = 0
        for at in range(1, _COLUMNS + 1):
            if at == _COLUMNS or columns[at] != columns[begin]:
                if columns[begin]:
                    yield self._bar(begin, at, columns[begin])
                begin = at

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Whole times along the axis."""
        step = next((step for step in _STEPS if self.seconds / step <= _MOST_TICKS), self.seconds / _MOST_TICKS)
        if not step > 0:
            return ()
        first = math.ceil(self.start / step - 1e-9)
        count = math.floor((self.start + self.seconds) / step + 1e-9) - first + 1
        times = [(first + number) * step for number in range(min(count, _MOST_TICKS + 2))]
        return tuple(
            (self.x((time - self.start) / self.seconds * self.frames), moment(time) if step < 1 else clock(time))
            for time in times
        )

    def _bar(self, begin: int, stop: int, state: str) -> Bar:
        x, end = (round(LEFT + column / _COLUMNS * WIDTH, 2) for column in (begin, stop))
        times = (moment(self.start + column / _COLUMNS * self.seconds) for column in (begin, stop))
        return Bar(x, round(end - x, 2), state, f"{state}, about {' to '.join(times)}")


def letters(tracks: Sequence[Mapping[str, Any]]) -> list[str]:
    """A letter for each track: the longest eight get A to H in order of time, as in the player, the others go on."""
    order = sorted(range(len(tracks)), key=lambda at: _length(tracks[at]), reverse=True)
    first, rest = order[:_FIRST], order[_FIRST:]
    given = [""] * len(tracks)
    for group, start in ((first, 0), (rest, len(first))):
        for number, at in enumerate(sorted(group, key=lambda at: int(tracks[at]["first_frame"])), start):
            given[at] = _letter(number)
    return given


def colour(letter: str) -> str:
    """The colour that goes with a letter."""
    return COLOURS[(ord(letter[-1]) - ord("A")) % len(COLOURS)]


def timeline(
    tracks: Sequence[Mapping[str, Any]],
    stretches: Sequence[Mapping[str, Any]],
    others: Mapping[str, Sequence[Mapping[str, Any]]],
    cuts: Iterable[int],
    scale: Scale,
) -> Timeline:
    """Rows of the longest tracks in the order of their letters, then one for each of ``others`` that has any.

    Args:
        tracks, stretches: as a report tells them; a stretch with ``track`` is of that track.
        others: spans (first_frame, last_frame) by what they are, which is also their state.
        cuts: frames.
    """
    named = sorted(zip(letters(tracks), tracks, strict=True), key=lambda pair: (len(pair[0]), pair[0]))
    longest = sorted(named, key=lambda pair: _length(pair[1]), reverse=True)[:MOST_ROWS]
    rows = [
        (letter, str(track["kind"]), colour(letter), _parts(track, stretches))
        for letter, track in named
        if any(track is other for _, other in longest)
    ]
    rows += [("", name, "", [(span, name) for span in spans]) for name, spans in others.items() if spans]
    drawn = tuple(
        Row(letter, label, tint, round((number + 0.5) * ROW, 2), tuple(scale.bars(parts)))
        for number, (letter, label, tint, parts) in enumerate(rows)
    )
    states = dict.fromkeys(bar.state for row in drawn if row.letter for bar in row.bars)
    return Timeline(
        drawn,
        scale.ticks(),
        tuple(dict.fromkeys(scale.x(cut) for cut in cuts)),
        tuple(state for state in _DOUBT if state in states),
        len(drawn) * ROW + FOOT,
        len(named) - len(longest),
    )


def moment(seconds: float) -> str:
    """A position to a tenth of a second: 2:05.4."""
    tenths = math.floor(abs(seconds) * 10 + 0.5)
    return f"{'-' if seconds < 0 and tenths else ''}{clock(tenths // 10)}.{tenths % 10}"


def _parts(track: Mapping[str, Any], stretches: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    own = [(part, str(part.get("state"))) for part in stretches if part.get("track") == track["id"]]
    return [(track, "seen"), *own]


def _length(track: Mapping[str, Any]) -> int:
    return int(track["last_frame"]) - int(track["first_frame"])


def _letter(number: int) -> str:
    """A to Z, AA to AZ, BA ..."""
    return ("" if number < 26 else _letter(number // 26 - 1)) + ascii_uppercase[number % 26]
