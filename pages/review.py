"""Review: original and result in step, what wants a look, and the result to take along."""

from __future__ import annotations

import streamlit as st

from maskanyone.store import owners, recordings, runs
from maskanyone.store.tables import DONE, VIEWING
from maskanyone.ui import frame, going, reviewing
from maskanyone.ui.markdown import plain
from maskanyone.ui.player import player
from maskanyone.ui.words import review as words

owner = owners.current()
going.runs_going(owner)
finished = runs.finished(owner)
if not finished:
    if not runs.going(owner):
        st.markdown(words.EMPTY)
        if st.button(words.TO_MASK, type="primary", icon=":material/visibility_off:"):
            st.switch_page(frame.page("mask"))
    st.stop()

by_id = {job.id: (job, recording) for job, recording in finished}
asked = st.query_params.get("run", "")
older = runs.pair(owner, asked) if asked and asked not in by_id else None
if older and older[0].state == DONE:
    by_id[asked] = older
elif asked and asked not in by_id:
    st.markdown(f":orange[:material/visibility: {words.GONE}]")
shown = asked if asked in by_id else finished[0][0].id
job, recording = by_id[shown]

with st.container(horizontal=True, vertical_alignment="center"):
    with st.container(gap=None, width="stretch"):
        st.markdown(f"### {words.verdict(job.told)}", anchors=False)
        left = words.left(job.told)
        st.markdown(f":orange[{left}]" if left else f":gray[{plain(job.title)}]")
    picked = st.selectbox(
        words.RESULT,
        list(by_id),
        index=list(by_id).index(shown),
        format_func=lambda each: f"{by_id[each][1].name} · {by_id[each][0].title}",
        label_visibility="collapsed",
        width=300,
    )
    view = st.segmented_control(
        words.VIEW,
        list(words.VIEWS),
        format_func=words.VIEWS.get,
        default="side",
        required=True,
        label_visibility="collapsed",
    )
if picked != shown:
    st.query_params.from_dict({"run": picked})
    st.rerun()

report = reviewing.report_of(job)
if report is None:
    st.markdown(f":red[:material/error: {words.NO_RESULT}]")
    st.stop()
playable = recording.facts.get("playable") or recordings.artefact(recording.id, VIEWING)
told = reviewing.drawn(report)
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
