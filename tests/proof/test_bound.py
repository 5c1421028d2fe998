"""What a search that found nothing shows."""

from __future__ import annotations

import pytest

from maskanyone.proof.bound import bound


def test_the_rule_of_three_with_the_searchers_own_recall() -> None:
    told = bound(300, 300, 240)
    assert told.recall == 0.8
    assert told.rate == pytest.approx(3 / 240)
    assert "1.2 %" in told.told(False) or "1.2%" in told.told(False)


@pytest.mark.parametrize(("checks", "found"), [(100, 49), (2, 2), (3, 3)])
def test_few_checks_or_poor_searchers_prove_nothing(checks: int, found: int) -> None:
    told = bound(checks, checks, found)
    assert told.rate is None
    assert told.told(False).startswith("Too little to prove")


def test_without_people_nothing_is_proven() -> None:
    assert bound(0, 0, 0).rate is None
    assert "nothing is proven" in bound(0, 0, 0).told(False)


def test_a_finding_leaves_no_bound() -> None:
    assert "no bound" in bound(300, 300, 300).told(True)


def test_a_bound_says_what_it_rests_on() -> None:
    assert "if nobody is in 2 places of which" in bound(300, 300, 300).told(False, 2)
    assert "nobody is in" not in bound(300, 300, 300).told(False)


def test_the_recall_of_some_people_is_taken_for_that_of_all() -> None:
    told = bound(3000, 60, 45)
    assert told.rate == pytest.approx(3 / (3000 * 0.75))
    assert "75% of 60" in told.told(False)
