"""The player with two videos of the served folder, as Review has it. ``?case=`` chooses what stands on the timeline."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui.player import Mark, Row, player

st.set_page_config(layout="wide")
query = st.query_params
duration = float(query.get("duration", "10"))
original, result = query.get("original", "original.mp4"), query.get("result", "result.mp4")

marks = [
    Mark(0.18 * duration, 0.2 * duration, "Person A turns away; the place was filled in from before and after."),
    Mark(0.53 * duration, 0.58 * duration, "Person A was seen by one model only."),
    Mark(0.78 * duration, 0.8 * duration, "Person B leaves the picture."),
]
turned = [(0.0, 0.17, False), (0.17, 0.2, True), (0.2, 0.53, False), (0.53, 0.58, True), (0.58, 1.0, False)]
went = [(0.03, 0.42, False), (0.44, 0.98, False)]
rows = [
    Row(letter, f"Person {letter}", [(start * duration, end * duration, guessed) for start, end, guessed in spans])
    for letter, spans in (("A", turned), ("B", went))
]
cuts = [share * duration for share in (0.03, 0.28, 0.42, 0.44, 0.78, 0.985)]
if query.get("case") == "bare":
    marks, rows, cuts = [], [], []


@st.fragment
def shown() -> None:
    """Only this runs again when she pauses."""
    view = st.segmented_control("View", ["side", "wipe", "result"], default=query.get("view", "side"), required=True)
    stood = player(
        key="player",
        original=f"/files/{original}",
        result=f"/files/{result}",
        times="/files/times.json",
        duration=duration,
        view=view,
        marks=marks,
        rows=rows,
        cuts=cuts,
        start=float(query.get("start", "0")),
        aspect=float(query.get("aspect", str(16 / 9))),
    )
    runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.write(f"Time {stood and stood.time}, run {runs}")


shown()
