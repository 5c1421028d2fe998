"""Files that appear whole or not at all, and their hashes."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

_SUFFIX = ".part"
_ABANDONED_AFTER = 24 * 3600.0


@contextmanager
def landing(final: Path) -> Iterator[Path]:
    """A temporary name beside ``final``, renamed to it when the block ends well, removed when it does not.

    Raises:
        OSError: where the folder cannot be written to, or the disk is full.
    """
    part = final.with_name(f".{final.name}.{secrets.token_hex(6)}{_SUFFIX}")
    try:
        yield part
        _to_disk(part)
        os.replace(part, final)
        if os.name == "posix":
            _to_disk(final.parent)
    finally:
        part.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed process left behind more than a day ago."""
    for part in folder.glob(f".*{_SUFFIX}"):
        try:
            if time.time() - part.stat().st_mtime > _ABANDONED_AFTER:
                part.unlink()
        except OSError:  # another process was faster, or it is not ours
            continue


def size(file: Path) -> int | None:
    """Bytes of a file, or None where it is not there."""
    return file.stat().st_size if file.is_file() else None


def sha256(file: Path) -> str:
    """Hash of a file's content, remembered until its size or time of change differs.

    Raises:
        OSError: where it cannot be read.
    """
    stat = file.stat()
    return _sha256(file, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=256)
def _sha256(file: Path, size: int, changed: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
