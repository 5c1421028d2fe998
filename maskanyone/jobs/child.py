"""The process that does one job: ordered by one JSON line, it answers in JSON lines and dies with its worker.

{"stage": "Hiding", "done": 12, "total": 300} | {"alive": true}
{"outcome": {...}} | {"stopped": true} | {"failed": SENTENCE}
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import asdict
from typing import Any, TextIO

from maskanyone.errors import Cancelled, MaskAnyoneError
from maskanyone.jobs.tasks import Order, perform

#: seconds between two words about progress, and between two words that it lives though there is no progress to tell
_PAUSE, _SIGN = 0.2, 5.0


def main() -> None:
    """Do one job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker tells when to stop
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what libraries print must not look like an answer
        order = Order(**json.loads(sys.stdin.readline()))
        stop = threading.Event()
        threading.Thread(target=_heed, args=(stop,), daemon=True).start()
        answers.write(json.dumps(_answer(order, _Teller(answers, stop))) + "\n")
        answers.flush()
        os._exit(0)  # threads of native libraries may not keep it


def _answer(order: Order, teller: _Teller) -> dict[str, Any]:
    try:
        outcome = perform(order, teller, teller.asked)
        return {"outcome": {"made": [asdict(made) for made in outcome.made], "told": dict(outcome.told)}}
    except Cancelled:
        return {"stopped": True}
    except MaskAnyoneError as error:
        traceback.print_exc()
        about = error.subject in (order.path, order.name, os.path.basename(order.path))
        return {"failed": f"It {error.what}. {error.remedy}." if about else str(error)}
    except Exception as error:
        traceback.print_exc()
        return {"failed": f"It failed by a fault of ours ({type(error).__name__}). The log of this run says more."}


class _Teller:
    """Passes progress on, a few times a second; whoever asks whether to stop is alive, which is told too."""

    def __init__(self, answers: TextIO, stop: threading.Event) -> None:
        self._answers, self._stop, self._lock = answers, stop, threading.Lock()
        self._last, self._stage = 0.0, ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage or now > self._last + _PAUSE:
            self._stage = stage
            self._say({"stage": stage, "done": done, "total": total})

    def asked(self) -> bool:
        """Whether to stop."""
        if time.monotonic() > self._last + _SIGN:
            self._say({"alive": True})
        return self._stop.is_set()

    def _say(self, words: dict[str, Any]) -> None:
        with self._lock:
            self._last = time.monotonic()
            self._answers.write(json.dumps(words) + "\n")
            self._answers.flush()


def _heed(stop: threading.Event) -> None:
    """A line on the standard input asks to stop; its end means that the worker is dead."""
    if sys.stdin.readline():
        stop.set()
        sys.stdin.readline()
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with all that this process has started
    os._exit(1)


if __name__ == "__main__":
    main()
