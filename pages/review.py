"""Review: original and result in step, what wants a look, and the result to take along."""

from __future__ import annotations

import streamlit as st

from maskanyone.store import owners, recordings, runs
from maskanyone.store.tables import VIEWING
from maskanyone.ui import frame, going, offering, reviewing
from maskanyone.ui.markdown import plain
from maskanyone.ui.player import player
from maskanyone.ui.words import review as words

#: px; in a narrow window what stands beside it goes below
_VERDICT = 500

owner = owners.current()
with st.container():  # always there, so that nothing below it moves to another place and is built anew
    going.runs_going(owner)
offered = offering.offered(owner)
if not offered.results:
    if not runs.going(owner):
        st.markdown(words.EMPTY)
        if st.button(words.TO_MASK, type="primary", icon=":material/visibility_off:"):
            st.switch_page(frame.page("mask"))
    st.stop()
if offered.gone:
    st.markdown(f":orange[:material/visibility: {words.GONE}]")
job, recording = offered.results[offered.shown]
report = reviewing.report_of(job)
told = reviewing.drawn(report) if report else None

with st.container(horizontal=True, vertical_alignment="center"):
    with st.container(gap=None, width=_VERDICT):
        st.markdown(f"### {words.verdict(job.told)}", anchors=False)
        left = words.left(job.told, told.to_look_at(), told.nobody()) if told else ""
        st.markdown(f":orange[{left}]" if left else f":gray[{plain(job.title)}]")
    st.space("stretch")
    offering.choose(offered)
    view = st.segmented_control(
        words.VIEW,
        list(words.VIEWS),
        format_func=words.VIEWS.get,
        default="side",
        required=True,
        label_visibility="collapsed",
    )

if report is None or told is None:
    st.markdown(f":red[:material/error: {words.NO_RESULT}]")
    st.stop()
playable = recording.facts.get("playable") or recordings.artefact(recording.id, VIEWING)
player(
    key=f"player {job.id}",
    original=f"/api/recordings/{recording.id}/video" if playable else "",
    result=f"/api/runs/{job.id}/result",
    times=f"/api/runs/{job.id}/times",
    duration=report["result"]["seconds"],
    view=view or "side",
    marks=told.marks,
    rows=told.rows,
    cuts=told.cuts,
    aspect=recording.facts["aspect"],
)
with st.container(horizontal=True, vertical_alignment="center"):
    st.link_button(words.REPORT, f"/api/runs/{job.id}/report", icon=":material/description:", type="tertiary")
    st.space("stretch")
    if not playable:
        going.copy_awaited(recording.id)
    elif report["result"]["sound"].startswith("kept"):
        st.markdown(f":orange[:material/mic: {words.KEPT}]", width="content")
    st.link_button(words.DOWNLOAD, f"/api/runs/{job.id}/download", icon=":material/download:", type="primary")
