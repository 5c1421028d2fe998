"""Words of the page Settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

WHERE = "Where things lie"
DATA, LOGS, MODELS, CACHE = "Recordings and results", "Logs", "Models", "What can be made again"
FOLDERS, NO_FOLDERS = "Folders whose recordings you may name", "none: recordings are dropped instead"
CLEAR = "Empty it"
CLEAR_HELP = "Frees the space. Runs that are repeated then take as long as the first time."
WORKERS, ONE, NONE = "Workers", "at work beside this page", "none lives; one is started within seconds"
VERSION = "Version"
LOOK = "Light and dark follow your browser. All else is set on the pages themselves."


def folders(granted: Sequence[Path]) -> str:
    return ", ".join(map(str, granted)) or NO_FOLDERS


def emptied(number: int) -> str:
    return f"{number:,} parts dropped."
