"""What is kept in memory only, since it holds people's pictures: the newest few, until their recording is deleted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any


class Newest:
    """The newest few of something, by keys that begin with a recording's id."""

    def __init__(self, most: int) -> None:
        _all.append(self)
        self._most = most
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Any, value: Any) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def values(self) -> list[Any]:
        with self._lock:
            return list(self._kept.values())

    def forget(self, recordings: set[str]) -> None:
        with self._lock:
            for key in [key for key in self._kept if key[0] in recordings]:
                del self._kept[key]


_all: list[Newest] = []


def forgotten(recordings: set[str]) -> None:
    """Drop everything of these recordings."""
    for memory in _all:
        memory.forget(recordings)
