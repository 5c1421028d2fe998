"""A worker process: takes jobs from the queue, each into a process of its own, and outlives whatever those do.

Two lanes: looking recordings over is quick and must not wait behind an hour of masking.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from maskanyone import folders
from maskanyone.jobs import queue, results
from maskanyone.jobs.queue import Claim
from maskanyone.jobs.tasks import Order, work_folder
from maskanyone.store import database, files
from maskanyone.store.tables import CHECK, MASK, SAMPLE, VIEW, Recording

log = logging.getLogger("maskanyone.worker")

LANES = ((CHECK, SAMPLE), (MASK, VIEW))
#: seconds between two questions to the queue, and between two signs of life
_PAUSE, _BEAT = 0.3, 0.5
#: seconds that a job may take to stop by itself, and that it may go on without any word
_GRACE, _SILENCE = 1.2, 600.0
_PACKAGE = Path(__file__).resolve().parents[2]


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
            with database.session() as session:
                files.sweep(session)
            lanes = [threading.Thread(target=self._lane, args=(kinds,), name=kinds[0]) for kinds in LANES]
            for lane in lanes:
                lane.start()
            while not self._stop.wait(_BEAT * 4):
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
                self._stop.wait(_PAUSE)
                continue
            with _guarded():
                _Run(claim, self._stop).finish()


class _Run:
    """One claim in hand, from the start of its process to its end."""

    def __init__(self, claim: Claim, leaving: threading.Event) -> None:
        self._claim, self._leaving = claim, leaving
        self._folder = work_folder(claim.job.id, claim.fence)
        self._answer: dict[str, Any] = {}
        self._progress: dict[str, Any] = {}
        self._heard = time.monotonic()
        self._first: tuple[str, int] | None = None

    def finish(self) -> None:
        self._folder.mkdir(parents=True, mode=0o700)
        try:
            code = self._watched(self._started())
            self._settle(code)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _started(self) -> subprocess.Popen[str]:
        job = self._claim.job
        with database.session() as session:
            recording = session.get_one(Recording, job.recording)
        order = Order(
            job.kind, recording.path, recording.name, recording.copied, job.recipe, job.salvage, str(self._folder)
        )
        command = [sys.executable, "-P", "-c", _CHILD, str(_PACKAGE)]
        with log_of(job.id).open("ab") as told:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        _say(process, json.dumps(asdict(order)))
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said = json.loads(line)
            self._heard = time.monotonic()
            if "stage" in said:
                self._progress = said
            else:
                self._answer = said

    def _watched(self, process: subprocess.Popen[str]) -> int | None:
        """Wait for the end, telling the queue how far it is; the exit code, or none where it had to be ended."""
        last = time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(_BEAT)
                self._heard = time.monotonic()
                return code
            now = time.monotonic()
            silent = now - self._heard > _SILENCE
            going = queue.renew(self._claim, worked=now - last, further=self._further(), **self._progress)
            last = now
            if silent or not going or self._leaving.is_set():
                _end(process)
                return None

    def _further(self) -> bool:
        """Whether frames were done since this try began."""
        if not self._progress:
            return False
        here = (self._progress["stage"], self._progress["done"])
        self._first = self._first or here
        return bool(here[0] != self._first[0] or here[1] > self._first[1])

    def _settle(self, code: int | None) -> None:
        claim, answer = self._claim, self._answer
        for _ in range(20):  # the last line may still be on its way
            if answer or code is None:
                break
            time.sleep(0.05)
            answer = self._answer
        if "outcome" in answer:
            results.take_in(claim, answer["outcome"])
        elif "refused" in answer:
            results.refuse(claim, answer["refused"], about_recording=answer["about_recording"])
        elif "failed" in answer:
            queue.fail(claim, answer["failed"])
        elif code is None and self._leaving.is_set():
            queue.give_back(claim)
        elif code is None and time.monotonic() - self._heard > _SILENCE:
            queue.crashed(claim, "It did not get on for ten minutes. Convert the recording to H.264 in MP4.")
        elif code is None or answer:
            queue.stopped(claim)
        else:
            log.error("job %s: its process ended with %s", claim.job.id, code)
            queue.crashed(claim, "Its process ended without a word, perhaps for want of memory. Close other programs.")


_CHILD = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from maskanyone.jobs.child import main
main()
"""


def log_of(job: str) -> Path:
    """Where a job's process writes what goes wrong."""
    folder = folders.logs() / "jobs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{job}.log"


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
    sys.stdin.read()
    worker.stop()


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


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.write(line + "\n")
        process.stdin.flush()


def _end(process: subprocess.Popen[str]) -> None:
    """Ask a job's process to stop; end it with all that it started where it does not."""
    _say(process, "stop")
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
