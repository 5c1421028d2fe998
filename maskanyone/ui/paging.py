"""Long lists are shown a page at a time."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui.words import paging as words

PAGE = 25


def start_of(name: str, total: int) -> int:
    """The first row of a list's page; one that lies beyond the end, since rows went, goes back."""
    start: int = st.session_state.get(f"first of {name}", 0)
    return min(start, max(0, (total - 1) // PAGE * PAGE))


def turn(name: str, start: int) -> None:
    """Go to another page of a list."""
    st.session_state[f"first of {name}"] = max(0, start)


def buttons(name: str, shown: int, total: int) -> None:
    """Where one is in a list, and the way on; nothing where one page holds all."""
    start = start_of(name, total)
    if total <= PAGE:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        st.markdown(f":gray[{words.place(start, shown, total)}]", width="content")
        newer, older = (name, start - PAGE), (name, start + PAGE)
        st.button(words.NEWER, disabled=start == 0, on_click=turn, args=newer, key=f"newer {name}")
        st.button(words.OLDER, disabled=start + PAGE >= total, on_click=turn, args=older, key=f"older {name}")
