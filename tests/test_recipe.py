"""Recipes: what is written is what is read, options reach every value, and nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone import folders, registry
from maskanyone.errors import BadRecipe
from maskanyone.recipe import DEFAULT, Recipe, presets

SOLID: dict[str, Any] = {"target": "face", "method": "hide.solid", "version": 1, "params": {}}
FACES = Recipe.parse({"people": [{"hide": [SOLID]}]})

every_preset = pytest.mark.parametrize("name", presets())


@every_preset
def test_every_preset_is_valid_and_says_what_becomes_of_the_voice(name: str) -> None:
    recipe = Recipe.preset(name)
    recipe.check()
    assert recipe.name
    assert recipe.description.endswith(".")
    assert recipe.sound, "the sound has no silent default"
    assert any(word in f"{recipe.name} {recipe.description}".lower() for word in ("voice", "sound"))
    assert recipe.keeps_sound() == ("kept" in recipe.name.lower())


@every_preset
def test_a_recipe_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    recipe = Recipe.preset(name)
    (tmp_path / "own.json").write_text(json.dumps(recipe.data()), "utf-8")
    again = Recipe.load(tmp_path / "own.json")
    assert again.data() == recipe.data()
    assert Recipe.parse(again.data()).data() == again.data()


@every_preset
def test_a_preset_s_file_names_nothing_but_what_it_means(name: str) -> None:
    """Each value in the file is the one that the recipe has, so no key is a slip of the pen."""
    plain, data = json.loads(presets()[name].read_text("utf-8")), Recipe.preset(name).data()
    assert holds(data, plain)


def holds(whole: Any, part: Any) -> bool:
    """Whether every value of ``part`` is in ``whole``, at the same place."""
    if isinstance(part, dict):
        return all(key in whole and holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


def test_the_default_is_the_first_preset_and_leaves_nothing_of_the_face() -> None:
    assert next(iter(presets())) == DEFAULT
    assert [registry.info(step.method).level for step in Recipe.preset(DEFAULT).hiding()] == ["gone"]
    assert not Recipe.preset(DEFAULT).keeps_sound()


def test_data_spells_out_every_value() -> None:
    """So it means the same when a later version has other defaults."""
    data = FACES.data()
    steps = [*data["people"][0]["hide"], *data["detect"], *data["sound"]]
    assert steps
    for step in steps:
        assert set(step["params"]) == set(registry.info(step["method"]).schema["properties"])
    assert data["track"]["before"] == 0.25
    assert data["output"]["crf"] == 18


def test_a_user_s_own_preset_goes_before_the_built_in_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MASKANYONE_DATA", str(tmp_path))
    own = FACES.data() | {"name": "Mine", "description": ""}
    for name in ("faces", "ours"):
        (folders.presets() / f"{name}.json").write_text(json.dumps(own), "utf-8")
    assert Recipe.preset("faces").name == Recipe.preset("ours").name == "Mine"
    assert set(presets()) > {"faces", "heads", "ours"}


def test_a_step_replaces_the_one_for_its_target_alone() -> None:
    both = FACES.with_steps(["head=blur"])
    assert [(step.target, step.method) for step in both.hiding()] == [("face", "hide.solid"), ("head", "hide.blur")]
    other = both.with_steps(["face=pixelate:strength=0.3"])
    assert [(step.target, step.method) for step in other.hiding()] == [("head", "hide.blur"), ("face", "hide.pixelate")]
    assert other.hiding()[1].params == {"strength": 0.3}
    assert FACES.hiding()[0].method == "hide.solid", "the recipe itself was changed"


def test_steps_alone_make_a_recipe_that_removes_the_sound() -> None:
    alone = Recipe.parse({"name": "Single steps"}, check=False).with_steps(["face=solid", "head=blur:shape=box"])
    assert [step.target for step in alone.hiding()] == ["face", "head"]
    assert not alone.keeps_sound()


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("face=solid", {}),
        ("face=hide.solid", {}),
        ("face=solid:colour=#ff00ff", {"colour": "#ff00ff"}),
        ("face=solid:colour=#ff00ff,margin=0.5,shape=box", {"colour": "#ff00ff", "margin": 0.5, "shape": "box"}),
        ("face=solid:", {}),
        ("face=solid:margin=1,", {"margin": 1}),
    ],
)
def test_a_step_is_read_as_target_method_and_values(text: str, params: dict[str, Any]) -> None:
    (step,) = FACES.with_steps([text]).hiding()
    assert (step.target, step.method, step.version, step.params) == ("face", "hide.solid", 1, params)


@pytest.mark.parametrize(
    "text", ["", "face", "=solid", "face=", "face:solid", "face=solid=x:y", "plate=solid", "face=x"]
)
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(BadRecipe):
        FACES.with_steps([text])


@pytest.mark.parametrize(
    ("setting", "place"),
    [
        ("hide.face.margin=0.5", ("people", 0, "hide", 0, "params", "margin", 0.5)),
        ("hide.face.colour=#00ff00", ("people", 0, "hide", 0, "params", "colour", "#00ff00")),
        ("output.crf=20", ("output", "crf", 20)),
        ("output.speed=fast", ("output", "speed", "fast")),
        ("track.before=1.5", ("track", "before", 1.5)),
        ("detect.centerface.threshold=0.4", ("detect", 1, "params", "threshold", 0.4)),
        ("seed=7", ("seed", 7)),
        (f"seed={2**53 - 1}", ("seed", 2**53 - 1)),
    ],
)
def test_a_setting_reaches_its_value_and_no_other(setting: str, place: tuple[Any, ...]) -> None:
    data, before = FACES.with_values([setting]).data(), FACES.data()
    *path, value = place
    for key in path[:-1]:
        data, before = data[key], before[key]
    assert data[path[-1]] == value
    assert before.pop(path[-1]) != data.pop(path[-1])
    assert data == before


def test_settings_apply_in_order_to_every_step_of_that_name() -> None:
    values = FACES.with_values(["detect.centerface.size=320", "detect.centerface.size=256"])
    sizes = {step.params["size"] for step in values.detect if step.method == "detect.centerface"}
    assert sizes == {256}


@pytest.mark.parametrize(
    "setting",
    [
        "", "=", "crf", "crf=1", "output=1", "output.crf", "output.crf=", "output.crf=1.5", "output.crf=-1",
        "output.crf=41", "output.version=2", "output.codec=vp9", "track.before=-1", "track.before=true?",
        "track.there=1", "hide.face=1", "hide.face.margin.more=1", "hide.head.margin=1", "hide.face.there=1",
        "detect.mtcnn.size=320", "detect.centerface.size=0", "sound.keep.volume=1", "people.who=1", "name=x",
        "seed=1.5", "seed=-1", f"seed={2**53}", "audit.there=1", "format=2",
    ],
)  # fmt: skip
def test_what_sets_nothing_or_too_much_is_refused(setting: str) -> None:
    with pytest.raises(BadRecipe):
        FACES.with_values([setting])


@pytest.mark.parametrize(
    ("setting", "near"),
    [
        ("hide.face.strenght=0.5", "hide.face.strength"), ("hide.faces.strength=0.5", "hide.face.strength"),
        ("hide.head.strength=0.5", "hide.face.strength"), ("face.strength=0.5", "hide.face.strength"),
        ("detect.centerface.treshold=0.1", "detect.centerface.threshold"), ("track.fil=1", "track.fill"),
        ("output.cfr=20", "output.crf"), ("outputs.crf=20", "output.crf"),
    ],
)  # fmt: skip
def test_a_misspelt_setting_is_told_with_the_nearest(setting: str, near: str) -> None:
    with pytest.raises(BadRecipe, match=rf"Did you mean {near}\?"):
        FACES.with_steps(["face=blur"]).with_values([setting])


def test_every_setting_of_the_documents_can_be_set() -> None:
    every = FACES.with_steps(["face=blur", "head=contours"])
    for name in ("hide.face.feather=0.1", "hide.head.width=0.02", "sound.remove.x=1", "track.cut_ratio=4", "seed=null"):
        assert ("sound" in name) == (refusal(every.with_values, [name]) != "Taken.")


@given(st.text(max_size=40))
def test_any_text_is_a_setting_or_is_refused(text: str) -> None:
    assert refusal(FACES.with_values, [text]).endswith(".")


@given(st.text(max_size=40))
def test_any_text_is_a_step_or_is_refused(text: str) -> None:
    assert refusal(FACES.with_steps, [text]).endswith(".")


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(FACES.data())), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(_json)
def test_any_json_is_a_recipe_or_is_refused(data: Any) -> None:
    assert refusal(lambda plain: Recipe.parse(plain).data(), data).endswith(".")


def refusal(read: Callable[[Any], object], given: Any) -> str:
    """The sentence with which this is refused; any other error is one of ours."""
    try:
        read(given)
    except BadRecipe as refused:
        return str(refused)
    return "Taken."


def test_the_sound_is_kept_or_removed_as_asked() -> None:
    kept = FACES.with_sound(True)
    assert kept.keeps_sound()
    assert not kept.with_sound(False).keeps_sound()
    assert not FACES.keeps_sound(), "an empty list removes it"


@pytest.mark.parametrize("method", registry.methods())
@pytest.mark.parametrize("apart", [-1, 1, 98])
def test_another_version_of_a_method_is_refused(method: str, apart: int) -> None:
    here = registry.info(method).version
    with pytest.raises(BadRecipe, match=f"asks for version {here + apart}, here is {here}"):
        registry.params(method, here + apart, {})


def test_a_recipe_of_a_later_format_is_refused() -> None:
    for later in ({"format": 2}, {"output": {"version": 2}}):
        with pytest.raises(BadRecipe):
            Recipe.parse(FACES.data() | later)


def test_a_recipe_does_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        FACES.seed = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("plain", "sentence"),
    [
        ([], "mine.json: must be a group of settings"),
        ({"audit": 1}, "mine.json, audit: must be a group of settings"),
        ({"people": 3}, "mine.json, people: must be a list"),
        ({"people": [{"hide": [{"target": "face"}]}]}, "mine.json, people.0.hide.0.method: is missing"),
        ({"output": {"crf": "x"}}, "mine.json, output.crf: 'x' does not fit: it must be a whole number"),
        ({"extract": [1]}, "mine.json, extract: must be empty"),
        ({"name": "x" * 200}, "mine.json, name: is longer than 120 characters"),
        ({"nonsense": 1}, "mine.json, nonsense: it has no such setting"),
    ],
)
def test_what_is_no_recipe_is_told_for_people(plain: object, sentence: str) -> None:
    with pytest.raises(BadRecipe) as told:
        Recipe.parse(plain, "mine.json")
    assert str(told.value).startswith(sentence)


YUNET: dict[str, Any] = {"method": "detect.yunet", "closely": True, "needed": False}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (YUNET | {"method": "detect.yolox"}, "finds no faces"),
        (YUNET | {"params": {"turn": 90}}, "detect.yunet.turn"),
        (YUNET | {"params": {"every": 5}}, "detect.yunet.every"),
        (YUNET | {"params": {"soften": 3}}, "detect.yunet.soften"),
        (YUNET | {"params": {"hint": 0.05}}, "detect.yunet.hint"),
        (YUNET | {"closely": "yes"}, "closely"),
    ],
)
def test_who_looks_closely_finds_faces_and_is_told_nothing_of_whole_pictures(step: dict[str, Any], said: str) -> None:
    plain = Recipe.preset(DEFAULT).model_dump(mode="json")
    whole = [each for each in plain["detect"] if not each["closely"]]
    Recipe.parse(plain | {"detect": [*whole, YUNET | {"params": {"size": 320}}]}).check()
    with pytest.raises(BadRecipe, match=said):
        Recipe.parse(plain | {"detect": [*whole, step]}).check()


def test_only_detectors_of_faces_have_hints() -> None:
    offered = {info.id for info in registry.methods().values() if "hint" in info.schema.get("properties", {})}
    assert "detect.centerface" in offered
    assert "detect.yolox" not in offered
