"""Files: their content's hash, and that one appears under its name whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

_CHUNK = 1 << 22
#: seconds after which a temporary file that nobody wrote to is left over, whatever became of its process
_ABANDONED_AFTER = 24 * 3600.0
#: what ``temporary`` gives, and nobody else: the name, the process that writes, and a draw
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)-[0-9a-f]{8}\.part", re.DOTALL)


def sha256(path: Path, ask: Callable[[], None] = lambda: None) -> str:
    """Hash of a file's content, in hexadecimal digits.

    Args:
        ask: called now and then; may raise to stop.

    Raises:
        OSError: where it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            ask()
    return digest.hexdigest()


def remembered_sha256(path: Path) -> str:
    """As ``sha256``, read once a process unless the file's size or time of change differs."""
    stat = path.stat()
    return _remembered(path, stat.st_size, stat.st_mtime_ns)


def size(path: Path) -> int | None:
    """Bytes of a file, or None where there is none."""
    return path.stat().st_size if path.is_file() else None


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """A temporary name beside ``target``, renamed to it when the block ends well, removed when it does not.

    Raises:
        OSError: where the folder cannot be written to, or the disk is full.
    """
    unfinished = temporary(target)
    try:
        yield unfinished
        to_disk(unfinished)
        os.replace(unfinished, target)
        if os.name == "posix":
            with contextlib.suppress(OSError):  # not every disk can do that for a folder
                to_disk(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def temporary(target: Path) -> Path:
    """A name beside ``target`` that nobody takes for a result."""
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.part")


def to_disk(path: Path) -> None:
    """Wait until a file's content, or a folder's names, would outlast a power cut."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path, names: Collection[str] | None = None) -> None:
    """Remove temporary files that a process left when it was killed.

    Args:
        names: of the files that they were to become; any where it is None.
    """
    for path in folder.glob(".*.part"):
        made = _TEMPORARY.fullmatch(path.name)
        if made is None or (names is not None and made["name"] not in names):
            continue
        with contextlib.suppress(OSError):  # another process was faster, or it is not ours
            if not _alive(int(made["process"])) or time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
                path.unlink()


@lru_cache(maxsize=256)
def _remembered(path: Path, size: int, changed: int) -> str:
    return sha256(path)


def _alive(process: int) -> bool:
    """Whether a process runs here; taken for granted where it cannot be told."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
