"""The sections of the page Mask: each shows what is set while it is closed, and returns its part of the recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import streamlit as st

from maskanyone import registry
from maskanyone.recipe import OutputSettings
from maskanyone.track import TrackParams
from maskanyone.ui import recipes
from maskanyone.ui.schema_form import form
from maskanyone.ui.words import mask as words

Problems = Mapping[str, str]


def hide(steps: Sequence[Mapping[str, Any]], problems: Mapping[str, Problems]) -> list[dict[str, Any]]:
    """What is hidden and with which method; one block for each target."""
    told = ", ".join(f"{words.target(s['target']).lower()}: {_method(s).title.lower()}" for s in steps)
    made: list[dict[str, Any]] = []
    with _section(words.HIDE, told, ":material/visibility_off:", expanded=True):
        for place, step in enumerate(steps):
            taken = {s["target"] for s in steps} - {step["target"]}
            one = _hide_step(place, step, taken, problems.get(step["method"], {}))
            if len(steps) > 1 and st.button(
                words.NOT_THIS, icon=":material/close:", key=f"drop {place}", type="tertiary"
            ):
                continue
            made.append(one)
        free = [target for target in recipes.targets() if target not in {s["target"] for s in made}]
        if free and st.button(words.ANOTHER, icon=":material/add:", type="tertiary"):
            made.append(recipes.step(recipes.hiders(free[0])[0], {}, target=free[0]))
    return made


def voice(steps: Sequence[Mapping[str, Any]], problems: Mapping[str, Problems]) -> list[dict[str, Any]]:
    """What becomes of the sound."""
    offered = recipes.of_kind("voice")
    now = _method(steps[0]) if steps else registry.info("voice.remove")
    with _section(words.VOICE, now.title.lower(), ":material/mic:"):
        chosen = _one_of(offered, now, words.VOICE, key="voice")
        _says(chosen, words.VOICE)
        params = steps[0]["params"] if steps and steps[0]["method"] == chosen.id else {}
        values = form(chosen.schema, params, key=f"form {chosen.id}", problems=problems.get(chosen.id, {}))
    return [recipes.step(chosen, values)]


def finding(
    steps: Sequence[Mapping[str, Any]], track: Mapping[str, Any], problems: Mapping[str, Problems]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """How people are found and followed; for those who know why."""
    told = words.looking([_method(step).title for step in steps])
    made = []
    with _section(words.FINDING, told, ":material/search:"):
        for place, step in enumerate(steps):
            now, closely = _method(step), bool(step.get("closely"))
            with st.expander(words.look(now.title, step["params"], closely=closely)):
                chosen = _one_of(recipes.finders(closely=closely), now, words.WITH, key=f"detect {place}")
                key, schema = f"form {place} {chosen.id}", recipes.formed(chosen, closely=closely)
                values = form(schema, step["params"], key=key, problems=problems.get(chosen.id, {}))
            if chosen is now:  # what the form does not show stays
                made.append({**step, **recipes.step(chosen, {**step["params"], **values})})
            else:
                made.append(recipes.step(chosen, values, closely=closely))
        with st.expander(words.FOLLOWING):
            followed = form(
                TrackParams.model_json_schema(), track, key="form track", problems=problems.get("track", {})
            )
    return made, followed


def file(output: Mapping[str, Any], problems: Mapping[str, Problems]) -> dict[str, Any]:
    """How the result is coded."""
    with _section(words.FILE, f"H.264, quality {output['crf']}", ":material/movie:"):
        return form(OutputSettings.model_json_schema(), output, key="form output", problems=problems.get("output", {}))


def _hide_step(place: int, step: Mapping[str, Any], taken: set[str], problems: Problems) -> dict[str, Any]:
    target = str(step["target"])
    if taken:
        st.markdown(f"**{words.target(target)}**")
    free = [name for name in recipes.targets() if name not in taken]
    if len(free) > 1:
        picked = _segments(words.WHAT, free, target, words.target, key=f"target {place} {','.join(free)}")
        target = picked or target
    offered = recipes.hiders(target)
    now = _method(step)
    chosen = _one_of(offered, now if now in offered else offered[0], words.WITH, key=f"hide {place} {target}")
    _says(chosen, words.target(target))
    values = form(chosen.schema, step["params"], key=f"form {place} {chosen.id}", problems=problems)
    return recipes.step(chosen, values, target=target)


def _says(info: registry.MethodInfo, what: str) -> None:
    """What a method protects from, and what not, in the same size."""
    level = words.level(info.level)
    told = f"{what}: {level}"
    badge = f":gray-badge[{told}]" if level in words.LEVELS else f":orange-badge[:material/visibility: {told}]"
    st.markdown(f"{badge}  \n:material/visibility_off: {info.protects}  \n:material/visibility: {info.shows}")


def _one_of(
    offered: Sequence[registry.MethodInfo], now: registry.MethodInfo, label: str, *, key: str
) -> registry.MethodInfo:
    titles = {info.id: info.title for info in offered}
    _follow(key, now.id)
    picked = st.selectbox(label, list(titles), key=key, format_func=lambda each: titles.get(each, each))
    return registry.info(picked or now.id)


def _segments(label: str, options: Sequence[str], now: str, say: Any, *, key: str) -> str | None:
    _follow(key, now)
    return st.segmented_control(label, options, key=key, format_func=say, required=True, label_visibility="collapsed")


def _follow(key: str, now: str) -> None:
    """Let a widget show what is set, where that has changed since it was drawn; else what was picked stands."""
    given: dict[str, str] = st.session_state.setdefault("given", {})
    if given.get(key) != now or key not in st.session_state:
        st.session_state[key] = now
    given[key] = now


def _method(step: Mapping[str, Any]) -> registry.MethodInfo:
    return registry.info(step["method"])


def _section(title: str, told: str, icon: str, *, expanded: bool = False) -> AbstractContextManager[Any]:
    label = f"**{title}** :gray[{told}] :gray[:material/unfold_more:]"
    outer: AbstractContextManager[Any] = st.expander(label, type="step", icon=icon, expanded=expanded)
    return outer
