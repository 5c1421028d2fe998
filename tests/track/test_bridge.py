"""Whoever stands at one place before and after a short shot is hidden in it."""

from __future__ import annotations

import pytest

from maskanyone.data import FILLED
from maskanyone.track import bridged

from .films import box, facts

CUTS = (10, 20)


def parted(x: float = 300, cuts: tuple[int, ...] = CUTS, rate: float = 25) -> tuple[int, list[tuple[int, int, str]]]:
    """How many tracks there are, and first and last frame of those that are added. x: where somebody stands then."""
    rows = [(frame, box(300, 150), 0.9, 0) for frame in range(cuts[0])]
    rows += [(frame, box(x, 150), 0.9, 0) for frame in range(cuts[-1], 40)]
    film = facts(rows, 40, rate, cuts=cuts)
    tracks = film.link().tracks
    more = bridged(tracks, cuts, film.times, 1.0)
    assert more[: len(tracks)] == tracks
    added = more[len(tracks) :]
    assert all((track.state == FILLED).all() for track in added)
    return len(tracks), [(int(track.frame[0]), int(track.frame[-1]), track.id) for track in added]


def test_the_shot_between_is_filled() -> None:
    tracks, added = parted()
    assert tracks == 2
    assert [each[:2] for each in added] == [(10, 19)]
    assert parted(310)[1]


@pytest.mark.parametrize(("x", "cuts", "rate"), [(350, CUTS, 25), (300, CUTS, 5), (300, (10,), 25)])
def test_nobody_is_added_elsewhere_nor_for_long_nor_at_a_single_cut(
    x: float, cuts: tuple[int, ...], rate: float
) -> None:
    assert not parted(x, cuts, rate)[1]


def test_of_two_later_ones_the_next_counts() -> None:
    rows = [(frame, box(300, 150), 0.9, 0) for frame in (*range(20), *range(40, 60), *range(80, 100))]
    film = facts(rows, 100, 25, cuts=(20, 40, 60, 80))
    tracks = film.link().tracks
    added = bridged(tracks, (20, 40, 60, 80), film.times, 1.0)[len(tracks) :]
    assert [(int(track.frame[0]), int(track.frame[-1])) for track in added] == [(20, 39), (60, 79)]
