"""What wants a look most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maskanyone.data import FILLED, GUESSED, MENDED
from maskanyone.proof.risk import COVERED, risk, weak

sizes = st.floats(0, 5)
lengths = st.floats(0, 100)


@given(st.sampled_from([FILLED, GUESSED, MENDED]), lengths, sizes)
def test_a_rank_between_what_is_covered_and_one(state: int, seconds: float, size: float) -> None:
    assert COVERED < risk(state, seconds, size) <= 1


@given(lengths, lengths, sizes, sizes)
def test_longer_and_larger_is_never_less(a: float, b: float, small: float, large: float) -> None:
    for rank in (lambda t, s: risk(FILLED, t, s), lambda t, s: weak(0.2, t, s)):
        assert rank(min(a, b), min(small, large)) <= rank(max(a, b), max(small, large))


def test_what_the_search_found_comes_before_what_was_filled() -> None:
    assert risk(MENDED, 0.1, 0.1) > risk(FILLED, 0.1, 0.1) > risk(GUESSED, 0.1, 0.1)
