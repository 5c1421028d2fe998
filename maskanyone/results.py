"""Results: where they lie, and that one appears whole or not at all, never over a source or a stranger's file."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from maskanyone import files, keys
from maskanyone.data import Video
from maskanyone.edit import Edits
from maskanyone.errors import BadOutput, BadRecipe
from maskanyone.proof.page import BEGINNING, page
from maskanyone.proof.report import FORMAT, written
from maskanyone.proof.wording import broke_off
from maskanyone.recipe import Recipe

_LEAST_FREE = 20 << 20
#: bytes that disks take, of a file's name while it is written
_LONGEST_NAME = 255


class Target:
    """One result's video and report, and the report as a page. key: see ``key``."""

    def __init__(
        self, video: Path, source: Video, recipe: Recipe, edits: Edits | None = None, searchers: Sequence[str] = ()
    ) -> None:
        """searchers: see ``key``."""
        self.video = video
        self.report = report_of(video)
        self.page = page_of(self.report)
        self._source, self.key = source, key(source, recipe, edits, searchers)
        self._free = False

    def existing(self, *, overwrite: bool, anonymous: bool = False) -> dict[str, Any] | None:
        """The report of the whole result of this source, recipe and corrections, if it is there, with a page or not.

        A result whose search broke off is none: it is made again.

        Args:
            anonymous: a report that names the source is none.

        Raises:
            BadOutput: the result would land on its source or on another file, or in a folder that takes none.
        """
        if self.video.suffix.lower() != ".mp4":
            raise BadOutput(self.video, "is no name for a result", "Results are MP4 files: end the name with .mp4")
        if len(os.fsencode(files.temporary(self.report).name)) > _LONGEST_NAME:
            raise BadOutput(self.video.name, "is too long a name for a result", "Rename it, or add --name 'P{n:02}'")
        source = Path(self._source.path)
        for path in (self.video, self.report, self.page):
            if os.path.exists(path) and path.samefile(source):
                raise BadOutput(path, "is the source itself", "Choose another folder with -o")
        check_page(self.page)
        there = [path for path in (self.video, self.report, self.page) if os.path.exists(path)]
        if not there:
            self._check_folder()
            self._free = True
            return None
        report = read_report(self.report)
        ours = report is not None and report.get("key") == self.key
        if report and ours and self.video.exists() and files.sha256(self.video) == report["result"]["sha256"]:
            again = overwrite or (anonymous and "name" in report["source"]) or broke_off(report.get("audit"))
            return None if again else report
        if (overwrite and (report is not None or not self.video.exists())) or (ours and not self.video.exists()):
            return None
        raise BadOutput(
            there[0],
            "is there already and is not this recipe's result of this source",
            "Move it away or choose another folder with -o"
            if report is None
            else "Choose another folder with -o, or add --overwrite",
        )

    @contextlib.contextmanager
    def writing(self) -> Iterator[Path]:
        """A temporary file beside the result, gone afterwards whatever happens."""
        self._make_folder()
        files.sweep(self.video.parent, (self.video.name, self.report.name, self.page.name))
        unfinished = files.temporary(self.video)
        try:
            yield unfinished
        finally:
            unfinished.unlink(missing_ok=True)

    def finish(self, unfinished: Path, report: Mapping[str, Any]) -> None:
        """Give all three files their names: first the report and its page, so that no result is ever without one.

        A result that is replaced goes before, with its page, so that neither ever lies beside the report of another.
        """
        begun = False
        try:
            for path in (self.video, self.page):
                if self._free and path.exists():
                    raise BadOutput(path, "has come there meanwhile", "Move it away, or choose another folder")
            with files.replaced(self.page) as shown, files.replaced(self.report) as told:
                told.write_bytes(written(report))
                shown.write_bytes(page(report).encode())
                begun = True
                self.video.unlink(missing_ok=True)
                self.page.unlink(missing_ok=True)
            os.replace(unfinished, self.video)
        except OSError as error:
            if begun:
                for path in (self.report, self.page):
                    path.unlink(missing_ok=True)
            raise BadOutput(
                self.video, f"cannot be written ({error.strerror})", "Choose another folder with -o"
            ) from None

    def _make_folder(self) -> None:
        folder = self.video.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadOutput(folder, f"cannot be used ({error.strerror})", "Choose another folder with -o") from None
        self._check_folder()

    def _check_folder(self) -> None:
        """Whether the folder, or the nearest above it that is there, takes files."""
        folder = next(f for f in (self.video.parent, *self.video.parent.absolute().parents) if os.path.lexists(f))
        if not folder.is_dir():
            raise BadOutput(folder, "is no folder", "Choose another folder with -o")
        free = shutil.disk_usage(folder).free
        if not os.access(folder, os.W_OK):
            raise BadOutput(folder, "cannot be written to", "Choose another folder with -o")
        if free < self._source.bytes // 2 + _LEAST_FREE:
            raise BadOutput(folder, f"has only {free / 1e6:.0f} MB left", "Free some, or choose another folder with -o")


def key(source: Video, recipe: Recipe, edits: Edits | None = None, searchers: Sequence[str] = ()) -> str:
    """What makes two results the same: source, recipe, corrections, and who searches the result where it is searched.

    Args:
        searchers: ids and versions of those who do.
    """
    more: dict[str, Any] = {"edits": edits.data()} if edits and edits.edits else {}
    more |= {"searchers": sorted(searchers)} if recipe.audit.on else {}
    return keys.key("result", source=source.sha256, recipe=recipe.data(), **more)


def report_of(video: Path) -> Path:
    """Where a result's report lies."""
    return video.with_name(f"{video.stem}.report.json")


def page_of(report: Path) -> Path:
    """Where a report's page lies."""
    return report.with_suffix(".html")


def check_page(path: Path) -> None:
    """Raise ``BadOutput`` where a page would land on a file that is none of ours, whatever is to be replaced."""
    if not os.path.exists(path):
        return
    try:
        with path.open("rb") as file:
            ours = file.read(len(BEGINNING)) == BEGINNING.encode()
    except OSError:
        ours = False
    if not ours:
        raise BadOutput(path, "is there already and is no report of ours", "Move it away, or choose another name")


def masked_with(video: Path) -> Recipe | None:
    """The recipe that made a result, as the report beside it tells; none where there is no such report."""
    report = read_report(report_of(video)) or {}
    with contextlib.suppress(BadRecipe):
        return Recipe.parse(report.get("recipe"))
    return None


def read_report(path: Path) -> dict[str, Any] | None:
    """A report, or none where there is no file that is one."""
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(report, dict) and report.get("format") == FORMAT and isinstance(report.get("result"), dict)
    return report if whole and "sha256" in report["result"] else None
