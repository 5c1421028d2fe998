"""The registry knows every method as data, and says in words what does not fit."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from maskanyone import registry
from maskanyone.detect import detectors
from maskanyone.errors import BadRecipe
from maskanyone.hide import hiders
from maskanyone.voice import voices
from maskanyone.weights import store

ROOT = Path(__file__).resolve().parents[1]
every_method = pytest.mark.parametrize("method", registry.methods().values(), ids=lambda method: method.id)


def test_it_holds_what_the_stages_offer_and_each_once() -> None:
    offered = [made.id for made in (*hiders(), *voices(), *detectors())]
    assert list(registry.methods()) == offered
    assert len(set(offered)) == len(offered)


@every_method
def test_a_method_is_plain_data(method: registry.MethodInfo) -> None:
    plain = {field.name: getattr(method, field.name) for field in fields(method)}
    assert json.loads(json.dumps(plain))["id"] == method.id


@every_method
def test_a_method_says_what_it_is(method: registry.MethodInfo) -> None:
    assert method.id == f"{method.kind}.{method.id.partition('.')[2]}"
    assert method.title
    assert method.description.splitlines()[0].endswith((".", ":", ";")) or "." in method.description
    assert method.version >= 1
    assert all(name in store.catalogue() for name in method.weights)


@every_method
def test_its_schema_is_one_and_its_defaults_fit(method: registry.MethodInfo) -> None:
    Draft202012Validator.check_schema(method.schema)
    values = registry.params(method.id, method.version, {}).model_dump(mode="json")
    Draft202012Validator(method.schema).validate(values)
    assert set(values) == set(method.schema.get("properties", {}))


@every_method
def test_schema_and_validation_agree_at_the_bounds(method: registry.MethodInfo) -> None:
    for name, field in method.schema.get("properties", {}).items():
        step = field.get("multipleOf", 1 if field.get("type") == "integer" else 0.01)
        for bound, outside in (("minimum", -step), ("maximum", step)):
            if bound in field:
                assert fits(method, {name: field[bound]})
                assert not fits(method, {name: field[bound] + outside})


@every_method
def test_a_value_that_it_does_not_know_is_refused(method: registry.MethodInfo) -> None:
    assert not fits(method, {"no such value": 1})


def fits(method: registry.MethodInfo, values: dict[str, Any]) -> bool:
    """Whether validation takes these values; it and the schema must be of one mind."""
    by_schema = Draft202012Validator(method.schema).is_valid(values)
    try:
        registry.params(method.id, method.version, values)
        taken = True
    except BadRecipe:
        taken = False
    assert taken == by_schema
    return taken


@pytest.mark.parametrize(
    ("name", "near"),
    [("hide.sold", "hide.solid"), ("hide.blurr", "hide.blur"), ("detect.centreface", "detect.centerface")],
)
def test_a_slip_of_the_pen_is_told_with_the_name_that_was_meant(name: str, near: str) -> None:
    with pytest.raises(BadRecipe, match=f"{name}: there is no method of that name. Did you mean {near}"):
        registry.info(name)


@pytest.mark.parametrize("name", ["", "hide", "hide.", "solid", "HIDE.SOLID", "magic", "a" * 10_000])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(BadRecipe, match="there is no method of that name"):
        registry.info(name)


def test_a_method_of_another_kind_is_not_taken_for_one() -> None:
    assert registry.info("hide.solid", "hide").id == "hide.solid"
    with pytest.raises(BadRecipe):
        registry.info("hide.solid", "voice")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"margin": -0.1}, "hide.solid, margin: -0.1 is out of bounds: it must be at least 0"),
        ({"margin": 9}, "hide.solid, margin: 9 is out of bounds: it must be at most 1.5"),
        ({"shape": "star"}, "hide.solid, shape: 'star' is not one of 'ellipse' or 'box'"),
        ({"size": 9}, "hide.solid, size: it has no such setting"),
        ({"margin": None}, "hide.solid, margin: None does not fit: it must be a number"),
    ],
)
def test_a_value_out_of_bounds_is_told_with_its_bound(values: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRecipe) as refused:
        registry.params("hide.solid", 1, values)
    assert str(refused.value).startswith(words)
    assert "`maskanyone methods hide.solid` shows what it takes" in str(refused.value)


@pytest.mark.slow
def test_nothing_heavy_is_loaded_before_a_method_runs() -> None:
    program = (
        "import sys; from maskanyone import registry; from maskanyone.recipe import Recipe\n"
        "Recipe.preset('faces').check(); registry.methods()\n"
        "print([name for name in ('onnxruntime', 'mediapipe', 'torch', 'skimage', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
