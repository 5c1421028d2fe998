"""Threads that run foreign code: one that hangs is left behind and dies with the process, nobody waits for it."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

#: seconds that calls in progress get to end; native code that outlives the interpreter aborts the whole program
_GRACE = 1.0
#: seconds between two questions whether to stop, while an answer is waited for
_PATIENCE = 0.25


class Crew:
    """A few daemon threads that take calls in order. An executor's threads are joined at exit; these are not."""

    def __init__(self, hands: int, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = (
            queue.SimpleQueue()
        )
        self._threads: list[threading.Thread] = []
        for _ in range(hands):
            self.hire()

    def hire(self) -> None:
        """One more thread, in place of one that hangs."""
        thread = threading.Thread(target=self._work, name=self._name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def call(self, function: Callable[..., T], *arguments: object) -> Future[T]:
        """Have it called; the future holds its answer or exception."""
        future: Future[T] = Future()
        self._calls.put((future, function, arguments))
        return future

    def dismiss(self) -> None:
        """End the threads: calls that have not begun are dropped, those in progress get a moment to end."""
        with contextlib.suppress(queue.Empty):
            while True:
                if (call := self._calls.get_nowait()) is not None:
                    call[0].cancel()
        for _ in self._threads:
            self._calls.put(None)
        end = time.monotonic() + _GRACE
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            future, function, arguments = call
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function(*arguments))
            except BaseException as error:  # handed to whoever asks the future
                future.set_exception(error)


def awaited(future: Future[Any], timeout: float, ask: Callable[[], None]) -> BaseException | None:
    """What the call raised, if anything, once it has ended. ask: called now and then meanwhile; may raise to stop.

    Raises:
        TimeoutError: it takes longer than ``timeout`` seconds.
    """
    end = time.monotonic() + timeout
    while (left := end - time.monotonic()) > _PATIENCE:
        try:
            return future.exception(_PATIENCE)
        except TimeoutError:
            ask()
    return future.exception(max(left, 0.0))
