"""What wants a look, the riskiest first: shown in the player, and beside it as small pictures; looked at one by one.

The player and all below it are one fragment, so that going from place to place draws nothing else anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import streamlit as st

from maskanyone.proof.timeline import colour
from maskanyone.store import recordings, reviews
from maskanyone.store.tables import VIEWING, Job, Recording
from maskanyone.ui import crops, frame, releasing, reviewing
from maskanyone.ui.markdown import plain
from maskanyone.ui.moments import moment
from maskanyone.ui.player import Stood, player
from maskanyone.ui.reviewing import Entry, Told
from maskanyone.ui.words import review as words

View = Literal["side", "wipe", "result"]
#: px, a picture of the list
_SMALL = 72
#: px, the height of a button and what surrounds it when it has the focus
_BUTTON = 44
#: rows of the list, and how many more at a time
_ROWS = 6


@dataclass
class _Stand:
    """Where somebody stands in a queue, while her tab is open.

    key: of the place that she looks at. to, sent: where the player was sent last, s, and how often.
    stood: what the player told last. rows: of the list.
    """

    key: str = ""
    to: float = 0.0
    sent: int = 0
    stood: Stood | None = None
    rows: int = _ROWS

    def go(self, entry: Entry | None) -> None:
        """Look at a place, or at none."""
        self.key = entry.place.key if entry else ""
        if entry:
            self.to, self.sent = entry.at, self.sent + 1

    def follow(self, told: Told, stood: Stood | None) -> None:
        """She went elsewhere in the player: the place there is what she looks at."""
        if stood is None or stood == self.stood:
            return
        self.stood = stood
        self.key = next((each.place.key for each in told.queue if each.number == stood.number), self.key)


def looked_through(owner: str, job: Job, recording: Recording, report: Mapping[str, Any], view: View) -> None:
    """The player, the place to look at now, what becomes of the result, and the places that come after."""
    told = reviewing.drawn(report, reviews.looked_at(owner, job.id))
    stand = _stand(job, told)
    stand.follow(told, _played(job, recording, report, told, stand, view))
    now = told.entry(stand.key)
    if told.queue:
        _now(owner, job, told, stand, now)
    releasing.row(owner, job, recording, report, told)
    _others(owner, job, told, stand, now)


def _stand(job: Job, told: Told) -> _Stand:
    """At the riskiest place unless she went elsewhere."""
    stand: _Stand = st.session_state.setdefault(f"queue {job.id}", _Stand())
    if told.entry(stand.key) is None and told.left():
        stand.go(told.after(0))
    return stand


def _played(
    job: Job, recording: Recording, report: Mapping[str, Any], told: Told, stand: _Stand, view: View
) -> Stood | None:
    playable = recording.facts.get("playable") or recordings.artefact(recording.id, VIEWING)
    return player(
        key=f"player {job.id}",
        original=f"/api/recordings/{recording.id}/video" if playable else "",
        result=f"/api/runs/{job.id}/result",
        times=f"/api/runs/{job.id}/times",
        duration=report["result"]["seconds"],
        view=view,
        marks=told.marks,
        rows=told.rows,
        cuts=told.cuts,
        start=stand.to,
        sent=stand.sent,
        number=now.number if (now := told.entry(stand.key)) else 0,
        tells=False,
        aspect=recording.facts["aspect"],
    )


def _now(owner: str, job: Job, told: Told, stand: _Stand, now: Entry | None) -> None:
    """The place that she looks at, and what she can say of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if now is None:
            st.markdown(f":gray[:material/check: {words.all_looked_at(len(told.queue))}]", width="content")
            return
        st.html(_pictures(job, now, crops.WIDTH), width=2 * crops.WIDTH + 4)
        with st.container(width="stretch", gap=None):
            st.markdown(f":orange-badge[{words.place(now.number, len(told.queue))}] {_title(now)}")
            st.markdown(plain(now.reason))
        if now.looked is not None:
            st.markdown(f":gray[:material/check: {words.looked_at(moment(now.looked))}]", width="content")
        following = told.after(now.number)
        last = following is None or following is now
        with _slot():
            st.button(
                words.NEXT,
                on_click=stand.go,
                args=(following,),
                key="next place",
                help=words.NEXT_HELP,
                disabled=last,
            )
        with _slot():
            if now.looked is None:
                _well(owner, job, told, stand, now, type="primary")
            else:
                _again(owner, job, stand, now, "now")


