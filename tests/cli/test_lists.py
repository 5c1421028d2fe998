"""What there is to choose from: presets, methods, weights; in words, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from maskanyone import registry
from maskanyone.recipe import Recipe, presets
from maskanyone.weights import store
from tests.promises.runs import Said

Say = Callable[..., Said]


def test_presets_are_listed_by_name_with_what_they_do(say: Say) -> None:
    answer = say("presets")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert [line.split()[0] for line in lines] == list(presets())
    assert all(Recipe.preset(name).description in line for name, line in zip(presets(), lines, strict=True))


def test_a_preset_is_printed_as_a_recipe_to_start_from(say: Say, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(say("presets", "heads").out, "utf-8")
    assert Recipe.load(tmp_path / "mine.json").data() == Recipe.preset("heads").data()


def test_presets_as_json_are_recipes(say: Say) -> None:
    told = json.loads(say("presets", "--json").out)
    assert {name: Recipe.parse(data).data() for name, data in told.items()} == {
        name: Recipe.preset(name).data() for name in presets()
    }


def test_methods_are_listed_with_how_far_they_protect(say: Say) -> None:
    answer = say("methods")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert [line.split()[0] for line in lines] == list(registry.methods())
    assert all(method.level in line for method, line in zip(registry.methods().values(), lines, strict=True))


@pytest.mark.parametrize("name", [*registry.methods(), "solid", "blur"])
def test_a_method_says_what_it_takes_and_what_still_shows(say: Say, name: str) -> None:
    answer = say("methods", name)
    assert (answer.code, answer.err) == (0, "")
    method = registry.info(name if "." in name else f"hide.{name}")
    assert method.title in answer.out
    assert method.protects in answer.out
    assert method.shows in answer.out
    for key, field in method.schema.get("properties", {}).items():
        line = next(line for line in answer.out.splitlines() if line.startswith(key))
        assert field["description"] in line
        for bound in ("minimum", "maximum"):
            assert str(field.get(bound, "")) in line


def test_methods_as_json_hold_their_schemas(say: Say) -> None:
    told = json.loads(say("methods", "--json").out)
    assert [method["id"] for method in told] == list(registry.methods())
    assert all(method["schema"] == registry.info(method["id"]).schema for method in told)
    (one,) = json.loads(say("methods", "hide.blur", "--json").out)
    assert one["id"] == "hide.blur"


@pytest.mark.parametrize("words", [["presets", "none"], ["methods", "magic"], ["weights", "get", "none"]], ids=" ".join)
def test_an_unknown_name_is_told_in_one_line(say: Say, words: list[str]) -> None:
    answer = say(*words)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert answer.err.endswith(".\n")


def test_weights_are_listed_with_licence_and_whether_they_are_here(
    say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MASKANYONE_WEIGHTS", str(tmp_path))
    answer = say("weights")
    assert (answer.code, answer.err) == (0, "")
    for name, weight in store.catalogue().items():
        line = next(line for line in answer.out.splitlines() if line.split()[:1] == [name])
        assert line.split()[1] == "-"
        assert weight.licence in line
    assert "maskanyone weights get default" in answer.out


def test_weights_that_are_here_are_said_to_be(say: Say, weights: Path) -> None:
    here = {line.split()[0] for line in say("weights").out.splitlines() if line.split()[1:2] == ["here"]}
    assert here == {name for name in store.catalogue() if store.have(name)}
    assert "centerface" in here


def test_the_doctor_checks_every_part(say: Say, weights: Path) -> None:
    answer = say("doctor")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.rstrip().endswith("All is well.")
    for part in ("Python", "av", "onnxruntime", "weights centerface", "data folder"):
        assert any(line.startswith(part) and "ok" in line for line in answer.out.splitlines()), part


def test_the_doctor_names_what_is_missing(say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MASKANYONE_WEIGHTS", str(tmp_path))
    answer = say("doctor")
    assert answer.code == 1
    assert "need a look" in answer.out
    (line,) = (line for line in answer.out.splitlines() if line.startswith("weights centerface"))
    assert "missing" in line


def test_the_cache_says_how_much_it_holds_and_can_be_emptied(
    say: Say, clip: Path, weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MASKANYONE_DATA", str(tmp_path / "data"))
    assert say("mask", clip, "-o", tmp_path / "out").code == 0
    assert say("cache").out.rstrip().endswith(f" in {tmp_path / 'data' / 'cache'}")
    assert re.fullmatch(r"[1-9]\d* entries forgotten\.\n", say("cache", "--clear").out)
    assert say("cache", "--clear").out == "0 entries forgotten.\n"
