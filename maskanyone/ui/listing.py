"""The list of recordings, a page at a time, kept up to date while something is on its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from maskanyone.store import recordings, reviews, runs
from maskanyone.store.tables import (
    ARRIVING,
    BROKEN,
    CANCELLED,
    CHECKING,
    DONE,
    FAILED,
    READY,
    Job,
    Recording,
)
from maskanyone.ui import frame, glimpses, paging, progress
from maskanyone.ui.markdown import plain, spoken
from maskanyone.ui.words import upload as words
from maskanyone.ui.words.runs import to_look_at
from maskanyone.written import clock, size

_NAME = "recordings"
#: seconds after which a copy that does not get on counts as broken off
_PATIENCE = 20.0
_PICTURE, _CHECK, _LENGTH, _STATE = 84, 24, 70, 210


def recordings_listed(owner: str, total: int) -> None:
    """Rows, ``total`` in all, and what can be done with them; again every second while something moves."""
    start = paging.start_of(_NAME, total)
    rows, _ = recordings.listed(owner, start=start, most=paging.PAGE)
    newest = runs.newest_of(owner, [row.id for row in rows])
    moving = any(_moves(row, newest.get(row.id)) for row in rows)
    st.fragment(_rows, run_every=1.0 if moving else None)(owner, start, moving)


def _rows(owner: str, start: int, moving: bool) -> None:
    rows, total = recordings.listed(owner, start=start, most=paging.PAGE)
    newest = runs.newest_of(owner, [row.id for row in rows])
    if moving and not any(_moves(row, newest.get(row.id)) for row in rows):
        st.rerun()
    with st.container(gap="xsmall"):
        _head(owner, rows)
        left = reviews.left(newest.values())
        for row in rows:
            run = newest.get(row.id)
            _row(owner, row, run, left.get(run.id, 0) if run else 0)
    _below(owner, rows, total)


def _head(owner: str, rows: list[Recording]) -> None:
    some = [row for row in rows if row.state == READY]
    every = bool(some) and all(row.chosen for row in some)
    name, length, state = (f":gray[:small[{word}]]" for word in words.HEADS)
    with frame.line():
        st.checkbox(
            words.CHOOSE_ALL,
            **_box("choose all", every, lambda value: _choose(owner, some, value)),
            label_visibility="collapsed",
            width=_CHECK,
            disabled=not some,
        )
        st.markdown("", width=_PICTURE)
        st.markdown(name, width="stretch")
        st.markdown(length, width=_LENGTH, text_alignment="right")
        st.markdown(state, width=_STATE)


def _row(owner: str, row: Recording, run: Job | None, left: int) -> None:
    with frame.line():
        can_be = row.state == READY
        st.checkbox(
            words.choose(spoken(row.name)),
            **_box(f"choose {row.id}", row.chosen and can_be, lambda value: _choose(owner, [row], value)),
            label_visibility="collapsed",
            width=_CHECK,
            disabled=not can_be,
        )
        st.html(_picture(row), width=_PICTURE)
        with st.container(width="stretch", gap=None):
            st.markdown(_name(row), wrap=False)
            for sentence in filter(None, (_facts(row), plain(_told(row)))):
                st.markdown(f":gray[:small[{sentence}]]")
        st.markdown(clock(row.facts["seconds"]) if row.facts else " ", width=_LENGTH, text_alignment="right")
        with st.container(width=_STATE, horizontal=True, vertical_alignment="center"):
            _state(row, run, left)
            if row.state == BROKEN or (row.state == ARRIVING and _stalled(row)):
                label = words.DELETE if row.copied else words.REMOVE
                if st.button(label, icon=":material/close:", type="tertiary", key=f"delete {row.id}"):
                    _ask(owner, [row])


def _choose(owner: str, rows: list[Recording], value: bool) -> None:
    recordings.choose(owner, [row.id for row in rows], value)


def _box(name: str, shows: bool, turn: Callable[[bool], None]) -> dict[str, Any]:
    """Key, value and callback of a box: a new key whenever something else than a click on it has turned it.

    A browser sends with every click what it shows of all boxes. What it still shows of one that was turned meanwhile
    looks like a click on that, and is passed over. The value is the box's own and not the session's, which the browser
    would take up only after it has drawn, and sent, an empty box.
    """
    counter = f"{name}: turned"
    number = int(st.session_state.get(counter, 0))
    if st.session_state.get(f"{name} {number}", shows) != shows:
        number += 1
        st.session_state[counter] = number
    key = f"{name} {number}"

    def clicked() -> None:
        if st.session_state.get(counter, 0) == number:
            turn(bool(st.session_state[key]))

    return {"key": key, "value": shows, "on_change": clicked}


def _facts(row: Recording) -> str:
    """What a recording is like: picture, sound, size."""
    facts = row.facts
    shape = f"{facts['width']} × {facts['height']}, {facts['fps']:.3g} fps" if facts else ""
    sound = (words.SOUND if facts["sound"] else words.NO_SOUND) if facts else ""
    return " · ".join(filter(None, (shape, sound, size(row.bytes) if row.bytes else "")))


def _told(row: Recording) -> str:
    """A sentence under the name, where one is needed."""
    if row.state == ARRIVING and _stalled(row):
        return words.INTERRUPTED
    return row.problem or (words.DAMAGE if row.facts.get("damage") else "")


def _state(row: Recording, run: Job | None, left: int) -> None:
    if row.state == ARRIVING:
        path = Path(row.path)
        here = path.stat().st_size if path.is_file() else 0
        share = min(1.0, here / max(row.bytes, 1))
        st.progress(share, f":small[{words.COPYING} · {share:.0%}]")
    elif row.state == CHECKING:
        st.markdown(f":gray[{words.CHECKING}]")
    elif row.state == BROKEN:
        st.markdown(f":red[:material/error: {words.BROKEN}]")
    elif run is not None and progress.moves(run):
        st.progress(progress.share(run), f":small[{progress.told(run)}]")
    elif run is not None and run.state == DONE:
        st.markdown(words.MASKED + to_look_at(left))
    elif run is not None and run.state == FAILED:
        st.markdown(f":red[:material/error: {words.FAILED}]", help=plain(run.message))
    elif run is not None and run.state == CANCELLED:
        st.markdown(words.STOPPED)
    else:
        st.markdown(f":orange-badge[:material/warning: {words.DAMAGED}]" if row.facts.get("damage") else words.READY)


def _below(owner: str, rows: list[Recording], total: int) -> None:
    chosen = recordings.chosen(owner)
    paging.buttons(_NAME, len(rows), total)
    with st.bottom.container(horizontal=True, vertical_alignment="center"):
        copied = sum(row.copied for row in chosen)
        label = words.delete(copied, len(chosen) - copied)
        if st.button(label, icon=":material/close:", type="tertiary", disabled=not chosen, key="delete chosen"):
            _ask(owner, chosen)
        st.space("stretch")
        seconds = sum(row.facts["seconds"] for row in chosen)
        st.markdown(words.chosen(len(chosen), total, seconds), width="content")
        if st.button(
            words.CHOOSE, type="primary", icon=":material/arrow_forward:", icon_position="right", disabled=not chosen
        ):
            st.session_state["go on"] = True
            st.rerun()


def _ask(owner: str, rows: list[Recording]) -> None:
    """Ask before recordings go."""
    copied = any(row.copied for row in rows)
    st.dialog(words.DELETE_TITLE if copied else words.REMOVE_TITLE)(_delete)(owner, rows)


def _delete(owner: str, rows: list[Recording]) -> None:
    copied = sum(row.copied for row in rows)
    st.markdown(words.deleting(len(rows), len(rows) - copied))
    for row in rows[:8]:
        st.markdown(_name(row))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(words.KEEP):
            st.rerun()
        if st.button(words.DELETE if copied else words.REMOVE, icon=":material/delete:"):
            ids = [row.id for row in rows]
            recordings.forget(owner, ids)
            glimpses.forget(ids)
            paging.turn(_NAME, 0)
            st.rerun()


def _moves(row: Recording, run: Job | None) -> bool:
    if row.state == ARRIVING:
        return not _stalled(row)
    return row.state == CHECKING or (run is not None and progress.moves(run))


def _stalled(row: Recording) -> bool:
    """Whether a copy has not got on for a while; its tab may be closed."""
    try:
        return time.time() - Path(row.path).stat().st_mtime > _PATIENCE
    except OSError:
        return time.time() - row.added > _PATIENCE


def _picture(row: Recording) -> str:
    style = "width:84px;height:47px;object-fit:contain;border-radius:6px;display:block"
    if not row.facts:
        return f'<div style="{style}"></div>'
    return f'<img src="/api/recordings/{row.id}/picture" alt="" style="{style};background:#17191b">'


def _name(row: Recording) -> str:
    return f"**{plain(row.name)}**"
