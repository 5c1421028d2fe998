"""Words of the page Runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maskanyone.store.tables import CANCELLED, DONE, FAILED, QUEUED

EMPTY = "No run yet. Every masking is kept here with its settings, so that it can be done again."
TO_VIDEOS = "To the videos"
STATES: Mapping[str, str] = {
    QUEUED: "In line",
    DONE: "Done",
    FAILED: "Failed",
    CANCELLED: "Stopped",
}
STARTING = "Starting"
HEADS = ("Recording", "Settings", "Begun", "Took", "State")
AGAIN, STOP, REVIEW, DELETE = "Run again", "Stop", "Review", "Delete"
USE = "Use these settings"
MORE = "More"


def to_look_at(told: Mapping[str, Any]) -> str:
    """A mark behind a state; nothing where nothing wants a look."""
    number = told.get("places", told.get("to_look_at", 0) + told.get("not_hidden", 0))
    return f" :orange-badge[:material/visibility: {number} to look at]" if number else ""
