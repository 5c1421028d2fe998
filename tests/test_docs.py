"""The documents say what the code says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from maskanyone import registry
from maskanyone.edit import Edits
from maskanyone.recipe import Recipe

ROOT = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
assert spec is not None
assert spec.loader is not None
tables = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tables)


@pytest.mark.parametrize("name", ["README.md", "docs/recipes.md"])
def test_tables_are_those_that_the_schemas_give(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert tables.with_tables(text) == text, "run python docs/tables.py"


def test_every_method_and_setting_is_in_the_documents():
    text = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    for method in registry.methods().values():
        for setting in method.schema.get("properties", {}):
            assert f"| `{method.id}` | `{setting}` |" in text


def test_every_setting_that_a_recipe_may_change_is_in_the_documents():
    text = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    plain = Recipe.preset("faces").data()
    for part in ("track", "output"):
        for setting in set(plain[part]) - {"codec", "version"}:
            assert f"| `{part}` | `{setting}` |" in text
    assert "| `output` | `codec` |" not in text  # nothing to choose yet


def test_the_recipe_in_the_documents_is_valid():
    text = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    block = text.split("```json\n")[1].split("```")[0]
    assert Recipe.parse(json.loads(block)).hiding()[0].method == "hide.solid"


def test_the_corrections_in_the_documents_are_valid():
    text = (ROOT / "docs" / "edits.md").read_text(encoding="utf-8")
    block = text.split("```json\n")[1].split("```")[0]
    assert [edit.do for edit in Edits.parse(json.loads(block)).edits] == ["add", "move", "delete", "split", "join"]
    for part in ("author", "time", "reason", "keys", "box", "track", "at", "recording"):
        assert f"`{part}`" in text
