"""Progress that is told and a stop that is asked for, handed to everything that takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable

from maskanyone.errors import Cancelled

Progress = Callable[[str, int, int], None]
Cancel = Callable[[], bool]


class Watch:
    """Tells progress and asks whether to stop; calls may come from several threads."""

    def __init__(self, subject: str, progress: Progress | None = None, cancel: Cancel | None = None) -> None:
        self._subject, self._progress, self._cancel = subject, progress, cancel
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Raises ``Cancelled`` when asked to stop."""
        if self._cancel is not None and self._cancel():
            raise Cancelled(self._subject, "was stopped", "Run it again to go on with the pieces that are done")

    def tick(self, stage: str, done: int, total: int) -> None:
        """Say how far it is; raises ``Cancelled`` when asked to stop."""
        self.ask()
        if self._progress is not None:
            with self._lock:
                self._progress(stage, min(done, total), total)
