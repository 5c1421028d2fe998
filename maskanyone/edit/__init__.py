"""Corrections by hand: boxes added, moved and taken away, tracks divided and joined; without a look at any picture.

They are kept apart from what was found, and replayed over the tracks each time these were linked.
"""

from maskanyone.edit.edits import Add, Delete, Edits, Join, Key, Moment, Move, Named, Split
from maskanyone.edit.replay import Edited, replay
from maskanyone.edit.scene import Scene

__all__ = [
    "Add", "Delete", "Edited", "Edits", "Join", "Key", "Moment", "Move", "Named", "Scene", "Split", "replay",
]  # fmt: skip
