"""One renderer for every schema a method may declare: what goes in comes out, what is wrong is said at its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field
from streamlit.testing.v1 import AppTest

from maskanyone import registry
from maskanyone.recipe import Recipe
from maskanyone.track.params import TrackParams
from maskanyone.ui.words import form as words

METHODS = pytest.mark.parametrize("method", registry.methods().values(), ids=lambda method: method.id)


class Round(BaseModel):
    kind: Literal["round"] = "round"
    radius: float = Field(0.4, ge=0, le=1, title="Radius")


class Flat(BaseModel):
    kind: Literal["flat"] = "flat"
    width: int = Field(3, ge=1, title="Width")


class Inner(BaseModel):
    """What lies inside."""

    name: str = Field("abc", pattern="^[a-z]+$", title="Name")
    deep: bool = Field(True, title="Deep")


class Everything(BaseModel):
    """A field of every permitted kind."""

    share: float = Field(0.2, ge=0, le=1, title="Share", json_schema_extra={"display": "percent"})
    rate: float = Field(25.0, ge=1, title="Rate", json_schema_extra={"unit": "fps"})
    count: int = Field(3, ge=0, le=9, title="Count", json_schema_extra={"unit": "frames"})
    large: int = Field(5, ge=0, le=1000, title="Large", json_schema_extra={"advanced": True})
    size: int = Field(640, ge=128, le=2048, multiple_of=32, title="Size", json_schema_extra={"unit": "px"})
    shape: Literal["ellipse", "box"] = Field("ellipse", title="Shape")
    speed: Literal["ultrafast", "superfast", "veryfast", "faster", "fast"] = Field("veryfast", title="Speed")
    colour: str = Field("#1f2123", title="Colour", json_schema_extra={"format": "color"})
    parts: list[Literal["eyes", "nose", "mouth"]] = Field(["eyes"], min_length=1, title="Parts")
    limit: float | None = Field(None, ge=0, le=10, title="Limit")
    inner: Inner = Field(default_factory=Inner, title="Inner")
    way: Annotated[Round | Flat, Field(discriminator="kind")] = Field(default_factory=Round, title="Way")
    fixed: Literal["v1"] = "v1"
    free: dict[str, int] = Field({}, title="Free")


def _page(schema: dict, values: dict, problems: dict) -> None:  # type: ignore[type-arg]
    """A script: its text is run without what stands above."""
    import streamlit as st

    from maskanyone.ui.schema_form import form

    given = st.session_state.get("values", values)
    result = form(schema, given, key="f", problems=problems)
    st.session_state["result"] = result
    if st.session_state.get("hands_back"):
        st.session_state["values"] = result


def _drawn(schema: Mapping[str, Any], values: Any = None, problems: Any = None) -> AppTest:
    page = AppTest.from_function(_page, args=(schema, values or {}, problems or {}), default_timeout=30).run()
    assert not page.exception
    return page


def _result(page: AppTest) -> Any:
    assert not page.exception
    assert not page.warning
    return page.session_state["result"]


def _errors(page: AppTest) -> list[str]:
    marks = [text.value for text in page.markdown if text.value.startswith(":red[:material/error: ")]
    return [mark.removeprefix(":red[:material/error: ").removesuffix("]") for mark in marks]


@METHODS
def test_every_method_has_a_form_whose_values_it_takes(method: registry.MethodInfo) -> None:
    page = _drawn(method.schema)
    values = _result(page)
    assert registry.params(method.id, method.version, values).model_dump() == values
    assert values == registry.params(method.id, method.version, {}).model_dump()
    shown = {widget.label.split(" (")[0] for kind in _FIELDS for widget in page.get(kind)}
    assert shown == {field["title"] for field in method.schema["properties"].values()}
    assert not page.text_area, "no field falls back to JSON"


_FIELDS = ("slider", "number_input", "toggle", "text_input", "color_picker", "button_group", "selectbox", "text_area")


@pytest.mark.parametrize("model", [TrackParams, Recipe], ids=lambda model: str(model.__name__))
def test_what_else_has_a_schema_goes_through_too(model: type[BaseModel]) -> None:
    values = _result(_drawn(model.model_json_schema()))
    assert model.model_validate(values) == model.model_validate({})


def test_every_kind_comes_back_as_it_was_given() -> None:
    given = {
        "share": 0.337, "rate": 29.97, "count": 7, "large": 777, "size": 1024, "shape": "box", "speed": "fast",
        "colour": "#00ff7f", "parts": ["nose", "mouth"], "limit": 2.5, "inner": {"name": "xyz", "deep": False},
        "way": {"kind": "flat", "width": 11}, "fixed": "v1", "free": {"a": 1},
    }  # fmt: skip
    page = _drawn(Everything.model_json_schema(), given)
    assert _result(page) == given
    assert _result(page.run()) == given
    assert _errors(page) == []


def test_every_kind_can_be_set_by_hand() -> None:
    page = _drawn(Everything.model_json_schema())
    assert _result(page) == Everything().model_dump()
    page.slider(key="f.share").set_value(50.0)
    page.number_input(key="f.rate").set_value(12.5)
    page.slider(key="f.count").set_value(9)
    page.number_input(key="f.large").set_value(1000)
    page.slider(key="f.size").set_value(128)
    page.button_group(key="f.shape").set_value("box")
    page.selectbox(key="f.speed").set_value("fast")
    page.color_picker(key="f.colour").set_value("#ffffff")
    page.button_group(key="f.parts").set_value(["eyes", "mouth"])
    page.toggle(key="f.limit?").set_value(True)
    page.text_input(key="f.inner.name").set_value("other")
    page.toggle(key="f.inner.deep").set_value(False)
    page.button_group(key="f.way.kind").set_value("flat")
    page.text_area(key="f.free").set_value('{"b": 2}')
    page.run()
    page.slider(key="f.limit").set_value(7.5)
    page.number_input(key="f.way[flat].width").set_value(8)
    assert _result(page.run()) == {
        "share": 0.5, "rate": 12.5, "count": 9, "large": 1000, "size": 128, "shape": "box", "speed": "fast",
        "colour": "#ffffff", "parts": ["eyes", "mouth"], "limit": 7.5, "inner": {"name": "other", "deep": False},
        "way": {"kind": "flat", "width": 8}, "fixed": "v1", "free": {"b": 2},
    }  # fmt: skip


def test_bounds_steps_and_units_stand_at_the_widgets() -> None:
    page = _drawn(Everything.model_json_schema())
    share, size, large = page.slider(key="f.share"), page.slider(key="f.size"), page.number_input(key="f.large")
    assert (share.min, share.max, share.step, share.value, share.proto.format) == (0, 100, 1, 20, "%.0f %%")
    assert (size.min, size.max, size.step, size.proto.format) == (128, 2048, 32, "%d px")
    assert (large.min, large.max, large.step) == (0, 1000, 1)
    assert page.number_input(key="f.rate").label == "Rate (fps)"
    assert page.slider(key="f.count").label == "Count (frames)"
    assert [box.label.split()[0] for box in page.expander] == [words.MORE]
    assert [widget.label for widget in page.expander[0].number_input] == ["Large"]


def test_problems_stand_at_their_field_and_unknown_ones_first() -> None:
    told = {"inner.name": "Another has this *name*.", "large": "Too many.", "gone": "There is no such setting."}
    page = _drawn(Everything.model_json_schema(), problems=told)
    assert _errors(page) == ["There is no such setting.", r"Another has this \*name\*.", "Too many."]
    assert page.expander[0].proto.expanded, "what is wrong is not folded away"
    assert not _drawn(Everything.model_json_schema()).expander[0].proto.expanded


@pytest.mark.parametrize(
    ("kind", "key", "typed", "sentence"),
    [
        ("text_input", "f.inner.name", "UPPER", "This does not fit: 'UPPER' does not match '^[a-z]+$'."),
        ("text_area", "f.free", "{a: 1}", words.NOT_JSON),
        ("text_area", "f.free", "NaN", words.NOT_JSON),
        ("text_area", "f.free", '{"a": "b"}', "This does not fit: 'b' is not of type 'integer'."),
        ("button_group", "f.parts", [], words.too_few(1)),
    ],
)
def test_what_does_not_fit_is_said_and_never_returned(kind: str, key: str, typed: Any, sentence: str) -> None:
    page = _drawn(Everything.model_json_schema())
    getattr(page, kind)(key=key).set_value(typed).run()
    assert [error.replace("\\", "") for error in _errors(page)] == [sentence]
    assert _result(page) == Everything().model_dump()


def test_values_from_a_file_that_do_not_fit_are_replaced_and_said() -> None:
    page = _drawn(Everything.model_json_schema(), {"share": 3, "size": 641, "shape": "star", "inner": 5, "way": None})
    assert _result(page) == Everything().model_dump() | {"share": 1.0}
    assert _errors(page) == [words.replaced(3, 1.0), words.replaced(641, 640), words.replaced("star", "ellipse")]


def test_a_preset_from_outside_wins_once_it_changes_and_not_before() -> None:
    page = _drawn(Everything.model_json_schema(), {"count": 2})
    page.slider(key="f.count").set_value(6).run()
    assert _result(page.run())["count"] == 6, "what was typed stays while the same is given"
    page.session_state["values"] = {"count": 4}
    assert _result(page.run())["count"] == 4
    assert page.slider(key="f.count").value == 4
    page.session_state["values"] = {"count": 2}
    assert _result(page.run())["count"] == 2


def test_a_page_that_hands_back_what_came_is_never_a_step_behind() -> None:
    page = _drawn(Everything.model_json_schema())
    page.session_state["hands_back"] = True
    for count in (6, 1, 8, 8, 0):
        page.slider(key="f.count").set_value(count).run()
        assert _result(page)["count"] == count
    page.button_group(key="f.way.kind").set_value("flat").run()
    page.button_group(key="f.way.kind").set_value("round").run()
    assert _result(page.run())["way"] == {"kind": "round", "radius": 0.4}
    page.toggle(key="f.limit?").set_value(True).run()
    page.slider(key="f.limit").set_value(3.0).run()
    page.toggle(key="f.limit?").set_value(False).run()
    assert _result(page)["limit"] is None
    page.toggle(key="f.limit?").set_value(True).run()
    assert _result(page)["limit"] == 3, "what was set before is there again"


def _forgetting(schema: dict) -> None:  # type: ignore[type-arg]
    import streamlit as st

    from maskanyone.ui.schema_form import forget, form

    if st.button("Reset", key="reset"):
        forget("f")
    st.session_state["result"] = form(schema, {"count": 2}, key="f")


def test_a_form_can_forget_what_was_typed() -> None:
    page = AppTest.from_function(_forgetting, args=(Everything.model_json_schema(),)).run()
    page.slider(key="f.count").set_value(6).run()
    assert _result(page)["count"] == 6
    page.button(key="reset").click().run()
    assert _result(page)["count"] == 2
    assert page.slider(key="f.count").value == 2


ODD = [
    {},
    {"type": "array", "items": {"type": "number"}},
    {"type": ["string", "integer"]},
    {"anyOf": [{"type": "string"}, {"type": "number"}]},
    {"type": "string", "if": {"minLength": 3}, "then": {"maxLength": 4}},
    {"$ref": "#/$defs/missing"},
    {"enum": [{"a": 1}, [2]]},
    {"type": "number", "minimum": 5, "maximum": 5},
    {"type": "integer", "maximum": -7},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "integer", "minimum": 0, "maximum": 10**30},
    {"type": "number", "minimum": 0, "maximum": 1e300},
    {"enum": [1, "1", True, None]},
    {"enum": ["only"]},
    {"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]},
    {"type": "null"},
    {"title": ":red[x] **y**", "type": "boolean"},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_nothing_odd_breaks_a_form(odd: Mapping[str, Any]) -> None:
    schema = {"type": "object", "properties": {"odd": odd}}
    page = _drawn(schema)
    if "$ref" not in odd:
        Draft202012Validator(schema).validate(_result(page))
    assert _drawn(schema, {"odd": "x"}).session_state["result"].keys() == {"odd"}


def test_a_schema_that_holds_itself_ends_in_json() -> None:
    tree = {"type": "object", "properties": {"leaf": {"type": "integer"}, "next": {"$ref": "#/$defs/tree"}}}
    page = _drawn({"$defs": {"tree": tree}, "type": "object", "properties": {"top": {"$ref": "#/$defs/tree"}}})
    assert [area.key for area in page.text_area] == ["f.top.next"]


NAMES = some.sampled_from(["a", "b", "c_d", "e"])
HINTS = some.fixed_dictionaries(
    {}, optional={"title": some.text(max_size=8), "description": some.text(max_size=8), "advanced": some.booleans()}
)


def _numbers(draw: Any) -> dict[str, Any]:
    whole = draw(some.booleans())
    values = some.integers(-1000, 1000) if whole else some.floats(-1000, 1000, width=32)
    low, high = sorted([draw(values) + 0, draw(values) + 0])  # -0.0 + 0 is 0.0
    made: dict[str, Any] = {"type": "integer" if whole else "number"}
    made |= draw(some.sampled_from([{}, {"minimum": low}, {"maximum": high}, {"minimum": low, "maximum": high}]))
    if draw(some.booleans()):
        made["default"] = draw(some.integers(low, high) if whole else some.floats(low, high))
    return made | draw(some.sampled_from([{}, {"unit": "px"}, {"unit": "of it"}, {"display": "percent"}]))


@some.composite
def _leaf(draw: Any) -> dict[str, Any]:
    values = draw(some.lists(some.text(max_size=5) | some.integers(), min_size=1, max_size=6, unique_by=str))
    kind = draw(some.sampled_from(["number", "boolean", "string", "enum", "colour", "array"]))
    made = {
        "number": lambda: _numbers(draw),
        "boolean": lambda: {"type": "boolean"},
        "string": lambda: {"type": "string", "default": draw(some.text(max_size=5))},
        "enum": lambda: {"enum": values},
        "colour": lambda: {"type": "string", "format": "color", "pattern": "^#[0-9a-f]{6}$"},
        "array": lambda: {"type": "array", "items": {"enum": values}, "minItems": min(1, len(values))},
    }[kind]()
    return {**made, **draw(HINTS)}


def _objects(inner: Any) -> Any:
    return some.dictionaries(NAMES, inner, max_size=3).map(lambda found: {"type": "object", "properties": found})


def _optional(inner: Any) -> Any:
    return inner.map(lambda schema: {"anyOf": [schema, {"type": "null"}], "default": None})


@some.composite
def _union(draw: Any, inner: Any) -> dict[str, Any]:
    tags = draw(some.lists(some.sampled_from(["x", "y", "z"]), min_size=2, max_size=3, unique=True))
    variants = [
        {"type": "object", "properties": {"tag": {"const": tag}, "own": draw(inner)}, "required": ["tag"]}
        for tag in tags
    ]
    return {"oneOf": variants, "discriminator": {"propertyName": "tag"}}


SCHEMAS = _objects(
    some.recursive(_leaf(), lambda inner: _objects(inner) | _optional(inner) | _union(inner), max_leaves=3)
)


@settings(  # shrinking would draw hundreds of pages
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(SCHEMAS)
def test_any_permitted_schema_renders_and_returns_what_is_valid(schema: dict[str, Any]) -> None:
    page = _drawn(schema)
    values = _result(page)
    Draft202012Validator(schema).validate(values)
    assert _result(_drawn(schema, values)) == values
