"""Words about recordings in a folder of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from maskanyone.written import counted

FOLDER = "Folder on this computer"
FOLDER_HELP = "Its recordings stay where they are and are only read. They are never copied, changed or deleted."
ADD = "Add its recordings"
EMPTY = "No folder is named yet. Write its whole path, then add its recordings."


def inside(granted: Sequence[Path]) -> str:
    """Which folders may be named."""
    return f"It must lie inside {' or '.join(map(str, granted))}."


def not_there(named: str) -> str:
    return f"{named}: there is no such folder. Check its name, or drop the recordings instead."


def not_granted(named: str, granted: Sequence[Path]) -> str:
    where = ", ".join(map(str, granted)) or "no folder"
    return f"{named}: recordings may be named inside {where} only. Move them there, or drop them instead."


def too_many(named: str, most: int) -> str:
    return f"{named} holds more than {most:,} recordings. Name a folder inside it."


def added(number: int, folder: str) -> str:
    return f"{counted(number, 'recording')} in {folder} added." if number else f"No new recording lies in {folder}."
