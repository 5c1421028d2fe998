"""One frame before and after, with a wipe under the mouse and a filmstrip that chooses the time."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui.component import declared
from maskanyone.ui.words.stage import WORDS


def stage(
    *,
    key: str,
    before: str,
    after: str,
    strip: str,
    pictures: int,
    duration: float,
    time: float,
    step: float,
    aspect: float,
    border: float = 0.5,
    note: str = "",
) -> float | None:
    """The time in seconds that she chose last; None before that. Dragging tells it when she lets go.

    Args:
        before, after: addresses of two pictures, new ones for each preview; "" while there is nothing yet.
        strip: address of ``pictures`` frames side by side, evenly spread over the recording.
        duration: of the recording, seconds.
        time: of the frame that is shown, seconds; a new value moves the playhead.
        step: from a frame to the next, seconds.
        aspect: width by height of the picture as it is shown.
        border: where the wipe stands until somebody moves it, as a share of the width.
        note: a sentence in the picture's corner, or in its place while there is none.
    """
    data = {
        "before": before,
        "after": after,
        "strip": strip,
        "pictures": pictures,
        "duration": duration,
        "time": time,
        "step": step,
        "aspect": aspect,
        "border": border,
        "note": note,
        "words": WORDS,
        # with it each choice gets an answer, even where the frame is the one that is shown already
        "heard": st.session_state.get(key, {}).get("time"),
    }
    state = declared(__file__, elements=True)(key=key, data=data, default={"time": None}, on_time_change=lambda: None)
    return None if state.time is None else float(state.time)
