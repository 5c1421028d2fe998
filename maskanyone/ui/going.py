"""Runs that are in line or at work, with how far they are; again every second, and the page once one has ended."""

from __future__ import annotations

import streamlit as st

from maskanyone.jobs import queue
from maskanyone.store import recordings, runs
from maskanyone.store.tables import VIEWING, Job, Recording
from maskanyone.ui import frame, progress
from maskanyone.ui.markdown import plain
from maskanyone.ui.words import review as words

_MOST = 6


def runs_going(owner: str) -> None:
    """Draw a line for each; nothing where nothing goes on."""
    number = runs.going(owner)
    if number:
        st.fragment(_lines, run_every=1.0)(owner, number)


def copy_awaited(recording: str) -> None:
    """What is known of the copy for a browser that cannot play the original; the page again once it is there."""
    failed = runs.copy_failed(recording)
    st.fragment(_copy, run_every=None if failed else 2.0)(recording, failed)


def _copy(recording: str, failed: bool) -> None:
    if not failed and (recordings.artefact(recording, VIEWING) or runs.copy_failed(recording)):
        st.rerun()
    st.markdown(f":gray[{words.COPY_FAILED if failed else words.COPY_COMING}]", width="content")


def _lines(owner: str, before: int) -> None:
    rows = runs.unfinished(owner, most=_MOST)
    if runs.going(owner) != before:
        st.rerun()
    with st.container(gap="xsmall"):
        for job, recording in rows:
            _line(owner, job, recording)
        if before > len(rows):
            st.markdown(f":gray[{words.more(before - len(rows))}]")


def _line(owner: str, job: Job, recording: Recording) -> None:
    with frame.line():
        st.markdown(f"**{plain(recording.name)}**", width=260, wrap=False)
        with st.container(width="stretch"):
            st.progress(progress.share(job), f":small[{progress.told(job)}]")
        if st.button(words.STOP, key=f"stop {job.id}", icon=":material/stop:", type="tertiary"):
            queue.cancel(owner, [job.id])
            st.rerun(scope="fragment")
