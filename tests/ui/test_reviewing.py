"""A report as Review shows it: one number of places everywhere, and names of controls that exist."""

from __future__ import annotations

from typing import Any

import pytest

from maskanyone.proof import places
from maskanyone.recipe import DEFAULT, Recipe
from maskanyone.track import TrackParams
from maskanyone.ui import reviewing
from maskanyone.ui.words import review as words
from maskanyone.ui.words.runs import to_look_at


def stretch(first: int, last: int, **more: Any) -> dict[str, Any]:
    return {"first_frame": first, "last_frame": last, "from_s": first / 25, "to_s": last / 25, **more}


def weak(first: int, last: int, score: float = 0.2) -> dict[str, Any]:
    return stretch(first, last, best_score=score, frames={"seen": last - first + 1})


def report(**more: Any) -> dict[str, Any]:
    return {
        "source": {"first_frame_s": 0.0},
        "result": {"frames": 500, "seconds": 20.0},
        "recipe": Recipe.preset(DEFAULT).data(),
        "tracks": [],
        "to_look_at": [],
        "not_hidden": [],
        "nobody_found": [],
        "cuts": [],
    } | more


def test_what_lies_together_is_one_place_everywhere() -> None:
    guessed = [stretch(frame, frame + 4, reason="guessed") for frame in (0, 10, 100)]
    made = report(to_look_at=guessed, not_hidden=[weak(12, 40), weak(300, 310), weak(312, 320)])
    told = reviewing.drawn(made)
    assert len(told.left()) == len(told.marks) == places.number(made) == 3
    assert "3 to look at" in to_look_at(places.number(made))
    assert words.left(bare(), len(told.left()), told.weak(), told.shows(), [], 0) == (
        "3 places to look at, with 3 weak sights not hidden"
    )


@pytest.mark.parametrize(("frames", "fields"), [(2, ("start", "confirm")), (20, ("start",))])
def test_a_weak_sight_names_the_controls_that_hide_it(frames: int, fields: tuple[str, ...]) -> None:
    schema = TrackParams.model_json_schema()["properties"]
    (mark,) = reviewing.drawn(report(not_hidden=[weak(0, frames - 1)])).marks
    for field in ("start", "confirm"):
        assert (f"“{schema[field]['title']}”" in mark.reason) is (field in fields)


def test_where_nobody_was_found_is_told_and_reached_but_not_counted() -> None:
    empty = [stretch(frame, frame + 24) for frame in (0, 100, 200, 300, 400)]
    told = reviewing.drawn(report(nobody_found=empty, to_look_at=[stretch(150, 160, reason="guessed")]))
    assert [mark.quiet for mark in told.marks] == [True, True, False, True, True, True]
    assert len(told.left()) == 1
    assert told.clear == 125
    said = words.left(bare(125), 1, 0, 0, told.nobody(), told.clear)
    assert "125 frames (0:00 to 0:01, 0:04 to 0:05, 0:08 to 0:09 and 2 more)" in said


def test_a_report_of_an_earlier_version_is_shown() -> None:
    made = report(not_hidden=[weak(0, 9)])
    del made["nobody_found"]
    assert len(reviewing.drawn(made).marks) == 1


def bare(clear: int = 0) -> dict[str, Any]:
    return {"frames": 500, "faces": {"frames_hidden": 500 - clear, "frames_covered_wholly": 0}}
