"""One preset on the page Presets, and how one is brought in."""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from maskanyone.errors import BadRecipe
from maskanyone.store import presets
from maskanyone.store.presets import Preset
from maskanyone.ui import frame, recipes
from maskanyone.ui.markdown import plain
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
        with st.popover(words.MORE, type="tertiary", width=_MORE, key=f"more {preset.id}"):
            _actions(preset)


def bring_in() -> None:
    """A small JSON file becomes a preset."""
    with st.popover(words.BRING, icon=":material/upload_file:"):
        given = st.file_uploader(words.BRING, type="json", help=words.BRING_HELP, max_upload_size=_MOST_MB)
        if given is not None and st.button(words.BRING, key="bring"):
            _tried(lambda: presets.bring_in(given.getvalue(), given.name))


def _actions(preset: Preset) -> None:
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
    title = st.text_input(words.NAME, preset.recipe.name, key=f"title {preset.id}")
    if st.button(words.RENAME_IT, icon=":material/edit:", key=f"rename {preset.id}"):
        _tried(lambda: presets.rename(preset.id, title))
    if st.button(words.DELETE, icon=":material/delete:", key=f"delete {preset.id}"):
        _tried(lambda: presets.delete(preset.id))


def _tried(change: Callable[[], object]) -> None:
    try:
        change()
    except BadRecipe as error:
        st.markdown(f":red[:material/error: {plain(str(error))}]")
    else:
        st.rerun()
