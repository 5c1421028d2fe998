"""Review: original and result in step, what wants a look, and the result to take along."""

from __future__ import annotations

import streamlit as st

from maskanyone.store import owners, reviews, runs
from maskanyone.ui import frame, going, looking, offering, reviewing
from maskanyone.ui.markdown import plain
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
told = reviewing.drawn(report, reviews.looked_at(owner, job.id)) if report else None

with st.container(horizontal=True, vertical_alignment="center"):
    with st.container(gap=None, width=_VERDICT):
        st.markdown(f"### {words.verdict(job.told)}", anchors=False)
        left = ""
        if told:
            unsearched = words.unsearched(report["audit"]) if isinstance(report["audit"], str) else ""
            left = words.left(job.told, len(told.left()), told.weak(), told.shows(), told.nobody(), told.clear)
            left = " · ".join(filter(None, (left, unsearched)))
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

if report is None:
    st.markdown(f":red[:material/error: {words.NO_RESULT}]")
    st.stop()
st.fragment(looking.looked_through)(owner, job, recording, report, view or "side")