def _slot() -> AbstractContextManager[Any]:
    """Where a button stands, whatever comes in its stead: nothing moves from under a click.

    The page shows the old button below the new one until all is drawn; here that is out of sight.
    """
    made: AbstractContextManager[Any] = st.container(width="content", height=_BUTTON, border=False)
    return made


def _others(owner: str, job: Job, told: Told, stand: _Stand, now: Entry | None) -> None:
    """The other places, the riskiest first, and those that were looked at."""
    left = [entry for entry in told.left() if entry is not now]
    if left:
        with st.container(gap="xsmall"):
            st.markdown(f"**{words.OTHERS}** :gray[{words.RISKIEST}]")
            for entry in left[: stand.rows]:
                _row(owner, job, told, stand, entry)
            if (more := len(left) - stand.rows) > 0:
                st.button(words.show_more(more), on_click=_more, args=(stand,), type="tertiary", key="more places")
    looked = [entry for entry in told.queue if entry.looked is not None]
    if looked:
        with st.expander(words.looked_at_number(len(looked)), type="step", icon=":material/check:"):
            for entry in looked:
                with frame.line():
                    st.markdown(f"{_title(entry)} · {plain(entry.reason)}", width="stretch", wrap=False)
                    _show(stand, entry)
                    _again(owner, job, stand, entry, "list")


def _row(owner: str, job: Job, told: Told, stand: _Stand, entry: Entry) -> None:
    with frame.line():
        st.html(_pictures(job, entry, _SMALL), width=2 * _SMALL + 4)
        with st.container(width="stretch", gap=None):
            st.markdown(f":gray[{words.place(entry.number, len(told.queue))}] {_title(entry)}")
            st.markdown(f":gray[:small[{plain(entry.reason)}]]")
        _show(stand, entry)
        _well(owner, job, told, stand, entry, type="tertiary")


def _show(stand: _Stand, entry: Entry) -> None:
    look: Any = {"type": "tertiary", "icon": ":material/play_arrow:", "key": _key("show", entry)}
    st.button(words.SHOW, on_click=stand.go, args=(entry,), **look)


def _well(owner: str, job: Job, told: Told, stand: _Stand, entry: Entry, **look: Any) -> None:
    """The button by which she says that nobody can be recognised there; the next place comes up."""
    if look["type"] == "primary":
        look |= {"shortcut": words.SHORTCUT}
    # a key of its own for each: a second click that comes too late must not count for the next place
    key = _key(f"hidden well {look['type']}", entry)
    if st.button(words.WELL, icon=":material/check:", help=words.WELL_HELP, key=key, **look):
        reviews.look(owner, job.id, entry.place.key)
        if stand.key == entry.place.key:
            following = told.after(entry.number)
            stand.go(following if following is not entry else None)
        st.rerun()


def _again(owner: str, job: Job, stand: _Stand, entry: Entry, where: str) -> None:
    """The button by which she takes it back."""
    if st.button(words.AGAIN, type="tertiary", icon=":material/undo:", key=_key(f"again {where}", entry)):
        reviews.look_again(owner, job.id, entry.place.key)
        stand.go(entry)
        st.rerun()


def _more(stand: _Stand) -> None:
    stand.rows += 2 * _ROWS


def _key(what: str, entry: Entry) -> str:
    return f"{what} {entry.place.key}"


def _title(entry: Entry) -> str:
    who = f" · {', '.join(entry.letters)}" if entry.letters else ""
    return f"**{words.span(entry.place.start, entry.place.end)}**{who}"


def _pictures(job: Job, entry: Entry, width: int) -> str:
    """Original and result beside one another, with the letters of those who are in them."""
    height = round(width * crops.HEIGHT / crops.WIDTH)
    style = (
        f"width:{width}px;height:{height}px;object-fit:contain;border-radius:6px;display:block;background:#17191b;"
        "color:#fff;font-size:11px"
    )
    some = "".join(
        f'<img src="{crops.address(job.id, entry.place.key, side)}" alt="{escape(words.SIDES[side])}" '
        f'loading="lazy" style="{style}">'
        for side in crops.SIDES
    )
    return f'<div style="display:flex;gap:4px;position:relative">{some}{_chips(entry)}</div>'


def _chips(entry: Entry) -> str:
    some = "".join(
        f'<span style="background:{colour(letter)};color:{"#fff" if colour(letter) == _DARK else "#111"};'
        f'border-radius:4px;padding:0 4px;font-size:11px;font-weight:700;line-height:16px">{escape(letter)}</span>'
        for letter in entry.letters[:3]
    )
    return f'<div aria-hidden="true" style="position:absolute;top:3px;left:3px;display:flex;gap:2px">{some}</div>'


_DARK = "#0072B2"
