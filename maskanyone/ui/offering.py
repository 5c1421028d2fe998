"""Which result the page Review shows: the one that its address names, until somebody chooses another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from maskanyone.store import runs
from maskanyone.store.tables import DONE, Job, Recording
from maskanyone.ui.moments import moment
from maskanyone.ui.words import review as words

_KEY, _ADDRESS = "shown result", "run"


@dataclass(frozen=True)
class Offered:
    """Results by the ids of their runs, the newest first. gone: the address names one that is not there."""

    results: Mapping[str, tuple[Job, Recording]]
    shown: str
    gone: bool


def offered(owner: str) -> Offered:
    """Every result, and which of them is shown; that is written into the address, so that it stays."""
    results = {job.id: (job, recording) for job, recording in runs.finished(owner)}
    asked = st.query_params.get(_ADDRESS, "")
    older = runs.pair(owner, asked) if asked and asked not in results else None
    if older and older[0].state == DONE:
        results[asked] = older
    shown = asked if asked in results else next(iter(results), "")
    if shown and shown != asked:
        show(shown)
    return Offered(results, shown, bool(asked) and asked != shown)


def show(run: str) -> None:
    """Put a result into the address."""
    st.query_params.from_dict({_ADDRESS: run})


def choose(some: Offered) -> None:
    """A list of all results, in which the one that is shown can be changed."""
    names = _names(some.results)
    st.session_state[_KEY] = some.shown
    st.selectbox(
        words.RESULT,
        list(names),
        key=_KEY,
        format_func=lambda run: names.get(run, ""),
        label_visibility="collapsed",
        width=330,
        on_change=lambda: show(st.session_state[_KEY]),
    )


def _names(results: Mapping[str, tuple[Job, Recording]]) -> dict[str, str]:
    """What each is called; no two alike, since a browser tells them apart by that alone."""
    several = Counter(recording.id for _, recording in results.values())
    names = {
        run: words.result(recording.name, job.number if several[recording.id] > 1 else 0, job.title)
        for run, (job, recording) in results.items()
    }
    alike = Counter(names.values())
    dated = {
        run: f"{name} · {moment(results[run][0].finished or 0.0, seconds=True)}" if alike[name] > 1 else name
        for run, name in names.items()
    }
    still = Counter(dated.values())
    return {run: f"{name} · {run[:6]}" if still[name] > 1 else name for run, name in dated.items()}
