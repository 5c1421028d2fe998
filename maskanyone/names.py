"""Names of results: where each recording's result goes, and neutral names with a key file kept apart."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from filelock import SoftFileLock, Timeout

from maskanyone import files
from maskanyone.errors import BadOutput

#: seconds to wait for another run that takes names
_PATIENCE = 10.0
_HEAD = ["result", "recording"]
VIDEO_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .mts .m2ts .vob .3gp .3g2 .flv .wmv .asf .ogv .mxf .dv .gif".split()
)


def recordings(given: Iterable[Path], results: Path) -> list[Path]:
    """The files named, and all recordings below the folders named, each once.

    Args:
        results: the folder of the results: where it lies inside a folder named, nothing in it is a recording; nor is a
            video with a report of ours beside it.
    """
    found: dict[Path, None] = {}
    for path in given:
        if not os.path.isdir(path):  # which a name longer than a disk takes is not, either
            found[path] = None
            continue
        inside = path.resolve() in results.resolve().parents
        shunned = results.resolve() if inside else None
        found.update(dict.fromkeys(sorted(p for p in path.rglob("*") if is_recording(p, shunned))))
    return list(found)


def is_recording(path: Path, shunned: Path | None = None) -> bool:
    """Whether a file has a video's ending, is not hidden, and is no result of ours, nor in the folder ``shunned``."""
    if path.suffix.lower() not in VIDEO_SUFFIXES or path.name.startswith(".") or not path.is_file():
        return False
    return not _is_result(path) and shunned not in path.resolve().parents


def _is_result(path: Path) -> bool:
    """Whether a report of ours beside it tells of this very file."""
    try:
        report = json.loads(path.with_name(f"{path.stem}.report.json").read_text("utf-8"))
        return path.suffix == ".mp4" and bool(report["result"]["bytes"] == path.stat().st_size)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def named(sources: Sequence[Path], folder: Path) -> dict[Path, Path]:
    """Where each result goes: paths relative to the common folder are kept, equal stems get the source's suffix."""
    whole = [Path(os.path.abspath(source)) for source in sources]
    common = Path(os.path.commonpath([source.parent for source in whole])) if whole else Path()
    stems = Counter(str(source.with_suffix("")).casefold() for source in whole)
    targets: dict[Path, Path] = {}
    taken: set[str] = set()
    for given, source in zip(sources, whole, strict=True):
        relative = source.relative_to(common)
        name = source.stem if stems[str(source.with_suffix("")).casefold()] == 1 else source.name
        while str(relative.with_name(name + ".mp4")).casefold() in taken:
            name += source.suffix or ".video"
        targets[given] = folder / relative.with_name(name + ".mp4")
        taken.add(str(relative.with_name(name + ".mp4")).casefold())
    return targets


def check_apart(target: Path, sources: Iterable[Path]) -> None:
    """Raise ``BadOutput`` where a result would land on any recording of the batch, not only on its own."""
    if os.path.exists(target) and any(os.path.exists(source) and target.samefile(source) for source in sources):
        raise BadOutput(target, "is a recording of this batch", "Choose another folder with -o")


class Pseudonyms:
    """Neutral names for results, and the key file that leads back; it lies beside the results' folder, not in it.

    pattern: a Python format with the number ``n``, for instance ``P{n:02}``.
    """

    def __init__(self, pattern: str, folder: Path) -> None:
        self._pattern, self._folder = pattern, folder
        self.key_file = folder.resolve().parent / f"{folder.resolve().name}.names.csv"
        try:
            first, second = pattern.format(n=1), pattern.format(n=2)
        except (ValueError, KeyError, IndexError, AttributeError):
            first = second = ""
        if first == second or not re.fullmatch(r"[\w][\w .-]{,150}", first):
            raise BadOutput(pattern, "is no pattern for names", "Write it with the number n, for instance P{n:02}")

    def named(self, sources: Sequence[Path]) -> dict[Path, Path]:
        """The target that each source would get; one that was named before keeps its name."""
        return self._targets(_Key.read(self.key_file), sources)

    def take(self, sources: Sequence[Path]) -> dict[Path, Path]:
        """The same, written to the key file, so that no other run takes these names."""
        lock = SoftFileLock(self.key_file.with_name(f".{self.key_file.name}.lock"), _PATIENCE)
        try:
            self.key_file.parent.mkdir(parents=True, exist_ok=True)
            with lock:
                key = _Key.read(self.key_file)
                targets = self._targets(key, sources)
                key.write(self.key_file)
            return targets
        except Timeout:
            raise BadOutput(
                self.key_file, "is being written by another run", f"Wait for that, or delete {lock.lock_file}"
            ) from None
        except OSError as error:
            raise BadOutput(
                self.key_file, f"cannot be written ({error.strerror})", "Choose another folder with -o"
            ) from None

    def _targets(self, key: _Key, sources: Sequence[Path]) -> dict[Path, Path]:
        targets = {}
        for source in sources:
            whole = os.path.abspath(source)
            name = key.name_of(whole) or self._free(key)
            key.add(name, whole)
            targets[source] = self._folder / f"{name}.mp4"
        return targets

    def _free(self, key: _Key) -> str:
        """The first name that nobody has."""
        used = key.names()
        for number in range(1, len(used) + 2):
            if (name := self._pattern.format(n=number)) not in used:
                return name
        raise BadOutput(self._pattern, "gives the same name twice", "Write it with the number n, for instance P{n:02}")


class _Key:
    """Rows of a key file, the head first. Columns that others have added stay as they are."""

    def __init__(self, rows: list[list[str]]) -> None:
        self._rows = rows
        self._name, self._source = rows[0].index("result"), rows[0].index("recording")

    @staticmethod
    def read(path: Path) -> _Key:
        try:
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                return _Key(list(csv.reader(file)) or [list(_HEAD)])
        except FileNotFoundError:
            return _Key([list(_HEAD)])
        except (OSError, ValueError, csv.Error):
            raise BadOutput(path, "is no key file of names", "Move it away") from None

    def write(self, path: Path) -> None:
        """Readable by its owner alone."""
        with files.replaced(path) as beside:
            private = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(private, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                csv.writer(file).writerows(self._rows)

    def names(self) -> set[str]:
        return {row[self._name] for row in self._rows[1:] if len(row) > self._name}

    def name_of(self, source: str) -> str | None:
        least = max(self._name, self._source)
        known = (row[self._name] for row in self._rows[1:] if len(row) > least and row[self._source] == source)
        return next(known, None)

    def add(self, name: str, source: str) -> None:
        """Once, whatever is asked."""
        if self.name_of(source) is None:
            row = [""] * len(self._rows[0])
            row[self._name], row[self._source] = name, source
            self._rows.append(row)
