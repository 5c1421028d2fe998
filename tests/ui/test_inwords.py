"""A recipe's settings in words, and what a recipe on the page is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from maskanyone.recipe import Recipe
from maskanyone.store import presets
from maskanyone.ui import inwords, recipes
from maskanyone.ui.words import mask as words

OWNER = "local"


@pytest.fixture(autouse=True)
def own(data: Path) -> None:
    """Each test has its own data folder."""


def test_a_preset_says_its_steps_and_no_default() -> None:
    told = inwords.lines(Recipe.preset("faces").data())
    assert told[:2] == ["Face: solid fill", "Voice removed"]
    assert not [line for line in told if line.startswith((words.FILE, words.FOLLOWING))]


def test_what_was_changed_is_said_under_its_title_and_in_its_unit() -> None:
    changed = ["hide.face.margin=0.5", "output.crf=25", "track.smooth=0.4"]
    told = inwords.lines(Recipe.preset("faces").with_values(changed).data())
    assert told[0] == "Face: solid fill, margin 50 %"
    assert told[-2:] == ["Following people: smoothing 0.4 s", "File: quality 25"]


def test_settings_of_ones_own_preset_bear_its_name() -> None:
    changed = Recipe.preset("faces").with_values(["hide.face.margin=0.5"]).data()
    assert recipes.change(OWNER, changed).name == words.OWN
    kept = presets.keep(changed, "Gesture study")
    made = recipes.change(OWNER, recipes.current(OWNER)[0])
    assert (made.name, recipes.current(OWNER)[1]) == ("Gesture study", kept)
    recipes.use(OWNER, changed)
    assert recipes.waiting(OWNER) == "Gesture study"
