"""Runs that are in line or at work, with how far they are, again every second; and what they have made since.

Only these lines are drawn anew: what somebody looks at below them stays as it is.
"""

from __future__ import annotations

import streamlit as st

from maskanyone.jobs import queue
from maskanyone.store import recordings, runs
from maskanyone.store.tables import VIEWING, Job, Recording
from maskanyone.ui import frame, offering, progress
from maskanyone.ui.markdown import plain
from maskanyone.ui.words import review as words

_MOST = 6


def runs_going(owner: str) -> None:
    """Draw a line for each, and offer what was made since the page was drawn; nothing where nothing goes on."""
    if runs.going(owner):
        newest = runs.finished(owner, most=1)
        st.fragment(_lines, run_every=1.0)(owner, newest[0][0].finished or 0.0 if newest else None)


def copy_awaited(recording: str) -> None:
    """What is known of the copy for a browser that cannot play the original; the page again once it is there."""
    failed = runs.copy_failed(recording)
    st.fragment(_copy, run_every=None if failed else 2.0)(recording, failed)


def _copy(recording: str, failed: bool) -> None:
    if not failed and (recordings.artefact(recording, VIEWING) or runs.copy_failed(recording)):
        st.rerun()
    st.markdown(f":gray[{words.COPY_FAILED if failed else words.COPY_COMING}]", width="content")


def _lines(owner: str, known: float | None) -> None:
    """known: when the newest result was made that the page has; none where it has none, and waits for the first."""
    rows, number = runs.unfinished(owner, most=_MOST), runs.going(owner)
    new = runs.finished_since(owner, known or 0.0)
    if known is None and (new or not number):
        st.rerun()
    with st.container(gap="xsmall"):
        if new:
            _offer(new)
        for job, recording in rows:
            _line(owner, job, recording)
        if number > len(rows):
            st.markdown(f":gray[{words.more(number - len(rows))}]")


def _offer(new: list[str]) -> None:
    with frame.line():
        st.markdown(words.new(len(new)), width="content")
        if st.button(words.SHOW_NEW, icon=":material/fact_check:", type="tertiary"):
            offering.show(new[0])
            st.rerun()


def _line(owner: str, job: Job, recording: Recording) -> None:
    with frame.line():
        st.markdown(f"**{plain(recording.name)}**", width=260, wrap=False)
        with st.container(width="stretch"):
            st.progress(progress.share(job), f":small[{progress.told(job)}]")
        if st.button(words.STOP, key=f"stop {job.id}", icon=":material/stop:", type="tertiary"):
            queue.cancel(owner, [job.id])
            st.rerun(scope="fragment")
