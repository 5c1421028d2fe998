"""Words of the page Presets."""

from __future__ import annotations

USE, EXPORT, DELETE, BRING = "Use", "Save as a file", "Delete", "Bring in"
SURE = "Delete it for good"
NAME, RENAME_IT = "New name", "Rename"
OWN, BUILT_IN = "Yours", "Built in"
FILE = "A recipe's file"
BRING_HELP = "A recipe's JSON file, saved here or written by hand."
NONE_OWN = "Set something on the page Mask and choose “Keep as a preset”; it appears here."
MORE = "More"


def brought(title: str) -> str:
    return f"“{title}” was brought in."


def deleted(title: str) -> str:
    return f"“{title}” was deleted."
