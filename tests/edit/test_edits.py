"""A file of corrections: what is written is what is meant, and what is wrong with one is said in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import maskanyone
from maskanyone.edit import Edits
from maskanyone.errors import BadEdits

from .written import WHO, edit, edits, key

ALL = [
    edit("add", keys=[key(3), {"s": 2.5, "box": [1, 2, 3, 4]}], kind="plate", reason="a licence plate"),
    edit("move", track="a", at=key(4), keys=[key(3)]),
    edit("delete", track="a", from_={"s": 0}, to={"frame": 9}),
    edit("delete", track="a"),
    edit("split", track="a", from_={"frame": 5}),
    edit("join", tracks=[{"track": "a"}, {"track": "b", "at": key(4)}]),
]


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    plain = {"format": 1, "recording": "0" * 64, "edits": ALL}
    for start in ("", "\ufeff"):
        (tmp_path / "own.json").write_text(start + json.dumps(plain), "utf-8")
        read = maskanyone.Edits.load(tmp_path / "own.json")
        assert Edits.parse(read.data()).data() == read.data()
        for one, each in zip(ALL, read.data()["edits"], strict=True):
            assert {name: value for name, value in each.items() if name in one} == one
            assert set(each) - set(one) <= {"reason", "kind"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (3, "corrections.json: must be a group"),
        ({"format": 2}, "format: 2 is not one of 1"),
        ({"edits": {}}, "edits: must be a list"),
        ({"more": 1}, "more: it has no such setting"),
        ({"recording": "abc"}, "recording: 'abc' does not fit"),
        ([3], "edit 1: must be a group"),
        ([WHO], "edit 1: lacks 'do'"),
        ([ALL[0], edit("paint")], "edit 2: 'paint' is not one of 'add', 'move'"),
        ([edit("add", keys=[])], "edit 1, keys: has fewer than 1"),
        ([edit("add", keys=[{"box": [1, 2, 3, 4]}])], "edit 1, keys.0: must name either a frame or s"),
        ([edit("add", keys=[key(1) | {"s": 1}])], "edit 1, keys.0: must name either a frame or s"),
        ([edit("add", keys=[key(1.5)])], "keys.0.frame: 1.5 does not fit: it must be a whole number"),  # type: ignore[arg-type]
        ([edit("add", keys=[key(True)])], "keys.0.frame: True does not fit"),
        ([edit("add", keys=[key(-1)])], "keys.0.frame: -1 is out of bounds"),
        ([edit("add", keys=[{"s": "1", "box": [1, 2, 3, 4]}])], "keys.0.s: '1' does not fit: it must be a number"),
        ([edit("add", keys=[key(1, [1, 2, 3])])], "keys.0.box.3: is missing"),
        ([edit("add", keys=[key(1, [1, 2, 3, 4, 5])])], "keys.0.box: has more than 4"),
        ([edit("add", keys=[key(1, [1, 2, 3, float("nan")])])], "keys.0.box.3: nan does not fit"),
        ([edit("add", keys=[key(1, [3, 2, 1, 4])])], "keys.0: box must have its left before its right"),
        ([edit("add", keys=[key(1)], kind="cat")], "kind: 'cat' is not one of"),
        ([edit("delete")], "edit 1, track: is missing"),
        ([edit("delete", track="")], "track: must not be empty"),
        ([edit("delete", track="a\nb")], "track: 'a\\nb' does not fit"),
        ([edit("split", track="a")], "edit 1, from: is missing"),
        ([edit("join", tracks=[{"track": "a"}])], "tracks: has fewer than 2"),
        ([edit("delete", track="a") | {"author": ""}], "author: must not be empty"),
        ([edit("delete", track="a") | {"time": 3}], "time: 3 does not fit: it must be a date and time"),
        ([edit("delete", track="a") | {"time": "2026-11-26T10:00"}], "must be a date and time with its zone"),
        ([edit("delete", track="a", reason=3)], "reason: 3 does not fit: it must be a text"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_entry(wrong: Any, said: str) -> None:
    data = {"edits": wrong} if isinstance(wrong, list) else wrong
    with pytest.raises(BadEdits) as refused:
        Edits.parse(data, "corrections.json")
    assert said in str(refused.value)
    assert str(refused.value).startswith("corrections.json")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"), [("{", "is not JSON"), ("[" * 100_000, "is not JSON"), ("", "is not JSON"), (b"\xff", "JSON")]
)
def test_a_file_that_is_none_is_refused(content: str | bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadEdits, match=said):
        Edits.load(path)
    with pytest.raises(BadEdits, match="cannot be read"):
        Edits.load(tmp_path / "other.json")
    with pytest.raises(BadEdits, match="is no file"):
        Edits.load(tmp_path)


def test_the_schema_takes_what_is_taken() -> None:
    schema = Draft202012Validator(Edits.json_schema())
    Draft202012Validator.check_schema(Edits.json_schema())
    assert schema.is_valid({"format": 1, "edits": ALL})
    for wrong in ({"more": 1}, {"edits": [{**ALL[0], "more": 1}]}, {"edits": [{k: ALL[0][k] for k in ("keys", *WHO)}]}):
        assert not schema.is_valid(wrong)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.data())
def test_nothing_but_a_refusal_comes_of_nonsense(data: st.DataObject) -> None:
    """One value of a good file is replaced by anything."""
    plain = json.loads(json.dumps({"format": 1, "edits": ALL}))
    entry = data.draw(st.sampled_from(plain["edits"]))
    entry[data.draw(st.sampled_from([*entry, "frame"]))] = data.draw(json_values)
    try:
        read = Edits.parse(plain)
    except BadEdits as error:
        said = str(error)
    else:
        said = ""
        assert Edits.parse(read.data()) == read
    assert not said or said.startswith("edits, edit ")


def test_edits_of_another_recording_are_refused() -> None:
    Edits.parse({"recording": "0" * 64}).check("0" * 64)
    edits().check("1" * 64)
    with pytest.raises(BadEdits, match="another recording"):
        Edits.parse({"recording": "0" * 64}).check("1" * 64)
