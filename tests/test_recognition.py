"""The figures of the benchmark of attackers, on scores whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.recognition import Backend, eer, ignorant, parrot, rank1, verification, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 23, 0.0077, 0.2099)],
)
def test_wilson_gives_the_published_limits(hits, n, low, high):
    assert wilson(hits / n, n) == pytest.approx((low, high), abs=2e-4)


def test_equal_error_rate_of_apart_alike_and_crossed_scores():
    assert eer(np.array([0.8, 0.9]), np.array([0.1, 0.2, 0.3])) == 0
    assert eer(np.ones(5), np.ones(9)) == pytest.approx(0.5)
    assert eer(np.array([0.1, 0.2]), np.array([0.8, 0.9])) == 1
    assert eer(np.array([0.2, 0.6, 0.7, 0.9]), np.array([0.1, 0.3, 0.4, 0.8])) == pytest.approx(0.25)


def test_rank_one_shares_a_tie_and_counts_people():
    scores = np.array([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0], [0.2, 0.2, 0.2], [0.9, 0.1, 0.0]])
    figure = rank1(scores, np.array([0, 0, 1, 2]))
    assert figure.value == pytest.approx((1 + 1 / 2 + 1 / 3 + 0) / 4)
    assert figure.n == 3
    assert (figure.low, figure.high) == wilson(figure.value, 3)


def test_scores_that_say_nothing_are_chance():
    people = np.repeat(np.arange(4), 5)
    same = np.tile([3.0, 1.0, 2.0], (20, 1))
    for attacker in (ignorant, parrot):
        scores = attacker(same, people, same)
        assert rank1(scores, people).value == pytest.approx(1 / 4)
        figure = verification(scores, people, draws=50)
        assert (figure.value, figure.low, figure.high) == pytest.approx((0.5, 0.5, 0.5))


def test_the_parrot_learns_what_the_ignorant_attacker_misses():
    """People differ in two weak directions under a strong one that says nothing."""
    chance = np.random.default_rng(3)
    people = np.repeat(np.arange(4), 8)
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])[people]

    def seen():
        noise = chance.normal(0, 1, (32, 6)) * [8, 0.1, 0.1, 0.1, 0.1, 0.1]
        return noise + np.hstack([np.full((32, 1), 3.0), corners, np.zeros((32, 3))])

    gallery, probes = seen(), seen()
    blind, trained = (rank1(attacker(gallery, people, probes), people) for attacker in (ignorant, parrot))
    assert trained.value > max(0.7, blind.value + 0.2)


def test_a_bootstrap_gives_the_same_interval_each_time_and_holds_the_value():
    chance = np.random.default_rng(0)
    truth = np.repeat(np.arange(12), 5)
    scores = chance.normal(0, 1, (60, 12)) + 1.5 * (truth[:, None] == np.arange(12))
    one, other = (verification(scores, truth, draws=200) for _ in range(2))
    assert one == other
    assert one.low < one.value < one.high


def test_a_back_end_keeps_one_direction_fewer_than_people():
    chance = np.random.default_rng(1)
    backend = Backend.trained(chance.normal(0, 1, (20, 40)), np.repeat(np.arange(5), 4))
    assert backend.onto.shape == (40, 4)
