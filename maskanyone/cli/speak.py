"""How the command line speaks: results on standard output, all else on standard error, colours only where wanted."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from maskanyone import folders
from maskanyone.errors import BadOutput, Cancelled, Failed, MaskAnyoneError
from maskanyone.written import duration, size

__all__ = [
    "bar",
    "code",
    "duration",
    "err",
    "fault",
    "interruptible",
    "out",
    "readable",
    "size",
    "stoppable",
    "table",
    "told",
    "worst",
]

out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

DONE, FAULT, REFUSED, STOPPED = 0, 1, 2, 130


@contextmanager
def told() -> Iterator[None]:
    """Turn every error into one sentence and an exit code; a traceback lies in the log, not on the screen."""
    survived, log = logging.getLogger("maskanyone.pipeline"), _Log()
    survived.addHandler(log)
    try:
        yield
    except MaskAnyoneError as error:
        err.print(readable(str(error)), style="red")
        sys.exit(code(error))
    except Exception as error:
        err.print(fault(error), style="red")
        sys.exit(FAULT)
    finally:
        survived.removeHandler(log)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end with its own exit code: the library of commands would turn it into one of a fault."""

    def stop(*_: object) -> None:
        err.print("Stopped.")
        sys.exit(STOPPED)

    kept = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Ctrl-C asks to stop; a second one ends at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(*_: object) -> None:
        if stop.is_set():
            sys.exit(STOPPED)
        stop.set()

    kept = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def code(error: MaskAnyoneError) -> int:
    """The exit code an error ends with."""
    return STOPPED if isinstance(error, Cancelled) else FAULT if isinstance(error, Failed) else REFUSED


def worst(codes: Sequence[int]) -> int:
    """The exit code of a batch: a fault of ours weighs more than a refusal."""
    return next((code for code in (FAULT, REFUSED) if code in codes), DONE)


def readable(text: str) -> str:
    """A text that any terminal can take: bytes of a file name that are no text become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def fault(error: Exception) -> str:
    """Keep a traceback in the log and say where it is."""
    told = "".join(traceback.format_exception(error))
    try:
        log = _logged(told)
    except (BadOutput, OSError):  # no space, or no folder: the screen is all that is left
        return f"MaskAnyone failed and could not write its log. Please report this:\n{told}"
    return f"MaskAnyone failed ({type(error).__name__}). The details are in {log}; please report them."


def _logged(told: str) -> Path:
    """Where lines now stand, at the end of the log; raises ``BadOutput`` or ``OSError``."""
    log = folders.data() / "errors.log"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"--- {datetime.now().isoformat(timespec='seconds')}\n{told}")
    return log


class _Log(logging.Handler):
    """Keeps in the log what a run tells of a fault that it survived."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(BadOutput, OSError):
            _logged(f"{self.format(record)}\n")


def bar() -> Progress:
    """A progress bar on standard error; nothing where that is no terminal."""
    return Progress(
        TextColumn("{task.fields[name]}"),
        TextColumn("{task.description}"),
        BarColumn(24),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def table(rows: Sequence[tuple[str, ...]]) -> None:
    """Columns of words, aligned, without lines."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    for row in rows:
        out.print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip())
