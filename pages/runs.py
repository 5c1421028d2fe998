"""Runs: every masking, with its settings, its state and a way to do it again."""

from __future__ import annotations

import streamlit as st

from maskanyone.store import owners, runs
from maskanyone.ui import frame, history
from maskanyone.ui.words import runs as words

owner = owners.current()
total = runs.listed(owner, most=1)[1]
if total:
    history.runs_listed(owner, total)
else:
    st.markdown(words.EMPTY)
    if st.button(words.TO_VIDEOS, type="primary", icon=":material/video_library:"):
        st.switch_page(frame.page("videos"))
