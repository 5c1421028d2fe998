"""Settings: where things lie on this machine, and how much room they take."""

from __future__ import annotations

from contextlib import closing
from importlib.metadata import version

import streamlit as st

from maskanyone import folders
from maskanyone.jobs import queue
from maskanyone.store.cache import Cache
from maskanyone.ui import brought
from maskanyone.ui.markdown import plain
from maskanyone.ui.words import settings as words
from maskanyone.written import size

st.markdown(f"### {words.WHERE}", anchors=False)
workers = len(queue.workers())
with closing(Cache(folders.cache())) as cache:
    rows = {
        words.DATA: str(folders.files()),
        words.CACHE: f"{folders.cache()} · {size(cache.bytes)}",
        words.MODELS: str(folders.weights()),
        words.LOGS: str(folders.logs()),
        words.FOLDERS: words.folders(brought.granted()),
        words.WORKERS: f"{workers} {words.ONE}" if workers else words.NONE,
        words.VERSION: version("maskanyone"),
    }
    for name, value in rows.items():
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f":gray[{name}]", width=300)
            st.markdown(plain(value), width="stretch")
            if name == words.CACHE and st.button(words.CLEAR, help=words.CLEAR_HELP, icon=":material/delete_sweep:"):
                st.toast(words.emptied(cache.clear()))
                st.rerun()
st.markdown(f":gray[:small[{words.LOOK}]]")
