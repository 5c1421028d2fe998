"""Forms from JSON Schemas: whatever a method declares appears, with no line of page code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from maskanyone.ui.scale import SYMBOLS, Scale
from maskanyone.ui.schemas import Node
from maskanyone.ui.words import form as words

#: px that choices in a row may need; the narrowest column in which forms stand is 313 px wide
_ROW = 310
_HEX = re.compile("^#[0-9a-fA-F]{6}$")


def form(
    schema: Mapping[str, Any], values: Mapping[str, Any], *, key: str, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Draw a field for each property and return what is set, as plain JSON values over the defaults.

    Values that fit nowhere are never returned: the field says what is wrong and the last good value stays.

    Args:
        schema: of an object. Permitted kinds and hints: ``maskanyone.ui.schemas``; anything else is a JSON text.
        values: what is set now. Where they change from outside they win over what was typed, so a page may hand in a
            preset's values always, or what came back last time. ``forget`` makes unchanged ones win too.
        key: of the widgets; another key begins anew.
        problems: sentences by field, as ``"margin"`` or ``"output.crf"``, shown there; unknown fields come first.
    """
    drawing = _Drawing(key, dict(problems or {}), st.session_state.setdefault(_memory(key), {}))
    with st.container(gap="small"):
        above = st.container(gap="xxsmall")
        result = drawing.fields(Node.of(schema), values if isinstance(values, Mapping) else {}, "", "", False)
        for sentence in drawing.problems.values():
            _say(sentence, above)
    return result


def forget(key: str) -> None:
    """Drop what was typed into a form, so that the values given next win. To be called before it is drawn."""
    st.session_state.pop(_memory(key), None)


def _memory(key: str) -> str:
    return f"{key}/given"


