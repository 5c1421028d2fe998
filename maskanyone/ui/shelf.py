"""One preset on the page Presets, and how one is brought in."""

from __future__ import annotations

import json

import streamlit as st

from maskanyone.recipe import Recipe
from maskanyone.store import presets
from maskanyone.store.presets import Preset
from maskanyone.ui import frame, recipes
from maskanyone.ui.markdown import plain
from maskanyone.ui.popover import asks, does, popover
from maskanyone.ui.words import mask
from maskanyone.ui.words import presets as words

_MORE, _MOST_MB = 110, 1


def row(owner: str, preset: Preset) -> None:
    """A preset with what can be done with it."""
    recipe = preset.recipe
    steps = [step.model_dump() for step in recipe.hiding()]
    told = recipe.description or mask.summary(steps, recipe.keeps_sound())
    with frame.line():
        st.markdown(f"**{plain(recipe.name)}**  \n:gray[{plain(told)}]", width="stretch")
        if st.button(words.USE, icon=":material/tune:", key=f"use {preset.id}"):
            recipes.begin_with(owner, preset.id)
            st.switch_page(frame.page("mask"))
        key = f"more {preset.id}"
        with popover(words.MORE, key, type="tertiary", width=_MORE) as more:
            if more.open:
                _actions(key, preset)


def bring_in() -> None:
    """A small JSON file becomes a preset."""

    def bring() -> str:
        given = st.session_state["brought"]
        kept = presets.bring_in(given.getvalue(), given.name)
        return words.brought(plain(Recipe.preset(kept).name))

    with popover(words.BRING, "bring", icon=":material/upload_file:"):
        given = st.file_uploader(
            words.FILE, type="json", help=words.BRING_HELP, max_upload_size=_MOST_MB, key="brought"
        )
        if given is not None:
            does("bring", words.BRING, bring)


def _actions(key: str, preset: Preset) -> None:
    data = json.dumps(preset.recipe.data(), indent=1, ensure_ascii=False)
    st.download_button(
        words.EXPORT,
        data,
        f"{preset.id}.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        key=f"save {preset.id}",
    )
    if not preset.own:
        return
    title = f"title {preset.id}"
    st.text_input(words.NAME, preset.recipe.name, key=title)
    does(key, words.RENAME_IT, lambda: _renamed(preset, st.session_state[title]), icon=":material/edit:")
    asks(key, words.DELETE, words.SURE, lambda: _deleted(preset), icon=":material/delete:")


def _renamed(preset: Preset, title: str) -> str:
    presets.rename(preset.id, title)
    return ""


def _deleted(preset: Preset) -> str:
    presets.delete(preset.id)
    return words.deleted(plain(preset.recipe.name))
