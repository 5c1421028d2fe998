"""One claim in hand: a process of its own does the job; it is watched, and ended where it must be."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
import traceback
from dataclasses import asdict
from typing import Any

from maskanyone.jobs import queue, results
from maskanyone.jobs.queue import Claim
from maskanyone.jobs.tasks import Order
from maskanyone.program import python
from maskanyone.store import database, recordings
from maskanyone.store.tables import Recording
from maskanyone.store.traces import log_of, work_folder

log = logging.getLogger("maskanyone.worker")

#: seconds between two looks at it, each a sign of life
BEAT = 0.5
#: seconds that a job may take to stop by itself, and that it may go on without any word
_GRACE, _SILENCE = 1.2, 600.0
_CHILD = """
from maskanyone.jobs.child import main
main()
"""


class Attempt:
    """A claim, from the start of its process to its end."""

    def __init__(self, claim: Claim, leaving: threading.Event) -> None:
        self._claim, self._leaving = claim, leaving
        self._folder = work_folder(claim.job.id, claim.fence)
        self._process: subprocess.Popen[str] | None = None
        self._source = ""
        self._answer: dict[str, Any] = {}
        self._progress: dict[str, Any] = {}
        self._heard, self._quiet = True, 0.0
        self._first: tuple[str, int] | None = None

    def finish(self) -> None:
        """Do it, whatever happens; only the database may fail."""
        try:
            self._folder.mkdir(parents=True, mode=0o700)
            self._process = self._started()
            code = self._watched(self._process)
            self._settle(code)
        except Exception as error:
            with log_of(self._claim.job.id).open("a", encoding="utf-8") as told:  # it may name the recording
                traceback.print_exc(file=told)
            log.error("job %s: %s; its own log says more", self._claim.job.id, type(error).__name__)
            queue.crashed(self._claim, f"It failed by a fault of ours ({type(error).__name__}). Run it again.")
        finally:
            self._clear()

    def _clear(self) -> None:
        """Leave no process, no folder, no empty log, and nothing of a recording that was forgotten meanwhile."""
        if self._process is not None and self._process.poll() is None:
            _end(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)
        told = log_of(self._claim.job.id)
        if told.is_file() and not told.stat().st_size:
            told.unlink(missing_ok=True)
        recordings.tidy(self._claim.job.id, self._source)

    def _started(self) -> subprocess.Popen[str]:
        job = self._claim.job
        with database.session() as session:
            recording = session.get_one(Recording, job.recording)
        self._source = recording.sha256
        order = Order(
            job.kind,
            recording.path,
            recording.name,
            recording.copied,
            job.recipe,
            job.salvage,
            str(self._folder),
            recording.sha256,
        )
        with log_of(job.id).open("ab") as told:
            process = subprocess.Popen(
                python(_CHILD),
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
            self._heard = True
            if "stage" in said:
                self._progress = said
            elif "alive" not in said:
                self._answer = said

    def _watched(self, process: subprocess.Popen[str]) -> int | None:
        """Wait for the end, telling the queue how far it is; the exit code, or none where it had to be ended."""
        last = time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(BEAT)
            now = time.monotonic()
            worked, last = min(now - last, 2 * BEAT), now  # a machine that slept meanwhile did nothing
            self._quiet, self._heard = 0.0 if self._heard else self._quiet + worked, False
            going = queue.renew(self._claim, worked=worked, further=self._further(), **self._progress)
            if self._hung() or not going or self._leaving.is_set():
                _end(process)
                return None

    def _hung(self) -> bool:
        return self._quiet > _SILENCE

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
        elif "failed" in answer:
            queue.fail(claim, answer["failed"])
        elif code is None and self._leaving.is_set():
            queue.give_back(claim)
        elif code is None and self._hung():
            queue.crashed(claim, "It did not get on for ten minutes. Convert the recording to H.264 in MP4.")
        elif code is None or answer:
            queue.stopped(claim)
        else:
            log.error("job %s: its process ended with %s", claim.job.id, code)
            queue.crashed(claim, "Its process ended without a word, perhaps for want of memory. Close other programs.")


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
