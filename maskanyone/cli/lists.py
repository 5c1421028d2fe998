"""``maskanyone presets`` and ``maskanyone methods``: what there is to choose from."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from maskanyone import registry
from maskanyone.cli import speak
from maskanyone.recipe import Recipe
from maskanyone.recipe import presets as known_presets

_Json = Annotated[bool, typer.Option("--json", help="As JSON, for machines.")]


def presets(
    name: Annotated[str | None, typer.Argument(help="Show this preset's recipe.")] = None, as_json: _Json = False
) -> None:
    """List the presets, or print one as a recipe to start from."""
    if name:
        speak.out.print(json.dumps(Recipe.preset(name).data(), indent=2))
        return
    recipes = {key: Recipe.preset(key) for key in known_presets()}
    if as_json:
        speak.out.print(json.dumps({key: recipe.data() for key, recipe in recipes.items()}, indent=2))
        return
    speak.table([(key, recipe.name, recipe.description) for key, recipe in recipes.items()])


def methods(
    name: Annotated[str | None, typer.Argument(help="Show what this method takes.")] = None, as_json: _Json = False
) -> None:
    """List the methods, or say what one takes."""
    if as_json:
        chosen = [registry.info(name)] if name else list(registry.methods().values())
        speak.out.print(json.dumps([_plain(method) for method in chosen], indent=2))
    elif name:
        _describe(registry.info(name if "." in name else f"hide.{name}"))
    else:
        speak.table([(m.id, m.level, m.description.splitlines()[0]) for m in registry.methods().values()])


def _describe(method: registry.MethodInfo) -> None:
    speak.out.print(f"{method.title} ({method.id}, version {method.version})\n{method.description}\n")
    for label, words in (
        ("Protects", method.protects),
        ("Still shows", method.shows),
        ("Level", method.level),
        ("Hides", ", ".join(method.targets)),
        ("Weights", ", ".join(method.weights)),
    ):
        if words:
            speak.out.print(f"{label}: {words}")
    rows = [
        (key, _kind(field), f"[{json.dumps(field.get('default'))}]", field.get("description", ""))
        for key, field in method.schema.get("properties", {}).items()
    ]
    if rows:
        speak.out.print()
        speak.table(rows)


def _kind(field: dict[str, Any]) -> str:
    """A value's kind and bounds in short."""
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    bounds = [str(field[key]) for key in ("minimum", "maximum") if key in field]
    return f"{field.get('format', field.get('type', ''))}{' ' + ' to '.join(bounds) if bounds else ''}"


def _plain(method: registry.MethodInfo) -> dict[str, Any]:
    return {
        "id": method.id,
        "version": method.version,
        "kind": method.kind,
        "title": method.title,
        "description": method.description,
        "targets": list(method.targets),
        "level": method.level,
        "protects": method.protects,
        "shows": method.shows,
        "weights": list(method.weights),
        "schema": method.schema,
    }
