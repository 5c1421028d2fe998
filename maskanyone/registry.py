"""All methods as data: what the page, the command line, the README's table and validation know of them.

The registry holds descriptions, not classes, so a method from outside that has nothing but a schema is as good a
citizen. Classes are looked up only when a method runs.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from maskanyone.documents import told
from maskanyone.errors import BadRecipe

MethodKind = Literal["detect", "hide", "voice"]


@dataclass(frozen=True)
class MethodInfo:
    """What is known of a method without running it. schema: JSON Schema (2020-12) of its parameters."""

    id: str
    version: int
    kind: MethodKind
    title: str
    description: str
    targets: tuple[str, ...]
    level: str
    protects: str
    shows: str
    needs: tuple[str, ...]
    weights: tuple[str, ...]
    schema: dict[str, Any]


@lru_cache
def methods() -> Mapping[str, MethodInfo]:
    """Every method by id, in the order in which it is offered."""
    return {made.id: _info(made) for made in _classes().values()}


def info(method: str, kind: MethodKind | None = None) -> MethodInfo:
    """One method.

    Raises:
        BadRecipe: there is none of that name; the sentence names the nearest.
    """
    known = [name for name, m in methods().items() if kind in (None, m.kind)]
    if method not in known:
        near = difflib.get_close_matches(method, known, 1, 0.5)
        hint = f"Did you mean {near[0]}? `maskanyone methods` lists all" if near else "`maskanyone methods` lists all"
        raise BadRecipe(method, "there is no method of that name", hint)
    return methods()[method]


def params(method: str, version: int, values: Mapping[str, Any]) -> BaseModel:
    """A method's parameters, checked.

    Raises:
        BadRecipe: another version is asked for, or a value is unknown or out of bounds.
    """
    known = info(method)
    if version != known.version:
        raise BadRecipe(
            method,
            f"the recipe asks for version {version}, here is {known.version}",
            "Save the recipe again with this version of MaskAnyone",
        )
    try:
        made: BaseModel = _classes()[method].Params(**values)
        return made
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "parameters"
        raise BadRecipe(
            f"{method}, {place}", told(first), f"`maskanyone methods {method}` shows what it takes"
        ) from None


def implementation(method: str) -> Any:
    """The class behind a built-in method."""
    info(method)
    return _classes()[method]


@lru_cache
def _classes() -> dict[str, Any]:
    from maskanyone.detect import detectors
    from maskanyone.hide import hiders
    from maskanyone.voice import voices

    every: tuple[Any, ...] = (*hiders(), *voices(), *detectors())
    return {made.id: made for made in every}


def _info(made: Any) -> MethodInfo:
    return MethodInfo(
        id=made.id,
        version=made.version,
        kind=made.id.split(".")[0],
        title=made.title,
        description=(made.__doc__ or "").strip(),
        targets=tuple(getattr(made, "targets", ())),
        level=getattr(made, "level", ""),
        protects=getattr(made, "protects", ""),
        shows=getattr(made, "shows", ""),
        needs=tuple(getattr(made, "needs", ())),
        weights=tuple(getattr(made, "weights", ())),
        schema=made.Params.model_json_schema(),
    )
