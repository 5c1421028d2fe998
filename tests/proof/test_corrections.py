"""Whom corrections spare is told apart from whom the search found in spite of everything."""

from __future__ import annotations

from typing import Any

from maskanyone.data import MENDED, SPARED, Track
from maskanyone.proof.corrections import audited, nameless, told
from tests.edit.written import FACE, track
from tests.proof.reports import correction

DONE = [{"number": 1}]


def place(first: int, last: int, box: tuple[float, ...] = FACE) -> dict[str, Any]:
    return {"first_frame": first, "last_frame": last, "box": list(box), "shows": 0.9, "by": ["MTCNN"]}


def audit(*left: dict[str, Any]) -> dict[str, Any]:
    bound = {
        "checks": 20,
        "people": 20,
        "recall": 1.0,
        "rate": 0.15,
        "verdict": "Somebody shows in the result; no bound can be given.",
    }
    return {"left": list(left), "perhaps": [], "bound": bound, "hidden_afterwards": 3}


def after(tracks: list[Track], *left: dict[str, Any]) -> Any:
    return audited(audit(*left), tracks, DONE)


def test_who_shows_where_a_hand_spares_is_told_apart() -> None:
    given = audited(audit(place(10, 20)), [track("a", 5, 30, state=SPARED)], DONE)
    assert not isinstance(given, str)
    assert (given["left"], given["spared"]) == ([], [place(10, 20)])
    assert given["bound"]["verdict"].startswith("Whom corrections by hand spare shows. Of all others: with 95 %")


def test_who_shows_elsewhere_or_longer_is_left() -> None:
    spared = [track("a", 10, 30, state=SPARED)]
    for other in (place(5, 20), place(20, 31), place(12, 20, (200, 50, 240, 100))):
        given = after(spared, place(12, 20), other)
        assert (given["left"], given["spared"]) == ([other], [place(12, 20)])
        assert given["bound"]["verdict"] == audit()["bound"]["verdict"]


def test_without_corrections_the_search_is_told_as_it_was() -> None:
    given = audit(place(1, 2))
    assert audited(given, [track("a", 0, 9)], ()) is given
    assert audited("not done", [track("a", 0, 9, state=SPARED)], DONE) == "not done"


def test_only_what_stays_hidden_counts_as_hidden_afterwards() -> None:
    tracks = [track("a", 0, 9, state=MENDED), track("b", 0, 9, state=SPARED), track("c", 0, 9)]
    assert after(tracks)["hidden_afterwards"] == 1


def test_a_correction_is_told_with_its_times_and_without_names_where_these_may_not_be() -> None:
    plain = told(correction(1, "Moved."), lambda frame: frame / 10)
    assert (plain["author"], plain["reason"], plain["from_s"], plain["to_s"]) == ("R. Okafor", "a cup", 4.0, 4.9)
    assert "Okafor" not in str(nameless(plain))
    assert "a cup" not in str(nameless(plain))
    assert nameless(plain)["what"] == "Moved."
