"""Whom corrections spare is told apart from whom the search found in spite of everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from maskanyone.data import MENDED, SEEN, SPARED, Track
from maskanyone.proof import corrections
from maskanyone.proof.corrections import apart, audited, nameless
from maskanyone.proof.search import Finding
from tests.edit.written import track
from tests.proof.reports import correction

DONE = [{"number": 1}]


def found(frame: int, x: float = 100) -> Finding:
    return Finding(frame, (x, 50, x + 40, 100), 0.9, "MTCNN", 0.9)


def going(first: int, last: int, step: float) -> Track:
    """Somebody spared who goes so many px to the right in each frame."""
    still = track("a", first, last, state=SPARED)
    shift = np.arange(len(still), dtype=np.float32)[:, None] * np.array([step, 0, step, 0], np.float32)
    return replace(still, box=still.box + shift)


def audit(**values: Any) -> dict[str, Any]:
    """What a search tells that found nobody but those given here."""
    bound = {"checks": 20, "people": 20, "recall": 1.0, "rate": 0.15, "verdict": "Nobody."}
    return {"left": [], "perhaps": [], "bound": bound, "hidden_afterwards": 3} | values


def test_who_shows_where_a_hand_spares_is_told_apart() -> None:
    findings = [found(frame) for frame in range(10, 21)]
    assert apart(findings, [track("a", 5, 30, state=SPARED)]) == (findings, [])
    told = audited(audit(spared=[{}]), [], DONE)
    assert not isinstance(told, str)
    assert told["bound"]["verdict"] == "Whom corrections by hand spare shows. Of all others: nobody."


def test_who_shows_elsewhere_or_longer_is_left() -> None:
    there = track("a", 10, 30, state=SPARED)
    hidden = replace(there, state=np.where(there.frame < 20, SPARED, SEEN).astype(np.uint8))
    assert apart([found(9), found(10), found(31), found(12, 200)], [there]) == (
        [found(10)],
        [found(9), found(31), found(12, 200)],
    )
    assert apart([found(19), found(20)], [hidden]) == ([found(19)], [found(20)])
    told = audited(audit(left=[{}], spared=[{}]), [], DONE)
    assert not isinstance(told, str)
    assert told["bound"] == audit()["bound"]


def test_who_stands_where_a_spared_person_only_passes_is_left() -> None:
    """In each frame it counts where she is in that frame."""
    standing, passing = [found(frame) for frame in range(20)], [found(frame, 100 + 20 * frame) for frame in range(20)]
    spared, others = apart([*standing, *passing], [going(0, 19, 20)])
    assert spared == [*standing[:2], *passing]
    assert others == standing[2:]


def test_without_corrections_the_search_is_told_as_it_was() -> None:
    given = audit(left=[{}])
    assert audited(given, [track("a", 0, 9)], ()) is given
    assert audited("not done", [track("a", 0, 9, state=SPARED)], DONE) == "not done"


def test_only_what_stays_hidden_counts_as_hidden_afterwards() -> None:
    tracks = [track("a", 0, 9, state=MENDED), track("b", 0, 9, state=SPARED), track("c", 0, 9)]
    told = audited(audit(), tracks, DONE)
    assert not isinstance(told, str)
    assert told["hidden_afterwards"] == 1


def test_a_correction_is_told_with_its_times_and_without_names_where_these_may_not_be() -> None:
    plain = corrections.told(correction(1, "Moved."), lambda frame: frame / 10)
    assert (plain["author"], plain["reason"], plain["from_s"], plain["to_s"]) == ("R. Okafor", "a cup", 4.0, 4.9)
    assert "Okafor" not in str(nameless(plain))
    assert "a cup" not in str(nameless(plain))
    assert nameless(plain)["what"] == "Moved."
