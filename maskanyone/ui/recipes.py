"""The recipe that is being put together on the page: kept in the store, changed by cards and forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maskanyone import registry
from maskanyone.errors import BadRecipe
from maskanyone.recipe import DEFAULT, OF_WHOLE_PICTURES, Recipe
from maskanyone.store import drafts, presets
from maskanyone.ui.words import mask as words

_NAME = "recipe"


def current(owner: str) -> tuple[dict[str, Any], str]:
    """The recipe as plain data, and the id of the preset that it is; empty if it is none (any more)."""
    kept = drafts.get(owner, _NAME)
    try:
        return _flat(Recipe.parse(kept["recipe"])), str(kept["preset"])
    except (KeyError, BadRecipe):
        return _flat(Recipe.preset(DEFAULT)), DEFAULT


def waiting(owner: str) -> str:
    """What the settings are called that somebody has left; empty where nobody has set anything."""
    return current(owner)[0]["name"] if drafts.get(owner, _NAME) else ""


def begin_with(owner: str, preset: str) -> None:
    """Take a preset as it is."""
    drafts.put(owner, _NAME, {"recipe": Recipe.preset(preset).data(), "preset": preset})


def use(owner: str, recipe: Mapping[str, Any]) -> None:
    """Take a recipe, of an earlier run for instance."""
    preset = _same(recipe)
    drafts.put(owner, _NAME, {"recipe": dict(recipe) | _named(preset), "preset": preset.id if preset else ""})


def change(owner: str, recipe: Mapping[str, Any]) -> Recipe:
    """Keep what the forms say, under the name of the preset that does the same, if there is one.

    Raises:
        BadRecipe: a value does not fit.
    """
    preset = _same(recipe)
    made = Recipe.parse(dict(recipe) | _named(preset))
    drafts.put(owner, _NAME, {"recipe": made.data(), "preset": preset.id if preset else ""})
    return made


def hiders(target: str) -> list[registry.MethodInfo]:
    """Methods that can hide a target, in the order in which they are offered."""
    return [info for info in registry.methods().values() if info.kind == "hide" and target in info.targets]


def targets() -> list[str]:
    """Everything that some method can hide."""
    return list(dict.fromkeys(t for info in registry.methods().values() if info.kind == "hide" for t in info.targets))


def of_kind(kind: str) -> list[registry.MethodInfo]:
    """Methods of a kind."""
    return [info for info in registry.methods().values() if info.kind == kind]


def finders(*, closely: bool) -> list[registry.MethodInfo]:
    """Detectors that can be chosen. closely: for a step that is asked about single places: those of faces."""
    found = of_kind("detect")
    return [info for info in found if not closely or registry.implementation(info.id).kind == "face"]


def formed(info: registry.MethodInfo, *, closely: bool) -> dict[str, Any]:
    """A detector's schema. closely: without what only says something of whole pictures."""
    left = OF_WHOLE_PICTURES if closely else ()
    known = {name: each for name, each in info.schema.get("properties", {}).items() if name not in left}
    return {**info.schema, "properties": known}


def step(info: registry.MethodInfo, params: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A recipe's step with those parameters that this method has too."""
    known = info.schema.get("properties", {})
    kept = {name: value for name, value in params.items() if name in known}
    return {**more, "method": info.id, "version": info.version, "params": kept}


def _flat(recipe: Recipe) -> dict[str, Any]:
    """A recipe with one list of what is hidden and one step for the sound, doing the same."""
    plain = recipe.data()
    hidden = [step for people in plain["people"] for step in people["hide"]]
    sound = [step for step in plain["sound"] if recipe.keeps_sound() or step["method"] == "voice.remove"]
    people = [{"who": "everyone", "hide": hidden, "overlay": []}]
    return plain | {"people": people, "sound": sound[:1]}


def _same(recipe: Mapping[str, Any]) -> presets.Preset | None:
    """The preset that does the same, if there is one; of several the one that the recipe is named after."""
    what = _what(recipe)
    some = [preset for preset in presets.listed()[0] if _what(preset.recipe.data()) == what]
    return min(some, key=lambda preset: preset.recipe.name != recipe.get("name"), default=None)


def _named(preset: presets.Preset | None) -> dict[str, str]:
    if preset is None:
        return {"name": words.OWN, "description": ""}
    return {"name": preset.recipe.name, "description": preset.recipe.description}


def _what(recipe: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in recipe.items() if key not in ("name", "description")}
