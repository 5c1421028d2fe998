"""Tests that measure seconds, or watch a page as a person does, run while no other test does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

#: what stands for the room in which tests run, and for its gate: any two files do
_GATE = Path(__file__)
_ROOM = _GATE.with_name("conftest.py")


@contextlib.contextmanager
def turn(item: pytest.Item) -> Iterator[None]:
    """Wait until a test may run beside those that other processes run: any beside any, but for those marked alone."""
    if not hasattr(item.config, "workerinput"):  # tests run one after the other
        yield
        return
    try:
        import fcntl
    except ImportError:  # Windows: they run side by side
        yield
        return
    with _GATE.open("rb") as gate, _ROOM.open("rb") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)  # whoever waits for an empty room keeps others from entering it
        fcntl.flock(room, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield
