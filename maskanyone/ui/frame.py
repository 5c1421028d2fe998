"""What every page has: the way through at the top, a width that reads well, and a link to the source."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from maskanyone import folders
from maskanyone.store import owners, reviews, runs
from maskanyone.ui.words import frame as words

ICON = str(Path(__file__).parent / "assets" / "icon.png")
WIDTH = 1320
SOURCE = "/api/source.zip"

#: file, address, words, icon; the first three are the way through
_PAGES = (
    ("upload.py", "videos", words.VIDEOS, ":material/video_library:"),
    ("mask.py", "mask", words.MASK, ":material/visibility_off:"),
    ("review.py", "review", words.REVIEW, ":material/fact_check:"),
    ("runs.py", "runs", words.RUNS, None),
    ("presets.py", "presets", words.PRESETS, None),
    ("models.py", "models", words.MODELS, None),
    ("settings.py", "settings", words.SETTINGS, None),
)
_WAY = 3


@lru_cache
def pages() -> list[Any]:
    """Every page, the first of them at the root."""
    folder = folders.beside("pages", "pages")
    return [
        st.Page(folder / file, title=title, url_path=address, default=place == 0)
        for place, (file, address, title, _) in enumerate(_PAGES)
    ]


def page(address: str) -> Any:
    """A page, to link or to switch to."""
    return pages()[[entry[1] for entry in _PAGES].index(address)]


def centred() -> AbstractContextManager[Any]:
    """The middle of the window, at most ``WIDTH`` px wide."""
    outer = st.container(horizontal=True, horizontal_alignment="center")
    inner: AbstractContextManager[Any] = outer.container(width=WIDTH)
    return inner


def line() -> AbstractContextManager[Any]:
    """A row of a list: its parts stand side by side whatever the window's width."""
    made: AbstractContextManager[Any] = st.container(horizontal=True, wrap=False, vertical_alignment="center", gap=16)
    return made


def header() -> None:
    """Videos, Mask, Review; at the right what is needed now and then."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for place, (_, address, title, icon) in enumerate(_PAGES):
            if place == _WAY:
                st.space("stretch")
            if place < _WAY:
                more = _left() if address == "review" else ""
                st.page_link(page(address), label=f"**{title}**{more}", icon=icon)
            elif address == "runs":
                with st.container(width="content"):
                    st.fragment(_runs, run_every=2.0 if runs.going(owners.current()) else None)(title)
            else:
                st.page_link(page(address), label=f":gray[{title}]")
    st.space("xsmall")


def _left() -> str:
    """How many places are left to look at, behind the link to them."""
    left = reviews.left_in_all(owners.current())
    return f" :orange[{words.to_look_at(left)}]" if left else ""


def _runs(title: str) -> None:
    """The link to the runs, with how many go on."""
    going = runs.going(owners.current())
    st.page_link(page("runs"), label=f":gray[{title}]" + (f" :gray[· {going}]" if going else ""))


def footer() -> None:
    """Where the source of this very program is to be had (AGPL 13)."""
    st.space("medium")
    st.markdown(f":gray[:small[{words.OURS} [{words.SOURCE}]({SOURCE})]]")  # st.caption is too pale
