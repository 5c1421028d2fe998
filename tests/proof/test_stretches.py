"""What of a result wants a look."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from maskanyone.data import Looks, Span
from maskanyone.proof import places
from maskanyone.proof.report import _nobody
from maskanyone.proof.stretches import stretch, stretches

FRAMES = 40


def facts(ran: list[int], blind: tuple[Span, ...] = (), broken: tuple[str, ...] = ()) -> Any:
    """A film without anybody, at every second frame of which one detector was asked."""
    asked, done = np.zeros((1, FRAMES), bool), np.zeros((1, FRAMES), bool)
    asked[0, ::2], done[0, ran] = True, True
    return SimpleNamespace(
        timeline=_Timeline(), looks=Looks(("one",), asked, done), blind=blind, broken=broken, tracks=(),
        shown_at=lambda frame: frame / 10,
    )  # fmt: skip


class _Timeline:
    lost = ()

    def __len__(self) -> int:
        return FRAMES


def test_where_a_detector_failed_somebody_may_show() -> None:
    ran = [at for at in range(0, FRAMES, 2) if not 10 <= at < 20]
    (found,) = stretches(facts(ran))
    assert (found["first_frame"], found["last_frame"], found["kind"]) == (10, 18, places.FAILED)
    assert found["reason"].startswith("one failed here")


def test_what_is_covered_for_it_shows_nobody() -> None:
    ran = [at for at in range(0, FRAMES, 2) if not 10 <= at < 20]
    (found,) = stretches(facts(ran, blind=(Span(9, 20),)))
    assert "whole picture covered" in found["reason"]


def test_where_faces_were_not_followed_all_wants_a_look_and_is_not_taken_for_covered() -> None:
    made = facts(list(range(0, FRAMES, 2)), broken=("faces were not followed: OSError",))
    (found,) = stretches(made)
    assert (found["first_frame"], found["last_frame"], found["kind"]) == (0, FRAMES - 1, places.FAILED)
    assert [run["last_frame"] for run in _nobody(made, (), [found])] == [FRAMES - 1]


def test_failures_are_places_of_their_own() -> None:
    made = facts(list(range(0, FRAMES, 2)), broken=("faces were not followed",))
    told = {
        "to_look_at": [*stretches(made), stretch(made, Span(3, 5), "covered")],
        "not_hidden": [], "source": {"first_frame_s": 0.0}, "result": {"seconds": 4.0, "frames": FRAMES},
    }  # fmt: skip
    assert [place.kind for place in places.queue(told)] == [places.FAILED, places.COVERED]
