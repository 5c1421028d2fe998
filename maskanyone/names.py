"""Names of results: where each recording's result goes, and neutral names with a key file kept apart."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from maskanyone import files
from maskanyone.errors import BadOutput

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
        if not path.is_dir():
            found[path] = None
            continue
        inside = path.resolve() in results.resolve().parents
        shunned = results.resolve() if inside else None
        found.update(dict.fromkeys(sorted(p for p in path.rglob("*") if _is_recording(p, shunned))))
    return list(found)


def _is_recording(path: Path, shunned: Path | None) -> bool:
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
    if target.exists() and any(source.exists() and target.samefile(source) for source in sources):
        raise BadOutput(target, "is a recording of this batch", "Choose another folder with -o")


class Pseudonyms:
    """Neutral names for results, and the key file that leads back; it lies beside the results' folder, not in it.

    pattern: a Python format with the number ``n``, for instance ``P{n:02}``.
    """

    def __init__(self, pattern: str, folder: Path) -> None:
        self._pattern, self._folder = pattern, folder
        self.key_file = folder.resolve().parent / f"{folder.resolve().name}.names.csv"
        self._names = self._read()
        try:
            first, second = pattern.format(n=1), pattern.format(n=2)
        except (ValueError, KeyError, IndexError, AttributeError):
            first = second = ""
        if first == second or not re.fullmatch(r"[\w][\w .-]*", first):
            raise BadOutput(pattern, "is no pattern for names", "Write it with the number n, for instance P{n:02}")

    def named(self, sources: Sequence[Path]) -> dict[Path, Path]:
        """A target for each source; one that was named before keeps its name."""
        targets = {}
        for source in sources:
            whole = os.path.abspath(source)
            if whole not in self._names:
                self._names[whole] = self._free()
            targets[source] = self._folder / f"{self._names[whole]}.mp4"
        return targets

    def _free(self) -> str:
        """The first name that nobody has."""
        used = set(self._names.values())
        for number in range(1, len(used) + 2):
            if (name := self._pattern.format(n=number)) not in used:
                return name
        raise BadOutput(self._pattern, "gives the same name twice", "Write it with the number n, for instance P{n:02}")

    def save(self) -> None:
        """Write the key file, readable by its owner alone."""
        try:
            self.key_file.parent.mkdir(parents=True, exist_ok=True)
            with files.replaced(self.key_file) as beside:
                private = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(private, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                    csv.writer(file).writerows(
                        [("result", "recording"), *((name, source) for source, name in self._names.items())]
                    )
        except OSError as error:
            raise BadOutput(
                self.key_file, f"cannot be written ({error.strerror})", "Choose another folder with -o"
            ) from None

    def _read(self) -> dict[str, str]:
        if not self.key_file.exists():
            return {}
        try:
            with self.key_file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                return {row["recording"]: row["result"] for row in csv.DictReader(file)}
        except (OSError, KeyError, csv.Error):
            raise BadOutput(self.key_file, "is no key file of names", "Move it away") from None
