"""The stage with pictures of the served folder, as Mask has it; each time has pictures of its own."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui.stage import stage

st.set_page_config(layout="wide")
query = st.query_params
duration = float(query.get("duration", "12"))
left, right = st.columns([1, 2])
with left:
    empty = st.toggle("Nothing yet", value="empty" in query)
    slow = st.toggle("Slow pictures", value="slow" in query)
    turn = st.slider("Strength", 0, 5, 0)
    lost = st.toggle("Lost pictures")

with right:
    time = st.session_state.get("stage", {}).get("time") or 0.0
    second = "lost" if lost else f"{int(time) % 12:02}"
    more = f"wait={1.5 if slow else 0}&turn={turn}"
    told = stage(
        key="stage",
        before="" if empty else f"/files/before-{second}.jpg?{more}",
        after="" if empty else f"/files/after-{second}.jpg?{more}",
        strip="/files/strip.jpg",
        pictures=12,
        duration=duration,
        time=time,
        step=0.04,
        aspect=float(query.get("aspect", str(16 / 9))),
        note="Choose a recording to look at." if empty else query.get("note", ""),
    )
    runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.write(f"Time {told}, run {runs}")
