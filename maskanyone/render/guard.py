"""Call a method that may raise, return nonsense or hang: whatever it does, the region ends hidden."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Film, Moment, Pixels, Region
from maskanyone.runtime.crew import Crew, awaited

#: seconds that one region may take before the method counts as hung
TIMEOUT = 20.0


class Hides(Protocol):
    """What render asks of a hider."""

    id: Any
    params: Any

    def prepare(self, film: Film) -> None: ...

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels: ...


class Guarded:
    """A hider whose every fault becomes a sentence instead of a picture.

    ask: called now and then while the method is waited for; may raise to stop.
    """

    def __init__(self, hider: Hides, timeout: float = TIMEOUT, ask: Callable[[], None] = lambda: None) -> None:
        self.hider = hider
        self._timeout, self._ask = timeout, ask
        self._crew: Crew | None = None
        self._out: str | None = None

    def prepare(self, film: Film) -> None:
        """Let it take what it needs of the whole film; where that fails it is not asked again."""
        _, fault = self._called(self.hider.prepare, film)
        if fault is not None:
            self._out = f"{fault} before the first frame"

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> tuple[Pixels | None, str | None]:
        """The hidden pixels, or none and what went wrong; a method that hung once is not asked again."""
        if self._out is not None:
            return None, self._out
        pixels, fault = self._called(self.hider.hide, crop, region, moment)
        if fault is not None:
            return None, fault
        if not isinstance(pixels, np.ndarray) or pixels.shape != crop.shape or pixels.dtype != np.uint8:
            return None, f"{self.hider.id} returned no picture of the region's size"
        if _unchanged(pixels, crop, region.core):
            return None, f"{self.hider.id} changed nothing"
        return pixels, None

    def close(self) -> None:
        """End the thread; one that hangs is left behind."""
        if self._crew is not None:
            self._crew.dismiss()

    def _called(self, function: Callable[..., object], *arguments: object) -> tuple[object, str | None]:
        """What it answers, or what went wrong."""
        if self._crew is None:
            self._crew = Crew(1, str(self.hider.id))
        answer = self._crew.call(function, *arguments)
        try:
            error = awaited(answer, self._timeout, self._ask)
        except TimeoutError:
            self._out = f"{self.hider.id} hung"
            return None, f"{self.hider.id} took longer than {self._timeout:g} s"
        if error is not None:  # every fault of a method is covered and named
            return None, f"{self.hider.id} raised {type(error).__name__}: {error}"
        return answer.result(), None


def _unchanged(pixels: Pixels, crop: Pixels, core: NDArray[np.bool_]) -> bool:
    """Whether the core shows what it showed before, and that was more than one plain colour."""
    for step in (8, 1):  # few pixels tell nearly always
        some = core[::step, ::step]
        before = crop[::step, ::step][some]
        if not np.array_equal(pixels[::step, ::step][some], before):
            return False
    return bool(np.ptp(before, axis=0).any())
