"""Words of what every page has."""

from __future__ import annotations

VIDEOS, MASK, REVIEW = "Videos", "Mask", "Review"
RUNS, PRESETS, MODELS, SETTINGS = "Runs", "Presets", "Models", "Settings"
OURS = "MaskAnyone is free software (AGPL 3.0). Recordings stay on the computer that runs it."
SOURCE = "Its source"


def to_look_at(left: int) -> str:
    return f"{left:,} to look at"
