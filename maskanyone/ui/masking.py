"""What the page Mask remembers between its runs: which recording is shown, at which time, and small questions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import streamlit as st

from maskanyone.errors import BadRecipe
from maskanyone.pipeline.estimate import about_seconds
from maskanyone.recipe import Recipe
from maskanyone.store import presets
from maskanyone.store.tables import Recording
from maskanyone.ui import recipes
from maskanyone.ui.markdown import plain
from maskanyone.ui.popover import does, popover
from maskanyone.ui.words import mask as words

#: key of the button that starts a run
START = "start"
_PART = 0.1


def shown_of(chosen: Sequence[Recording]) -> Recording:
    """The recording that the address names, else the first."""
    named = st.query_params.get("video")
    return next((row for row in chosen if row.id == named), chosen[0])


def time_of(row: Recording) -> float:
    """The time that the address names, else early in the recording."""
    try:
        asked: float = float(st.query_params["t"])
    except (KeyError, ValueError):
        asked = math.nan
    if not math.isfinite(asked):
        asked = float(row.facts["seconds"]) * _PART
    return within(row, asked)


def within(row: Recording, seconds: float) -> float:
    """The time as the address writes it: whole milliseconds inside the recording."""
    return round(min(max(seconds, 0.0), float(row.facts["seconds"])), 3)


def go_to(row: Recording, seconds: float) -> None:
    """Put recording and time into the address, so that a link or a reload shows the same."""
    st.query_params.update({"video": row.id, "t": f"{within(row, seconds):.3f}"})


def choose_shown(chosen: Sequence[Recording], row: Recording) -> None:
    """Which of the chosen recordings is shown."""
    names = {each.id: each.name for each in chosen}

    def go() -> None:
        st.query_params.from_dict({"video": st.session_state["shown"]})

    st.session_state["shown"] = row.id
    st.selectbox(
        words.RECORDING,
        list(names),
        key="shown",
        format_func=lambda each: names.get(each, ""),
        label_visibility="collapsed",
        width=260,
        on_change=go,
    )


def begin_with(owner: str, preset: str, chosen: Sequence[Recording]) -> None:
    """Take a preset; whoever picked its card knows what she starts with the next click, be it ever so quick."""
    recipes.begin_with(owner, preset)
    note_shown(Recipe.parse(recipes.current(owner)[0], check=False), chosen)


def note_shown(recipe: Recipe | None, chosen: Sequence[Recording]) -> None:
    """Remember what this tab shows: another one may change the settings or the choice meanwhile."""
    st.session_state["was shown"] = _what(recipe, chosen)


def was_shown(recipe: Recipe, chosen: Sequence[Recording]) -> bool:
    """Whether this tab showed these settings and recordings before its last click."""
    return bool(st.session_state.get("was shown") == _what(recipe, chosen))


def run_again() -> NoReturn:
    """Run the page again, before it has come to the start: a click on that is remembered."""
    st.session_state["in vain"] = bool(st.session_state.get(START))
    st.rerun()


def was_in_vain() -> bool:
    """Whether the start was clicked in a run that did not come to it; true once."""
    return bool(st.session_state.pop("in vain", False))


def _what(recipe: Recipe | None, chosen: Sequence[Recording]) -> tuple[Any, ...]:
    return (recipe.data() if recipe else None, [row.id for row in chosen])


def estimate(chosen: Sequence[Recording], recipe: Recipe | None) -> float:
    """About how many seconds a run takes."""
    if recipe is None:
        return 0.0
    return sum(about_seconds(row.facts["frames"], (row.facts["width"], row.facts["height"]), recipe) for row in chosen)


def at_field(error: BadRecipe) -> dict[str, dict[str, str]]:
    """A recipe's problem by method and field, for the forms."""
    method, _, field = error.subject.partition(", ")
    if not field:
        method, _, field = error.subject.partition(".")
    return {method: {field: f"{error.what[0].upper()}{error.what[1:]}."}}


def keep_as_preset(recipe: Mapping[str, Any]) -> None:
    """A button that asks for a name and keeps what is set."""

    def keep() -> str:
        title = st.session_state["preset name"]
        presets.keep(recipe, title)
        return words.kept(plain(title.strip()))

    with popover(words.KEEP, "keep", icon=":material/bookmark_add:", type="tertiary"):
        st.text_input(words.KEEP_NAME, key="preset name")
        does("keep", words.KEEP_IT, keep)
