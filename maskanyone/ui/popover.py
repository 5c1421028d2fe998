"""A popover whose buttons do something: it closes once that is done and says so, or stays and says why it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from maskanyone.errors import BadRecipe
from maskanyone.ui.markdown import plain


def popover(label: str, key: str, **look: Any) -> Any:
    """Streamlit's popover, which knows whether it is open: what lies in it need not be drawn before."""

    def turned() -> None:
        st.session_state.pop(_question(key), None)
        st.session_state.pop(_problem(key), None)

    return st.popover(label, key=key, on_change=turned, **look)


def does(key: str, label: str, do: Callable[[], str], **look: Any) -> None:
    """A button in the popover ``key``.

    Args:
        do: called before the page is drawn again, so it takes what was typed from ``st.session_state``; what it
            returns is said, if anything.
    """
    st.button(label, key=f"{key} {label}", on_click=_do, args=(key, label, do), **look)
    problem = st.session_state.get(_problem(key), ("", ""))
    if problem[0] == label:
        st.markdown(f":red[:material/error: {plain(problem[1])}]")


def asks(key: str, label: str, sure: str, do: Callable[[], str], **look: Any) -> None:
    """A button for what cannot be taken back: another one, ``sure``, takes its place and does it."""
    if st.session_state.get(_question(key)) == label:
        does(key, sure, do, **look)
    else:
        st.button(label, key=f"{key} {label}", on_click=_ask, args=(key, label), **look)


def _ask(key: str, label: str) -> None:
    st.session_state[_question(key)] = label


def _question(key: str) -> str:
    return f"{key} question"


def _do(key: str, label: str, do: Callable[[], str]) -> None:
    st.session_state.pop(_problem(key), None)
    try:
        said = do()
    except BadRecipe as error:
        st.session_state[_problem(key)] = (label, str(error))
        return
    st.session_state[key] = False
    if said:
        st.toast(said)


def _problem(key: str) -> str:
    return f"{key} problem"
