"""Words of the page Runs."""

from __future__ import annotations

from collections.abc import Mapping

from maskanyone.store.tables import CANCELLED, DONE, FAILED, QUEUED, RUNNING

EMPTY = "No run yet. Every masking is kept here with its settings, so that it can be done again."
TO_VIDEOS = "To the videos"
STATES: Mapping[str, str] = {
    QUEUED: "In line",
    RUNNING: "Being masked",
    DONE: "Done",
    FAILED: "Failed",
    CANCELLED: "Stopped",
}
HEADS = ("Recording", "Settings", "Begun", "Took", "State")
AGAIN, STOP, REVIEW, DELETE = "Run again", "Stop", "Review", "Delete"
USE = "Use these settings"
MORE = "More"
