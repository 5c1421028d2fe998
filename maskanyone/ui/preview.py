"""The frame before and after on the page Mask, with the models kept for everybody."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from maskanyone.errors import MaskAnyoneError, MissingWeights
from maskanyone.pipeline.overview import PICTURES
from maskanyone.pipeline.producers import Producers
from maskanyone.recipe import Recipe
from maskanyone.store.presets import Preset
from maskanyone.store.tables import Recording
from maskanyone.ui import frame, glimpses, masking
from maskanyone.ui.cards import Card
from maskanyone.ui.markdown import plain
from maskanyone.ui.stage import stage
from maskanyone.ui.words import mask as words


@st.cache_resource(max_entries=4, show_spinner=False, on_release=glimpses.close)
def models(detect: str) -> Producers:
    """The detectors of a recipe, loaded; ``detect`` is its part ``detect`` as JSON."""
    return Producers(Recipe.parse({"detect": json.loads(detect)}, check=False)).__enter__()


def draw(row: Recording, seconds: float, recipe: Recipe | None) -> float:
    """Draw a frame before and after; the time that is wanted now."""
    before, after, note, missing, middle = "", "", "", False, 0.5
    try:
        if recipe is not None:
            seen = glimpses.shown(row, seconds, recipe, models(_detect(recipe)))
            before, after = glimpses.address(seen.before, "before"), glimpses.address(seen.after, "after")
            middle = seen.middle
    except MissingWeights as error:
        note, missing = str(error), True
    except MaskAnyoneError as error:
        note = str(error)
    wanted = stage(
        key=f"stage {row.id}",
        before=before,
        after=after,
        strip=f"/api/recordings/{row.id}/strip",
        pictures=PICTURES,
        duration=row.facts["seconds"],
        time=seconds,
        step=1 / max(row.facts["fps"], 1.0),
        aspect=row.facts["aspect"],
        border=middle,
        note=words.BEFORE_NOTE if note else "",
    )
    if note:
        st.markdown(f":orange[:material/visibility: {plain(note)}]")
    if missing:
        st.page_link(frame.page("models"), label=words.MISSING)
    return seconds if wanted is None else masking.within(row, wanted)


def card(preset: Preset, row: Recording | None, seconds: float) -> Card:
    """A preset's card, with what it does to the frame that is shown."""
    recipe = preset.recipe
    level, keeps = _level(recipe), recipe.keeps_sound()
    return Card(
        preset.id,
        recipe.name or preset.id,
        _picture(recipe, row, seconds),
        (words.protected([step.target for step in recipe.hiding()], level), level not in words.LEVELS),
        (words.VOICE_KEPT if keeps else words.VOICE_GONE, keeps),
    )


def _picture(recipe: Recipe, row: Recording | None, seconds: float) -> str:
    if row is None:
        return ""
    try:
        return glimpses.address(glimpses.card(row, seconds, recipe, models(_detect(recipe))), "card")
    except MaskAnyoneError:
        return ""


def _level(recipe: Recipe) -> str:
    """The weakest level of all that it hides with."""
    from maskanyone import registry

    levels = [registry.info(step.method).level for step in recipe.hiding()]
    unknown = [level for level in levels if level not in words.LEVELS]
    return unknown[0] if unknown else max(levels, key=words.LEVELS.index)


def _detect(recipe: Recipe) -> str:
    part: Any = recipe.data()["detect"]
    return json.dumps(part, sort_keys=True)