@dataclass
class _Drawing:
    """One form while it is drawn.

    problems: those that no field has shown yet.
    memory: by field, the value last given and the one last returned. Streamlit forgets fields that are not drawn.
    """

    key: str
    problems: dict[str, str]
    memory: dict[str, tuple[Any, Any]]

    def fields(self, node: Node, values: Mapping[str, Any], path: str, name: str, off: bool) -> dict[str, Any]:
        """An object's fields, the advanced ones folded. path: as problems name it. name: of the widgets."""
        children = node.children
        kept = {} if node.schema.get("additionalProperties") is False else values
        result = {key: value for key, value in kept.items() if key not in children}
        plain = [key for key, child in children.items() if not child.schema.get("advanced")]
        folded = [key for key in children if key not in plain]
        drawn: dict[str, Any] = {}
        for key in plain:
            drawn[key] = self._child(key, children[key], values, path, name, off)
        if any(children[key].kind != "fixed" for key in folded):
            wrong = any(f"{problem}.".startswith(f"{_join(path, key)}.") for key in folded for problem in self.problems)
            more = f"{words.MORE} :gray[:material/unfold_more:]"
            with st.expander(more, expanded=wrong, type="step", icon=":material/tune:"), st.container(gap="small"):
                for key in folded:
                    drawn[key] = self._child(key, children[key], values, path, name, off)
        return result | {key: drawn[key] if key in drawn else children[key].start for key in children}

    def _child(self, key: str, node: Node, values: Mapping[str, Any], path: str, name: str, off: bool) -> Any:
        start = node.start
        return self.field(node, values.get(key, start), _join(path, key), _join(name, key), off)

    def field(self, node: Node, value: Any, path: str, name: str, off: bool, label: bool = True) -> Any:
        """One field of any kind."""
        match node.kind:
            case "fixed":
                return node.start
            case "object":
                return self._object(node, value, path, name, off, label)
            case "union":
                return self._union(node, value, path, name, off, label)
            case "optional":
                return self._optional(node, value, path, name, off)
        return self._leaf(node, value, path, name, off, label)

    def _object(self, node: Node, value: Any, path: str, name: str, off: bool, label: bool) -> dict[str, Any]:
        with st.container(gap="small"):
            if label:
                st.markdown(f"**{_label(node, path)}**", help=_help(node))
            self._told(path)
            return self.fields(node, value if isinstance(value, Mapping) else {}, path, name, off)

    def _union(self, node: Node, value: Any, path: str, name: str, off: bool, label: bool) -> dict[str, Any]:
        given = value if isinstance(value, Mapping) else node.start
        variants, tag = node.variants, node.tag
        titles = {each: _title(variant, each) for each, variant in variants.items()}
        choice = node.sub(
            {
                "oneOf": [{"const": each, "title": title} for each, title in titles.items()],
                "title": _title(node, path),
                "description": node.schema.get("description", ""),
            }
        )
        first = given.get(tag) if given.get(tag) in variants else next(iter(variants))
        with st.container(gap="small"):
            picked = self._leaf(choice, first, _join(path, tag), _join(name, tag), off, label)
            self._told(path)
            own = given if given.get(tag) == picked else {}
            return self.fields(variants[picked], own, path, f"{name}[{picked}]", off) | {tag: picked}

    def _optional(self, node: Node, value: Any, path: str, name: str, off: bool) -> Any:
        """A switch and the field, which stays in its place and is greyed while nothing is set."""
        inner = node.inner
        with st.container(gap="xxsmall"):
            is_set = self._leaf(
                node.sub({"type": "boolean", "title": _title(node, path), "description": _help(node) or ""}),
                value is not None,
                "",
                f"{name}?",
                off,
                True,
            )
            last = self.memory.get(name)
            given = value if value is not None else last[0] if last else inner.start
            result = self.field(inner, given, path, name, off or not is_set, False)
        return result if is_set else None

    def _leaf(self, node: Node, given: Any, path: str, name: str, off: bool, label: bool) -> Any:
        """A field that is one widget."""
        widget = _WIDGETS[node.kind](node, given)
        before = self.memory.get(name)
        changed = before is None or not any(_same(given, known) for known in before)
        wins = given if before is None or changed else before[1]
        key = f"{self.key}.{name}"
        if changed or key not in st.session_state:
            st.session_state[key] = widget.shown(wins)
        with st.container(gap="xxsmall"):
            typed = widget.draw(
                label=_label(node, path, widget.phrase),
                key=key,
                help=_help(node) if label else None,
                disabled=off,
                label_visibility="visible" if label else "collapsed",
            )
            value, sentence = _read(node, widget, wins, typed)
            if not off:
                self._told(path, sentence)
        self.memory[name] = given, value
        return value

    def _told(self, path: str, own: str = "") -> None:
        sentence = self.problems.pop(path, "") if path else ""
        if own or sentence:
            _say(own or sentence)


@dataclass(frozen=True)
class _Widget:
    """How a kind is drawn. shown: a value as the widget holds it. read: back; ValueError carries a sentence."""

    draw: Callable[..., Any]
    shown: Callable[[Any], Any]
    read: Callable[[Any], Any]
    phrase: str = ""


def _read(node: Node, widget: _Widget, wins: Any, typed: Any) -> tuple[Any, str]:
    """The value to return, and what is wrong."""
    untouched = _same(typed, widget.shown(wins))
    if untouched and node.fits(wins):
        return wins, ""
    try:
        value = widget.read(typed)
        sentence = node.problem(value)
    except ValueError as error:
        value, sentence = None, str(error)
    if sentence:
        return (wins if node.fits(wins) else node.start), sentence
    return value, words.replaced(wins, value) if untouched else ""


