"""What somebody has set on a page and not used yet: it outlives her tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maskanyone.store import database
from maskanyone.store.tables import Draft


def get(owner: str, name: str) -> dict[str, Any]:
    """What was set, or an empty mapping."""
    with database.session() as session:
        row = session.get(Draft, (owner, name))
        return dict(row.value) if row else {}


def put(owner: str, name: str, value: Mapping[str, Any]) -> None:
    """Keep what is set."""
    with database.session() as session:
        session.merge(Draft(owner=owner, name=name, value=dict(value)))
