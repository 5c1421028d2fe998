"""A recipe in words: what is hidden and how, and which values are not the usual ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from maskanyone import registry
from maskanyone.errors import BadRecipe
from maskanyone.recipe import OutputSettings
from maskanyone.track import TrackParams
from maskanyone.ui.scale import SYMBOLS
from maskanyone.ui.words import form, mask


def lines(recipe: Mapping[str, Any]) -> list[str]:
    """One line for each step, and one for each group of settings that was changed."""
    hidden = [step for people in recipe.get("people", ()) for step in people["hide"]]
    told = [_step(step, mask.target(step["target"])) for step in hidden]
    told += [_step(step, "") for step in recipe.get("sound", ())]
    told += [_step(step, mask.FINDING) for step in recipe.get("detect", ())]
    for name, part, model in ((mask.FOLLOWING, "track", TrackParams), (mask.FILE, "output", OutputSettings)):
        changed = _changed(recipe.get(part, {}), model.model_json_schema())
        told += [f"{name}: {', '.join(changed)}"] if changed else []
    return told


def _step(step: Mapping[str, Any], what: str) -> str:
    try:
        known = registry.info(step["method"])
    except BadRecipe:
        return f"{what}: {step['method']}".removeprefix(": ")
    title = known.title.lower() if known.kind == "hide" else known.title
    return f"{what}: {', '.join([title, *_changed(step.get('params', {}), known.schema)])}".removeprefix(": ")


def _changed(values: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """``margin around the face 20 %`` for each value that is not the default."""
    fields = schema.get("properties", {})
    return [
        f"{fields.get(name, {}).get('title', form.named(name)).lower()} {_value(value, fields.get(name, {}))}"
        for name, value in values.items()
        if value != fields.get(name, {}).get("default")
    ]


def _value(value: Any, field: Mapping[str, Any]) -> str:
    if isinstance(value, bool):
        return form.YES if value else form.NO
    if isinstance(value, int | float):
        if field.get("display") == "percent":
            return f"{100 * value:g} %"
        unit = str(field.get("unit", ""))
        return f"{value:g} {unit}" if unit in SYMBOLS else f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value)
