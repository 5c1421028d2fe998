"""Words of the page Runs."""

from __future__ import annotations

from collections.abc import Mapping

from maskanyone.store.tables import CANCELLED, DONE, FAILED, QUEUED
from maskanyone.ui.words import frame

EMPTY = "No run yet. Every masking is kept here with its settings, so that it can be done again."
TO_VIDEOS = "To the videos"
STATES: Mapping[str, str] = {
    QUEUED: "In line",
    DONE: "Done",
    FAILED: "Failed",
    CANCELLED: "Stopped",
}
STARTING = "Starting"
HEADS = ("Recording", "State")
AGAIN, STOP, REVIEW, DELETE = "Run again", "Stop", "Review", "Delete"
SURE = "Delete it and its result for good"
DELETED = "The run and its result were deleted; the recording is still here."
SETTINGS, AS_FILE = "What was set", "As a recipe's file"
USE = "Use these settings"
MORE = "More"


def told(title: str, begun: str, took: str) -> str:
    """What stands under a run's recording: its settings, when it began, how long it took."""
    return " · ".join(filter(None, (title, begun, took and f"took {took}")))


def to_look_at(left: int) -> str:
    """A mark behind a state; nothing where nothing is left to look at."""
    return f" :orange-badge[:material/visibility: {frame.to_look_at(left)}]" if left else ""
