"""A user's own presets are kept, renamed, brought in and deleted; the built-in ones stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maskanyone import folders
from maskanyone.errors import BadRecipe
from maskanyone.recipe import Recipe
from maskanyone.store import presets


def plain() -> dict[str, object]:
    return Recipe.preset("faces").data()


def own() -> dict[str, str]:
    return {preset.id: preset.recipe.name for preset in presets.listed()[0] if preset.own}


def test_a_preset_is_kept_under_its_title_and_can_be_named_by_its_id():
    kept = presets.keep(plain(), "  Gesture study 2 ")
    assert (kept, own()) == ("gesture-study-2", {"gesture-study-2": "Gesture study 2"})
    assert Recipe.preset(kept).data() == plain() | {"name": "Gesture study 2"}


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Études", "etudes"),
        ("研究", "preset"),
        ("../../etc/passwd", "etc-passwd"),
        ("a" * 200, "a" * 60),
        ("CON.", "con"),
    ],
)
def test_any_title_gives_a_harmless_file(title: str, stem: str):
    assert presets.keep(plain(), title) == stem
    assert [path.name for path in folders.presets().iterdir()] == [f"{stem}.json"]


def test_a_title_is_given_once():
    presets.keep(plain(), "Mine")
    presets.keep(plain(), "Other")
    for again in (lambda: presets.keep(plain(), " mine "), lambda: presets.rename("other", "MINE")):
        with pytest.raises(BadRecipe, match="is the name of another preset"):
            again()
    assert presets.rename("mine", "mine") == "mine-2"  # its own may be written otherwise
    made = presets.bring_in(json.dumps(plain() | {"name": "Other"}).encode(), "other.json")
    assert Recipe.preset(made).name == "Other (2)"


def test_a_preset_is_known_by_its_title_too():
    kept = presets.keep(plain(), "Gesture study")
    assert Recipe.preset("gesture STUDY") == Recipe.preset(kept)
    with pytest.raises(BadRecipe, match="no preset of that name"):
        Recipe.preset("gesture")


def test_no_title_of_ours_hides_a_built_in_one():
    assert presets.keep(plain(), "faces") == "faces-2"
    assert not next(preset for preset in presets.listed()[0] if preset.id == "faces").own


@pytest.mark.parametrize("title", ["", "   "])
def test_without_a_title_it_is_refused(title: str):
    with pytest.raises(BadRecipe, match="no name"):
        presets.keep(plain(), title)


def test_a_recipe_that_cannot_be_followed_is_refused_and_leaves_nothing():
    with pytest.raises(BadRecipe):
        presets.keep(
            {"format": 1, "people": [{"who": "everyone", "hide": [{"target": "face", "method": "none"}]}]}, "A"
        )
    assert list(folders.presets().iterdir()) == []


def test_one_that_was_handed_out_can_be_brought_in():
    data = (folders.presets() / f"{presets.keep(plain(), 'Mine')}.json").read_bytes()
    presets.delete("mine")
    assert own() == {}
    assert presets.bring_in(data, "anything.json") == "mine"
    assert own() == {"mine": "Mine"}


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"no json", b"[]", b'"text"', b"{}", b"[" * 100_000, b'{"format": 99}'],
    ids=["nothing", "bytes", "words", "list", "text", "empty", "deep", "other format"],
)  # fmt: skip
def test_what_is_no_recipe_is_refused_with_a_sentence(data: bytes):
    with pytest.raises(BadRecipe, match=r"^(bad\.json|recipe)[:,] .*\. [A-Z]"):
        presets.bring_in(data, "bad.json")
    assert own() == {}


def test_one_gets_another_title():
    presets.keep(plain(), "Old")
    assert presets.rename("old", "New") == "new"
    assert own() == {"new": "New"}


@pytest.mark.parametrize("preset", ["faces", "none", "../faces"])
def test_only_ones_own_are_renamed_and_deleted(preset: str):
    for change in (lambda: presets.delete(preset), lambda: presets.rename(preset, "New")):
        with pytest.raises(BadRecipe, match="not a preset of yours"):
            change()
    assert "faces" in {known.id for known in presets.listed()[0]}


def test_one_that_somebody_spoiled_is_told_and_the_others_stay(data: Path):
    presets.keep(plain(), "Good")
    (data / "presets" / "bad.json").write_text("{")
    good, bad = presets.listed()
    assert "good" in {preset.id for preset in good}
    assert len(bad) == 1 and "bad" in bad[0]
