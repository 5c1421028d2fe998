"""A user's own presets: kept, renamed, brought in, handed out, deleted. The built-in ones stay as they are."""

from __future__ import annotations

import itertools
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskanyone import files, folders
from maskanyone.errors import BadRecipe
from maskanyone.recipe import Recipe, presets

_LONGEST = 60


@dataclass(frozen=True)
class Preset:
    """A preset. id: its file's stem, what ``--preset`` takes. own: the user's, not built in."""

    id: str
    recipe: Recipe
    own: bool


def listed() -> tuple[list[Preset], list[str]]:
    """Every preset that can be read, built-in ones first, and a sentence for each that cannot."""
    good, bad = [], []
    for name, path in presets().items():
        try:
            good.append(Preset(name, Recipe.load(path), path.parent == folders.presets()))
        except BadRecipe as error:
            bad.append(str(error))
    return good, bad


def keep(recipe: Mapping[str, Any], title: str, *, instead_of: str = "") -> str:
    """Keep a recipe under a title; its id. instead_of: the title of one that goes.

    Raises:
        BadRecipe: it cannot be followed, or the title is none or that of another preset.
    """
    title = title.strip()
    if not title:
        raise BadRecipe("The preset", "has no name", "Write one above")
    if title.casefold() in _titles() - {instead_of.casefold()}:
        raise BadRecipe(f"“{title}”", "is the name of another preset", "Choose another name, or delete that one first")
    made = Recipe.parse(dict(recipe) | {"name": title[:120]}, title)
    name = _free(title)
    with files.replaced(folders.presets() / f"{name}.json") as unfinished:
        unfinished.write_text(json.dumps(made.data(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return name


def bring_in(data: bytes, file_name: str) -> str:
    """Keep a recipe from a JSON file; its id.

    Raises:
        BadRecipe: it is none, or cannot be followed.
    """
    try:
        plain = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadRecipe(file_name, "is not JSON", "Choose a recipe's JSON file") from None
    recipe = Recipe.parse(plain, file_name)
    title = recipe.name or file_name.rpartition(".")[0]
    names = (f"{title} ({number})" if number > 1 else title for number in itertools.count(1))
    taken = _titles()
    return keep(recipe.data(), next(name for name in names if name.strip().casefold() not in taken))


def rename(preset: str, title: str) -> str:
    """Give one of the user's own another title; its new id."""
    old = _own(preset)
    recipe = Recipe.load(old)
    if title.strip() == recipe.name:
        return preset
    made = keep(recipe.data(), title, instead_of=recipe.name)
    os.unlink(old)
    return made


def delete(preset: str) -> None:
    """Delete one of the user's own."""
    os.unlink(_own(preset))


def _titles() -> set[str]:
    """What presets are called, in small letters."""
    return {preset.recipe.name.casefold() for preset in listed()[0]}


def _own(preset: str) -> Path:
    path = presets().get(preset)
    if path is None or path.parent != folders.presets():
        raise BadRecipe(preset, "is not a preset of yours", "Choose one that you have kept")
    return path


def _free(title: str) -> str:
    """A file's stem that is not taken: ``Gesture study 2`` becomes ``gesture-study-2``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST] or "preset"
    taken, number, name = presets(), 1, stem
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
