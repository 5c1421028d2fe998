"""Threads that run foreign code: one that hangs is left behind and dies with the process, nobody waits for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Crew:
    """A few daemon threads that take calls in order. An executor's threads are joined at exit; these are not."""

    def __init__(self, hands: int, name: str) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = (
            queue.SimpleQueue()
        )
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for _ in range(hands)]
        for thread in self._threads:
            thread.start()

    def call(self, function: Callable[..., T], *arguments: object) -> Future[T]:
        """Have it called; the future holds its answer or exception."""
        future: Future[T] = Future()
        self._calls.put((future, function, arguments))
        return future

    def dismiss(self) -> None:
        """End the threads when their calls are done."""
        for _ in self._threads:
            self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            future, function, arguments = call
            try:
                future.set_result(function(*arguments))
            except BaseException as error:  # handed to whoever asks the future
                future.set_exception(error)
