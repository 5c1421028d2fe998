"""Tests that measure seconds, or watch a page as a person does, run while no other test does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

#: what stands for the room in which tests run, and for its gate: any two files do
_GATE = Path(__file__)
_ROOM = _GATE.with_name("conftest.py")

#: the room, held on for the next test of the same file: what one of them begins may go on in the next
_held: contextlib.ExitStack | None = None


@contextlib.contextmanager
def turn(item: pytest.Item, following: pytest.Item | None) -> Iterator[None]:
    """Wait until a test may run beside those that other processes run: any beside any, but for those marked alone."""
    global _held
    entered, _held = _held, None
    with entered or contextlib.ExitStack() as stack:
        if entered is None and hasattr(item.config, "workerinput"):  # else tests run one after the other
            stack.enter_context(_in_the_room(_alone(item)))
        yield
        if following and following.path == item.path and _alone(item) and _alone(following):
            _held = stack.pop_all()


def _alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


@contextlib.contextmanager
def _in_the_room(alone: bool) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: they run side by side
        yield
        return
    with _GATE.open("rb") as gate, _ROOM.open("rb") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)  # whoever waits for an empty room keeps others from entering it
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)
