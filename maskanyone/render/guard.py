"""Call a method that may raise, return nonsense or hang: whatever it does, the region ends hidden."""

from __future__ import annotations

import queue
import threading
from typing import Any, Protocol

import numpy as np

from maskanyone.data import Film, Moment, Pixels, Region

#: seconds that one region may take before the method counts as hung
TIMEOUT = 20.0


class Hides(Protocol):
    """What render asks of a hider."""

    id: Any
    params: Any

    def prepare(self, film: Film) -> None: ...

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels: ...


class Guarded:
    """A hider whose every fault becomes a sentence instead of a picture."""

    def __init__(self, hider: Hides, timeout: float = TIMEOUT) -> None:
        self.hider = hider
        self._timeout = timeout
        self._asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answered: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._hung = False

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> tuple[Pixels | None, str | None]:
        """The hidden pixels, or none and what went wrong; a method that hung once is not asked again."""
        if self._hung:
            return None, f"{self.hider.id} hung"
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=str(self.hider.id), daemon=True)
            self._thread.start()
        self._asked.put((crop, region, moment))
        try:
            answer = self._answered.get(timeout=self._timeout)
        except queue.Empty:
            self._hung = True
            return None, f"{self.hider.id} took longer than {self._timeout:g} s"
        return (None, answer) if isinstance(answer, str) else self._checked(answer, crop)

    def close(self) -> None:
        """End the thread; one that hangs is left behind, it dies with the process."""
        self._asked.put(None)

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            try:
                self._answered.put((self.hider.hide(*asked),))
            except Exception as error:  # every fault of a method is covered and named
                self._answered.put(f"{self.hider.id} raised {type(error).__name__}: {error}")

    def _checked(self, answer: tuple[Any], crop: Pixels) -> tuple[Pixels | None, str | None]:
        pixels = answer[0]
        if not isinstance(pixels, np.ndarray) or pixels.shape != crop.shape or pixels.dtype != np.uint8:
            return None, f"{self.hider.id} returned no picture of the region's size"
        return pixels, None
