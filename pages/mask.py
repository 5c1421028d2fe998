"""Mask: what is hidden, and how; one frame before and after; the start of the run."""

from __future__ import annotations

import streamlit as st

from maskanyone.errors import BadRecipe
from maskanyone.store import owners, presets, recordings, runs
from maskanyone.ui import frame, masking, preview, recipes, sections
from maskanyone.ui.cards import cards
from maskanyone.ui.markdown import plain
from maskanyone.ui.words import mask as words

owner = owners.current()
chosen = recordings.chosen(owner)
if not chosen:
    st.markdown(words.nothing(plain(recipes.waiting(owner))))
    if st.button(words.TO_VIDEOS, type="primary", icon=":material/video_library:"):
        st.switch_page(frame.page("videos"))
    st.stop()

row = masking.shown_of(chosen)
seconds = masking.time_of(row)
now, preset = recipes.current(owner)
problems = st.session_state.pop("problems", {})

left, right = st.columns([347, 753], gap="medium")
with left, st.container(gap="xsmall"):
    shelf = st.container()
    hidden = sections.hide(now["people"][0]["hide"], problems)
    sound = sections.voice(now["sound"], problems)
    detect, track = sections.finding(now["detect"], now["track"], problems)
    output = sections.file(now["output"], problems)
    masking.keep_as_preset(now)

people = [now["people"][0] | {"hide": hidden}]
wanted = now | {"people": people, "sound": sound, "detect": detect, "track": track, "output": output}
try:
    recipe = recipes.change(owner, wanted)
    if recipe.data() != now:
        masking.run_again()
except BadRecipe as error:
    recipe, refused = None, str(error)
    st.session_state["problems"] = masking.at_field(error)
    if not problems:
        masking.run_again()

with right:
    with st.container(horizontal=True, vertical_alignment="center"):
        masking.choose_shown(chosen, row)
        st.markdown(f":gray[{words.recordings(chosen.index(row) + 1, len(chosen))}]")
    picture = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(words.summary(hidden, bool(recipe and recipe.keeps_sound())))
            if recipe is None:
                st.markdown(f":red[:material/error: {plain(refused)}]")
            else:
                st.markdown(f":gray[{words.about(masking.estimate(chosen, recipe))} {words.LOOKED}]")
        label = words.run(len(chosen))
        start = st.button(label, key=masking.START, type="primary", disabled=recipe is None, width=190)
        if start and recipe is not None and masking.was_shown(recipe, chosen):
            runs.order(owner, chosen, recipe.data(), recipe.name)
            recordings.choose(owner, [each.id for each in chosen], False)
            st.toast(words.started(len(chosen)))
            st.switch_page(frame.page("review"))
        if start or masking.was_in_vain():
            st.toast(words.CHANGED, icon=":material/visibility:")
    masking.note_shown(recipe, chosen)

# the slow part comes last, so that all else stands already
with picture:
    asked = preview.draw(row, seconds, recipe)
    if asked != seconds:
        masking.go_to(row, asked)
        st.rerun()
with shelf:
    cards(
        [preview.card(one, row, seconds) for one in presets.listed()[0]],
        key="cards",
        chosen=preset,
        on_pick=lambda card: masking.begin_with(owner, card, chosen),
    )
    if not preset:
        st.markdown(f":gray[{words.AS_LEFT}]")