def _number(node: Node, given: Any) -> _Widget:
    scale = Scale.of(node.schema)

    def shown(value: Any) -> float | int:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return scale.shown(value if is_number else scale.start)

    def read(number: Any) -> float | int:
        if number is None:
            raise ValueError(words.MISSING)
        return scale.read(number)

    digits = scale.decimals(shown(given))
    form = "%d" if scale.whole else f"%.{digits}f"
    kind = int if scale.whole else float
    low, high = (None if bound is None else kind(bound) for bound in (scale.low, scale.high))
    if scale.slides:
        behind = f" {scale.symbol}".replace("%", "%%") if scale.symbol else ""

        def slide(**how: Any) -> Any:
            return st.slider(min_value=low, max_value=high, step=kind(scale.step), format=form + behind, **how)

        return _Widget(slide, shown, read, _phrase(node))

    def enter(**how: Any) -> Any:
        least = -(2**53) + 1 if low is None else low
        return st.number_input(min_value=kind(least), max_value=high, step=kind(scale.step), format=form, **how)

    return _Widget(enter, shown, read, " ".join(filter(None, (scale.symbol, _phrase(node)))))


def _phrase(node: Node) -> str:
    """A unit that is no symbol, unless the label says it already."""
    unit = str(node.schema.get("unit", ""))
    said = str(node.schema.get("title", "")).lower().split()
    return "" if unit in SYMBOLS or unit.rstrip("s").lower() in said else unit


def _boolean(node: Node, given: Any) -> _Widget:
    def draw(label_visibility: str, **how: Any) -> Any:
        return st.toggle(**how)

    return _Widget(draw, bool, bool)


def _string(node: Node, given: Any) -> _Widget:
    return _Widget(st.text_input, lambda value: value if isinstance(value, str) else "", lambda text: text or "")


def _colour(node: Node, given: Any) -> _Widget:
    def shown(value: Any) -> str:
        return value if isinstance(value, str) and _HEX.match(value) else "#000000"

    return _Widget(st.color_picker, shown, str)


def _choice(node: Node, given: Any) -> _Widget:
    options = node.options
    labels = {token: label for token, (_, label) in options.items()}

    def shown(value: Any) -> str:
        return next((token for token, (own, _) in options.items() if _same(own, value)), next(iter(options)))

    def draw(**how: Any) -> Any:
        in_a_row = len(options) <= 4 and sum(34 + 7 * len(label) for label in labels.values()) <= _ROW
        if in_a_row:
            return st.segmented_control(options=list(options), format_func=labels.__getitem__, required=True, **how)
        return st.selectbox(options=list(options), format_func=labels.__getitem__, **how)

    return _Widget(draw, shown, lambda token: options[token][0])


def _choices(node: Node, given: Any) -> _Widget:
    options = node.sub(node.schema["items"]).options

    def shown(value: Any) -> list[str]:
        chosen = value if isinstance(value, list) else []
        return [token for token, (own, _) in options.items() if any(_same(own, each) for each in chosen)]

    def draw(**how: Any) -> Any:
        return st.pills(
            options=list(options), format_func=lambda token: options[token][1], selection_mode="multi", **how
        )

    def read(tokens: Any) -> list[Any]:
        return [value for token, (value, _) in options.items() if token in tokens]

    return _Widget(draw, shown, read)


def _json(node: Node, given: Any) -> _Widget:
    def read(text: Any) -> Any:
        try:
            return json.loads(text or "", parse_constant=_refuse)
        except ValueError:
            raise ValueError(words.NOT_JSON) from None

    return _Widget(st.text_area, lambda value: json.dumps(value, ensure_ascii=False), read)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_WIDGETS: dict[str, Callable[[Node, Any], _Widget]] = {
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
    "string": _string,
    "colour": _colour,
    "choice": _choice,
    "choices": _choices,
    "json": _json,
}


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _title(node: Node, path: str) -> str:
    return str(node.schema.get("title") or words.named(path.rpartition(".")[2]))


def _label(node: Node, path: str, phrase: str = "") -> str:
    return _plain(_title(node, path)) + (f" ({_plain(phrase)})" if phrase else "")


def _help(node: Node) -> str | None:
    return _plain(str(node.schema.get("description") or "")) or None


def _say(sentence: str, where: Any = None) -> None:
    (where or st).markdown(f":red[:material/error: {_plain(sentence)}]")


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing."""
    return re.sub(r"([\\`*_\[\]$<>~#|:])", r"\\\1", text)
