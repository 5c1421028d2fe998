"""Keeps a worker running beside the page's server: starts one where none lives, and another when it dies."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import threading

from maskanyone.jobs import queue
from maskanyone.program import python

log = logging.getLogger("maskanyone.worker")

_PAUSE = 2.0
_PATIENCE = 10.0
_CHILD = """
from maskanyone.jobs.worker import work
work(with_parent=True)
"""


class Keeper:
    """Watches over one worker process, which ends when this process does."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker; what it has in hand goes back to the queue."""
        self._stop.set()
        self._thread.join(_PATIENCE)
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _keep(self) -> None:
        while not self._stop.is_set():
            try:
                if (self._process is None or self._process.poll() is not None) and not queue.workers():
                    self._process = self._started()
            except Exception:
                log.exception("no worker could be started")
            self._stop.wait(_PAUSE)

    @staticmethod
    def _started() -> subprocess.Popen[bytes]:
        # a session of its own: a Ctrl-C in the terminal reaches the server, which then closes the worker in order
        return subprocess.Popen(
            python(_CHILD),
            stdin=subprocess.PIPE,
            start_new_session=os.name == "posix",
        )
