"""The list of runs, a page at a time, kept up to date while something goes on."""

from __future__ import annotations

import streamlit as st

from maskanyone.jobs import queue
from maskanyone.store import reviews, runs
from maskanyone.store.tables import DONE, FAILED, Job, Recording
from maskanyone.ui import frame, inwords, paging, progress, recipes
from maskanyone.ui.markdown import plain
from maskanyone.ui.moments import moment
from maskanyone.ui.popover import asks, does, popover
from maskanyone.ui.words import mask
from maskanyone.ui.words import runs as words
from maskanyone.written import duration

_NAME = "runs"
_STATE, _MORE = 250, 110


def runs_listed(owner: str, total: int) -> None:
    """Rows, ``total`` in all, and what can be done with them."""
    start = paging.start_of(_NAME, total)
    rows, _ = runs.listed(owner, start=start, most=paging.PAGE)
    moving = any(progress.moves(job) for job, _ in rows)
    st.fragment(_rows, run_every=1.0 if moving else None)(owner, start, moving, total)


def _rows(owner: str, start: int, moved: bool, before: int) -> None:
    rows, total = runs.listed(owner, start=start, most=paging.PAGE)
    if (any(progress.moves(job) for job, _ in rows), total) != (moved, before):
        st.rerun()
    with st.container(gap="xsmall"):
        _head()
        left = reviews.left([job for job, _ in rows])
        for job, recording in rows:
            _row(owner, job, recording, left.get(job.id, 0))
    paging.buttons(_NAME, len(rows), total)


def _head() -> None:
    name, state = (f":gray[:small[{word}]]" for word in words.HEADS)
    with frame.line():
        st.markdown(name, width="stretch")
        st.markdown(state, width=_STATE)
        st.markdown("", width=_MORE)


def _row(owner: str, job: Job, recording: Recording, left: int) -> None:
    with frame.line():
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{plain(recording.name)}**", wrap=False)
            told = words.told(job.title, moment(job.started or job.created), duration(job.worked) if job.worked else "")
            st.markdown(f":gray[:small[{plain(told)}]]")
        with st.container(width=_STATE, gap=None):
            _state(job, left)
        key = f"more {job.id}"
        with popover(words.MORE, key, type="tertiary", width=_MORE) as more:
            if more.open:
                _actions(owner, key, job, recording)


def _state(job: Job, left: int) -> None:
    if progress.moves(job):
        st.progress(progress.share(job), f":small[{progress.told(job)}]")
    elif job.state == FAILED:
        st.markdown(f":red[:material/error: {words.STATES[FAILED]}]  \n:gray[:small[{plain(job.message)}]]")
    else:
        st.markdown(words.STATES[job.state] + words.to_look_at(left))


def _actions(owner: str, key: str, job: Job, recording: Recording) -> None:
    if progress.moves(job):
        does(key, words.STOP, lambda: _stopped(owner, job), icon=":material/stop:")
        return
    if job.state == DONE and st.button(words.REVIEW, icon=":material/fact_check:", key=f"review {job.id}"):
        st.switch_page(frame.page("review"), query_params={"run": job.id})
    does(key, words.AGAIN, lambda: _again(owner, job, recording), icon=":material/replay:")
    if st.button(words.USE, icon=":material/tune:", key=f"use {job.id}"):
        recipes.use(owner, job.recipe)
        st.switch_page(frame.page("mask"))
    asks(key, words.DELETE, words.SURE, lambda: _forgotten(owner, job), icon=":material/delete:")
    st.markdown(f":gray[{words.SETTINGS}]  \n" + "  \n".join(map(plain, inwords.lines(job.recipe))))
    with st.expander(words.AS_FILE):
        st.json(job.recipe, expanded=1)


def _stopped(owner: str, job: Job) -> str:
    queue.cancel(owner, [job.id])
    return ""


def _again(owner: str, job: Job, recording: Recording) -> str:
    runs.order(owner, [recording], job.recipe, job.title)
    return mask.started(1)


def _forgotten(owner: str, job: Job) -> str:
    runs.forget(owner, job.id)
    return words.DELETED
