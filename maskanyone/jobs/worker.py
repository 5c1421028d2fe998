"""A worker process: takes jobs from the queue, each into a process of its own, and outlives whatever those do.

Two lanes: looking recordings over is quick and must not wait behind an hour of masking.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler

from maskanyone import folders
from maskanyone.jobs import queue
from maskanyone.jobs.attempt import Attempt
from maskanyone.store import database, files, recordings, traces
from maskanyone.store.tables import CHECK, MASK, SAMPLE, VIEW

log = logging.getLogger("maskanyone.worker")

LANES = ((CHECK, SAMPLE), (MASK, VIEW))
#: seconds between two questions to the queue, and between two signs of life
_PAUSE, _BEAT = 0.3, 2.0
#: seconds by which a pause may be longer than it was meant before the machine must have slept
_SLEPT = 3.0


class Worker:
    """Works until it is stopped."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._id = ""

    def stop(self) -> None:
        """Finish nothing more: jobs in hand go back to the queue with the pieces they have."""
        self._stop.set()

    def run(self) -> None:
        """Work; returns after ``stop``."""
        self._id = queue.enrol().id
        try:
            with _guarded():
                _tidy_up()
            lanes = [threading.Thread(target=self._lane, args=(kinds,), name=kinds[0]) for kinds in LANES]
            for lane in lanes:
                lane.start()
            while not self._stop.wait(_BEAT):
                with _guarded():
                    queue.alive(self._id)
            for lane in lanes:
                lane.join()
        finally:
            with _guarded():
                queue.leave(self._id)

    def _lane(self, kinds: tuple[str, ...]) -> None:
        while not self._stop.is_set():
            claim = None
            with _guarded():
                claim = queue.claim(self._id, kinds)
            if claim is None:
                self._rest()
                continue
            with _guarded():
                Attempt(claim, self._stop).finish()

    def _rest(self) -> None:
        before = time.time()
        self._stop.wait(_PAUSE)
        if time.time() - before > _PAUSE + _SLEPT:  # whoever held a job before the sleep may say so first
            self._stop.wait(queue.LEASE / 3)


def work(*, with_parent: bool = False) -> None:
    """Run a worker in this process until it is told to stop (SIGTERM, SIGINT).

    Args:
        with_parent: stop too when the standard input ends, which it does when the starting process is gone.
    """
    _keep_log()
    worker = Worker()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop())
    if with_parent:
        threading.Thread(target=_stop_at_end, args=(worker,), daemon=True).start()
    worker.run()


def _stop_at_end(worker: Worker) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1024):  # not by sys.stdin, whose lock would be held when Python ends
            pass
    worker.stop()


def _tidy_up() -> None:
    """Remove what dead processes left."""
    queue.recover()
    with database.session() as session:
        traces.sweep(session)
        files.sweep(session)
    recordings.finish_forgetting()


def _keep_log() -> None:
    handler = RotatingFileHandler(folders.logs() / "worker.log", maxBytes=1 << 20, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    """The loop goes on whatever happens to one job; what happened is in the log."""
    try:
        yield
    except Exception:
        log.exception("a job's turn ended badly")
        time.sleep(_PAUSE)
