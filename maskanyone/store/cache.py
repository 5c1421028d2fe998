"""Facts and finished pieces on disk: only what can be computed again, only bytes, never pickled objects."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import diskcache

from maskanyone.errors import BadOutput

LIMIT = 20 << 30
_SHA256 = re.compile("[0-9a-f]{64}")


class _BytesDisk(diskcache.Disk):  # type: ignore[misc]
    """Stores bytes as they are and refuses everything that would need pickle."""

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
        if not isinstance(value, bytes):
            raise TypeError("only bytes are kept")
        return super().store(value, read, key)

    def fetch(self, mode: int, filename: Any, value: Any, read: bool) -> Any:
        if mode == diskcache.core.MODE_PICKLE:
            raise TypeError("only bytes are kept")
        return super().fetch(mode, filename, value, read)

    def filename(self, key: Any = diskcache.UNKNOWN, value: Any = diskcache.UNKNOWN) -> tuple[str, str]:
        """A folder for each source: what a killed process wrote and never entered goes with the rest of it."""
        inside = Path(_folder_of(_source(key)) or "", super().filename(key, value)[0])
        return str(inside), str(Path(self._directory) / inside)


class Cache:
    """Bytes by key, least recently used ones dropped first. A value that was changed on disk counts as absent.

    Raises:
        BadOutput: no space, not writable.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit
        try:
            self._cache = self._opened()
        except sqlite3.OperationalError as error:
            raise self._refused(error) from None
        except sqlite3.DatabaseError:  # broken beyond reading; all of it can be computed again
            shutil.rmtree(folder)
            self._cache = self._opened()

    def get(self, key: str) -> bytes | None:
        """The value, or none."""
        try:
            kept = self._cache.get(key)
        except (OSError, TypeError, sqlite3.Error):
            return None
        if not isinstance(kept, bytes) or hashlib.sha256(kept[32:]).digest() != kept[:32]:
            return None
        return kept[32:]

    def put(self, key: str, value: bytes) -> None:
        """Keep a value; it is there whole or not at all.

        Raises:
            BadOutput: no space, not writable.
        """
        try:
            self._cache.set(key, hashlib.sha256(value).digest() + value, tag=_source(key))
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from None

    def drop(self, key: str) -> None:
        """Forget a value."""
        self._cache.delete(key)

    def forget(self, source: str) -> int:
        """Forget all that derives from a source, by its sha256; returns how many values there were."""
        forgotten = int(self._cache.evict(source, retry=True))
        if folder := _folder_of(source):
            shutil.rmtree(self._folder / folder, ignore_errors=True)
        return self._scrubbed(forgotten)

    def clear(self) -> int:
        """Forget everything; returns how many values there were."""
        forgotten = int(self._cache.clear(retry=True))
        for folder in self._folder.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)
        return self._scrubbed(forgotten)

    @property
    def bytes(self) -> int:
        """How much it holds on disk."""
        return int(self._cache.volume())

    def close(self) -> None:
        """Let go of the database."""
        self._cache.close()

    def _opened(self) -> Any:
        return diskcache.Cache(
            str(self._folder),
            disk=_BytesDisk,
            size_limit=self._limit,
            eviction_policy="least-recently-used",
            timeout=60,
            tag_index=True,
            sqlite_secure_delete=1,
        )

    def _scrubbed(self, forgotten: int) -> int:
        """Write the database anew, and its journal back: nothing deleted stays in them."""
        with closing(sqlite3.connect(self._folder / "cache.db", timeout=60, isolation_level=None)) as connection:
            for step in ("PRAGMA temp_store=MEMORY", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                connection.execute(step).fetchall()
        return forgotten

    def _refused(self, error: OSError | sqlite3.Error) -> BadOutput:
        words = (getattr(error, "strerror", None) or str(error)).lower()
        return BadOutput(
            self._folder,
            f"cannot be written to ({words})",
            "Free some space, or name another folder in MASKANYONE_DATA",
        )


def _source(key: str) -> str | None:
    """The source that a key names, see ``keys.key``."""
    source, stop, _ = key.partition(".")
    return source if stop else None


def _folder_of(source: str | None) -> str | None:
    """Where values of a source lie, inside the cache's folder."""
    return source if source and _SHA256.fullmatch(source) else None
