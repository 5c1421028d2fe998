"""JSON files that users write: read them, and say what is wrong with one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maskanyone.errors import Refused

#: what is wrong where a value is of another kind altogether, by pydantic's name of the problem
_SHAPES: Mapping[str, str] = {
    "extra_forbidden": "it has no such setting",
    "missing": "is missing",
    "none_required": "must be empty (null)",
    "string_too_short": "must not be empty",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "must be a group of settings, as {...}"),
    **dict.fromkeys(("tuple_type", "list_type"), "must be a list, as [...]"),
}
_VALUES: Mapping[str, str] = {
    "string_type": "a text in double quotes",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"),
        "a date and time with its zone, as 2026-11-26T14:05:00Z",
    ),
}


def read(path: Path, most_bytes: int, refusal: type[Refused], what: str) -> Any:
    """What a JSON file holds; raises ``refusal`` where it cannot be read. what: it is to hold, as "a recipe"."""
    remedy = f"Choose a JSON file that holds {what}"
    try:
        if path.exists() and not path.is_file():
            raise refusal(path, "is no file", remedy)
        if path.stat().st_size > most_bytes:
            raise refusal(path, f"is too large for {what}", remedy)
        return json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_once)
    except _Twice as twice:
        raise refusal(path, f"says {twice.args[0]!r} twice in one place", "Leave one of them") from None
    except OSError:
        raise refusal(path, "cannot be read", "Check its name and folder") from None
    except json.JSONDecodeError as wrong:
        raise refusal(path, f"is not JSON: something is wrong in line {wrong.lineno} or before it", remedy) from None
    except (ValueError, RecursionError):
        raise refusal(path, "is not JSON", remedy) from None


class _Twice(ValueError):
    """A name that stands twice in one object of JSON, of which all readers but the last would hear nothing."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for name, value in pairs:
        if name in known:
            raise _Twice(name)
        known[name] = value
    return known


def told(problem: Any) -> str:
    """A validation problem of pydantic as the end of a sentence."""
    limits, kind = problem.get("ctx", {}), problem["type"]
    value = problem.get("input")
    if kind in _SHAPES:
        return _SHAPES[kind]
    for name, words in {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}.items():
        if name in limits:
            return f"{value!r} is out of bounds: it must be {words} {limits[name]}"
    if kind in _VALUES:
        return f"{value!r} does not fit: it must be {_VALUES[kind]}"
    if kind == "too_long":
        return "must be empty" if not limits["max_length"] else f"has more than {limits['max_length']} entries"
    if kind == "too_short":
        return f"has fewer than {limits['min_length']} entries"
    if kind == "string_too_long":
        return f"is longer than {limits['max_length']} characters"
    if kind == "literal_error":
        return f"{value!r} is not one of {limits['expected']}"
    if kind == "union_tag_invalid":
        return f"{limits['tag']!r} is not one of {limits['expected_tags']}"
    if kind == "union_tag_not_found":
        return f"lacks {limits['discriminator']}"
    if kind == "value_error":
        return str(limits["error"])
    return f"{value!r} does not fit: {problem['msg'][0].lower()}{problem['msg'][1:]}"
