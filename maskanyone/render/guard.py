"""Call a method that may raise, return nonsense or hang: whatever it does, the region ends hidden."""

from __future__ import annotations

from concurrent.futures import Future, TimeoutError
from typing import Any, Protocol

import numpy as np

from maskanyone.data import Film, Moment, Pixels, Region
from maskanyone.runtime.crew import Crew

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
        self._crew: Crew | None = None
        self._hung = False

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> tuple[Pixels | None, str | None]:
        """The hidden pixels, or none and what went wrong; a method that hung once is not asked again."""
        if self._hung:
            return None, f"{self.hider.id} hung"
        if self._crew is None:
            self._crew = Crew(1, str(self.hider.id))
        answer: Future[object] = self._crew.call(self.hider.hide, crop, region, moment)
        try:
            error = answer.exception(self._timeout)
        except TimeoutError:
            self._hung = True
            return None, f"{self.hider.id} took longer than {self._timeout:g} s"
        if error is not None:  # every fault of a method is covered and named
            return None, f"{self.hider.id} raised {type(error).__name__}: {error}"
        pixels = answer.result()
        if not isinstance(pixels, np.ndarray) or pixels.shape != crop.shape or pixels.dtype != np.uint8:
            return None, f"{self.hider.id} returned no picture of the region's size"
        return pixels, None

    def close(self) -> None:
        """End the thread; one that hangs is left behind."""
        if self._crew is not None:
            self._crew.dismiss()
