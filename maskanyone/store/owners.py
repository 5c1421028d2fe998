"""Who owns what. Today there is one local user; this is the place that knows."""

from __future__ import annotations

from typing import Protocol

LOCAL = "local"


class Owned(Protocol):
    """A row with an owner."""

    owner: str


def current() -> str:
    """The user of this request."""
    return LOCAL


def may_see(owner: str, row: Owned) -> bool:
    """Whether this user may see this row."""
    return row.owner == owner
