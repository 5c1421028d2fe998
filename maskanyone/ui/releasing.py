"""What becomes of a result: looked at elsewhere, or released with its report once nothing is left to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from maskanyone.errors import Refused
from maskanyone.proof import places
from maskanyone.proof.release import LEVELS
from maskanyone.store import recordings, releases
from maskanyone.store.tables import VIEWING, Job, Recording, Release
from maskanyone.ui import going
from maskanyone.ui.markdown import plain
from maskanyone.ui.moments import moment
from maskanyone.ui.reviewing import Told
from maskanyone.ui.words import review as words

_RELEASE = ":material/outbox:"


def row(owner: str, job: Job, recording: Recording, report: Mapping[str, Any], told: Told) -> None:
    """The report, the result as a file, and the release."""
    released, left = releases.of(owner, job.id), len(told.left())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button(words.REPORT, f"/api/runs/{job.id}/report", icon=":material/description:", type="tertiary")
        if not released:
            _download(job, type="tertiary")
        st.space("stretch")
        if not (recording.facts.get("playable") or recordings.artefact(recording.id, VIEWING)):
            going.copy_awaited(recording.id)
        if report["result"]["sound"].startswith("kept"):
            st.markdown(f":orange[:material/mic: {words.KEPT}]", width="content")
        if released:
            _released(owner, job, report, told, released)
        else:
            before = st.empty()  # there in any case, so that the button stays the one it was
            if left:
                before.markdown(f":gray[{words.left_before(left)}]", width="content")
            look: Literal["secondary", "primary"] = "secondary" if left else "primary"
            if st.button(words.RELEASE, icon=_RELEASE, key=f"release {job.id}", disabled=left > 0, type=look):
                _ask(owner, job, report, told)


def _released(owner: str, job: Job, report: Mapping[str, Any], told: Told, release: Release) -> None:
    """For whom it is, and its files."""
    says = words.released(LEVELS[release.level].title, moment(release.at))
    st.markdown(f":gray[:material/check: {says}]", width="content")
    if st.button(words.RELEASE_AGAIN, type="tertiary", disabled=bool(told.left()), help=words.RELEASE_AGAIN_HELP):
        _ask(owner, job, report, told)
    st.link_button(words.FILES, f"/api/runs/{job.id}/release.zip", icon=":material/folder_zip:", help=words.FILES_HELP)
    _download(job, type="primary")


def _download(job: Job, **look: Any) -> None:
    st.link_button(words.DOWNLOAD, f"/api/runs/{job.id}/download", icon=":material/download:", **look)


def _ask(owner: str, job: Job, report: Mapping[str, Any], told: Told) -> None:
    """Ask for whom a result is to be released."""
    st.dialog(words.RELEASE, width="medium")(choose)(owner, job, report, told)


def choose(owner: str, job: Job, report: Mapping[str, Any], told: Told) -> None:
    """For whom: the form in the dialog."""
    level = st.radio(
        words.LEVEL,
        list(LEVELS),
        index=None,
        format_func=lambda level: f"**{LEVELS[level].title}.** {LEVELS[level].says}",
    )
    st.markdown(f"**{words.NOT_PROTECTED}**  \n" + "  \n".join(f":small[{plain(s)}]" for s in report["not_protected"]))
    by = st.text_input(words.BY, help=words.BY_HELP, max_chars=200)
    sure = _confirmed(report, told)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(words.NOT_YET):
            st.rerun()
        if st.button(words.RELEASE_NOW, icon=_RELEASE, type="primary", disabled=level is None or not sure) and level:
            _release(owner, job, level, by)


def _release(owner: str, job: Job, level: str, by: str) -> None:
    try:
        releases.release(owner, job.id, level, by)
    except Refused as error:  # a place was taken back in another tab
        st.markdown(f":red[:material/error: {plain(str(error))}]")
    else:
        st.rerun()


def _confirmed(report: Mapping[str, Any], told: Told) -> bool:
    """Whether she knows of everybody who shows, or that nobody has searched it, and releases it all the same."""
    if isinstance(report["audit"], str):
        st.markdown(f":orange[:material/warning: {words.unsearched(report['audit'])}]")
        return bool(st.checkbox(words.ALL_THE_SAME_UNSEARCHED))
    shows = [part for entry in told.queue for part in entry.place.parts if part["kind"] == places.SHOWS]
    if not shows:
        return True
    spans = sorted(places.spans(report, shows))
    st.markdown(f":orange[:material/warning: {words.somebody_shows(spans)}]")
    return bool(st.checkbox(words.ALL_THE_SAME))
