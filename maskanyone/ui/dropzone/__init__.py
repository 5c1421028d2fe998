"""The area where recordings are dropped: they are copied in pieces, and a broken copy goes on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from maskanyone.names import VIDEO_SUFFIXES
from maskanyone.ui.component import declared
from maskanyone.ui.words import dropzone as words


@dataclass(frozen=True)
class Dropped:
    """What happened since the last run. arrived: ids of complete uploads. open_folder: a folder is asked for."""

    arrived: tuple[str, ...]
    open_folder: bool


def dropzone(
    *,
    key: str,
    endpoint: str = "/api/uploads",
    library: str = "/api/assets/tus.min.js",
    folder: bool = True,
    promise: str = words.STAYS,
) -> Dropped:
    """Draw the area. The page runs again when copies have begun, and when some have arrived.

    Copying goes on while other pages are shown; what arrives meanwhile is told when the area is drawn again.

    Args:
        endpoint: where uploads are created (tus 1.0 with creation and termination). Metadata: ``filename``, and
            ``folder``, the way to it in a dropped folder.
        library: address of tus-js-client.
        folder: whether a folder of this machine can be named; the page answers with a field for it.
        promise: what stands at the right.
    """
    taken: dict[str, None] = st.session_state.setdefault(f"{key}/taken", {})
    fresh: list[str] = st.session_state.setdefault(f"{key}/fresh", [])

    def arrive() -> None:
        """Take ids once: the browser repeats them until it sees them among those taken."""
        told = [str(each) for each in st.session_state[key].get("arrived") or ()]
        fresh.extend(each for each in told if each not in taken)
        taken.update(dict.fromkeys(told))

    result = declared(__file__)(
        key=key,
        data={
            "endpoint": endpoint,
            "library": library,
            "folder": folder,
            "promise": promise,
            "endings": sorted(VIDEO_SUFFIXES),
            "taken": list(taken),
            "words": words.WORDS,
        },
        on_arrived_change=arrive,
        on_begun_change=_run_again,
        on_folder_change=_run_again,
    )
    arrived = tuple(fresh)
    fresh.clear()
    return Dropped(arrived, bool(result.folder))


def _run_again() -> None:
    """Nothing but a run of the page is wanted."""
