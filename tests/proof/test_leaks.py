"""Findings of single frames, gathered."""

from __future__ import annotations

import time

from maskanyone.proof.leaks import leaks
from maskanyone.proof.search import Finding


def found(frame: int, x: float = 0, by: str = "one", *, shows: float = 1, sure: bool = True) -> Finding:
    return Finding(frame, (x, 0, x + 10, 10), 0.9, by, shows, sure)


def test_one_place_over_time_is_one_leak() -> None:
    (leak,) = leaks([found(3), found(4, 2, "other", shows=0.6), found(7)])
    assert (leak.first, leak.last, leak.by, leak.shows) == (3, 7, ("one", "other"), 1)
    assert leak.runs == ((3, 4), (7, 7))


def test_a_pause_or_another_place_is_another_leak() -> None:
    told = leaks([found(3), found(9), found(3, 50)])
    assert [(leak.first, leak.last, leak.box[0]) for leak in told] == [(3, 3, 0), (3, 3, 50), (9, 9, 0)]


def test_who_stays_while_another_goes_is_one_leak() -> None:
    told = leaks([found(3), *(found(frame, 50) for frame in range(3, 12))])
    assert [(leak.first, leak.last, leak.box[0]) for leak in told] == [(3, 3, 0), (3, 11, 50)]


def test_sure_where_any_of_it_is() -> None:
    assert leaks([found(3, sure=False), found(4)])[0].sure
    assert not leaks([found(3, sure=False)])[0].sure


def test_nothing_found() -> None:
    assert leaks([]) == []


def test_many_at_once_take_no_longer_each() -> None:
    """As of a crowd that nobody has hidden."""
    findings = [found(frame, 30 * who) for frame in range(6) for who in range(1000)]
    began = time.process_time()
    told = leaks(findings)
    assert time.process_time() - began < 4
    assert len(told) == 1000
    assert {leak.runs for leak in told} == {((0, 5),)}
