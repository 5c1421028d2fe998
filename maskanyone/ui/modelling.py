"""One model's row on the page Models, and fetching."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from maskanyone.errors import MaskAnyoneError
from maskanyone.ui import frame
from maskanyone.ui.markdown import plain
from maskanyone.ui.words import models as words
from maskanyone.weights import store as weights
from maskanyone.written import size

_STATE = 210


def head() -> None:
    """Titles of the columns."""
    name, state = (f":gray[:small[{word}]]" for word in words.HEADS)
    with frame.line():
        st.markdown(name, width="stretch")
        st.markdown(state, width=_STATE)


def row(weight: weights.Weight) -> bool:
    """Draw a model; whether it is here."""
    here = weights.have(weight.name)
    needed = f" :gray-badge[{words.NEEDED}]" if "default" in weight.sets and weight.needed else ""
    with frame.line():
        told = f"{plain(weight.purpose)}  \n:small[{plain(words.facts(weight.licence, size(weight.bytes)))}]"
        st.markdown(f"**{plain(weight.title)}**{needed}  \n:gray[{told}]", width="stretch")
        with st.container(width=_STATE, gap="xsmall"):
            _offer(weight, here)
    return here


def fetch(names: Sequence[str]) -> None:
    """Fetch models, telling how far it is; the page runs again afterwards."""
    bar = st.progress(0.0, words.FETCHING)

    def told(name: str, done: int, total: int) -> None:
        title = weights.catalogue()[name].title
        bar.progress(min(1.0, done / total) if total else 0.0, f"{words.FETCHING} {title} · {size(done)}")

    try:
        for name in names:
            weights.get(name, progress=told)
    except MaskAnyoneError as error:
        bar.empty()
        st.markdown(f":red[:material/error: {plain(str(error))}]")
    else:
        st.rerun()


def _offer(weight: weights.Weight, here: bool) -> None:
    if here:
        st.markdown(f":material/check: {words.HERE}")
        return
    if weight.accept and not weights.accepted(weight.name):
        if st.checkbox(words.ACCEPT, key=f"accept {weight.name}", help=words.ACCEPT_HELP):
            weights.accept(weight.name)
            st.rerun()
    elif st.button(words.FETCH, icon=":material/download:", key=f"fetch {weight.name}"):
        fetch([weight.name])
