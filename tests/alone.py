"""Tests that measure seconds, or watch a page as a person does, run while no other test does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

#: what stands for the room in which tests run, and for its gate: any two files do
_GATE = Path(__file__)
_ROOM = _GATE.with_name("conftest.py")


#: the file whose tests have the room to themselves, while they do: what they begin may go on from one to the next
_held: dict[Path, contextlib.ExitStack] = {}


@contextlib.contextmanager
def turn(item: pytest.Item, following: pytest.Item | None) -> Iterator[None]:
    """Wait until a test may run beside those that other processes run: any beside any, but for those marked alone."""
    held = _held.pop(item.path, None)
    with held or contextlib.ExitStack() as stack:
        if held is None and hasattr(item.config, "workerinput"):  # else tests run one after the other
            stack.enter_context(_in_the_room(_alone(item)))
        yield
        if following and following.path == item.path and _alone(item) and _alone(following):
            _held[item.path] = stack.pop_all()


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
