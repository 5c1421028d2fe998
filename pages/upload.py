"""Videos: recordings come in and are listed."""

from __future__ import annotations

import streamlit as st

from maskanyone.store import owners, recordings
from maskanyone.ui import brought, frame, listing
from maskanyone.ui.dropzone import dropzone
from maskanyone.ui.words import upload as words

owner = owners.current()

dropped = dropzone(key="drop", folder=brought.folders_allowed())
if dropped.open_folder:
    st.session_state["folder open"] = True
if st.session_state.get("folder open"):
    brought.ask(owner)

total = recordings.listed(owner, most=1)[1]
if total:
    listing.recordings_listed(owner, total)
else:
    with st.container(horizontal_alignment="center", gap="small"):
        st.space("large")
        st.markdown(words.EMPTY, width="content")
        if st.button(words.SAMPLE, icon=":material/movie:", type="primary"):
            recordings.sample(owner, words.SAMPLE_NAME)
            st.rerun()

if st.session_state.pop("go on", False):
    st.switch_page(frame.page("mask"))
