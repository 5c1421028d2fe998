"""Words of lists in pages."""

from __future__ import annotations

NEWER, OLDER = "Newer", "Older"


def place(start: int, shown: int, total: int) -> str:
    return f"{start + 1} to {start + shown} of {total:,}"
