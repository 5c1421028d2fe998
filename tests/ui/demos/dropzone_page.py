"""The page of the demo ``dropzone``: the area, and what Python heard of it."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui.dropzone import dropzone

st.set_page_config(layout="wide")
runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
local = "shared" not in st.query_params


def videos() -> None:
    """The area and the sentences that tests read."""
    promise = {} if local else {"promise": "They stay on your group's server."}
    dropped = dropzone(key="drop", folder=local, **promise)
    heard = st.session_state.setdefault("heard", [])
    if dropped.arrived:
        heard.append(dropped.arrived)
    ids = [each for batch in heard for each in batch]
    st.write(f"Runs: {runs}. Batches: {len(heard)}. Arrived: {len(ids)}, {len(set(ids))} of them different.")
    if dropped.open_folder:
        st.text_input("Folder on this computer", key="folder")


def other() -> None:
    """A page without the area."""
    st.write("Another page.")


pages = [st.Page(videos, title="Videos", default=True), st.Page(other, title="Mask")]
st.navigation(pages, position="top").run()
