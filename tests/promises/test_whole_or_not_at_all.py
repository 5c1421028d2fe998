"""A run that is killed at any moment leaves no half file, loses no finished work, and the next one ends the same."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import maskanyone
from maskanyone import results
from maskanyone.detect.centerface import CenterFace
from maskanyone.errors import Cancelled, MaskAnyoneError
from maskanyone.proof import page as pages
from maskanyone.store.cache import Cache
from maskanyone.video.encode import PieceEncoder
from tests.promises.runs import QUICK, Memory, at_work, kept, pictures, ran, started, tree

FRAMES = 600
posix = pytest.mark.skipif(sys.platform == "win32", reason="a process group is killed with a signal")


@dataclass(frozen=True)
class Run:
    """What an undisturbed run gives. data: its data folder. values: how many facts and pieces lie there."""

    clip: Path
    data: Path
    pictures: str
    values: int


@dataclass(frozen=True)
class Fate:
    """What a killed run left. kept: facts and pieces there. again: seconds that the next one took."""

    kept: int
    again: float


@pytest.fixture(scope="module")
def undisturbed(weights: Path, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return whole_run(film, tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture
def filled(undisturbed: Run) -> Iterator[Cache]:
    """The facts and pieces of the undisturbed run."""
    cache = Cache(undisturbed.data / "cache")
    yield cache
    cache.close()


def recipe() -> maskanyone.Recipe:
    return maskanyone.Recipe.preset("faces").with_values([QUICK[1], "audit.on=false"])


@posix
@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_nothing_half_and_goes_on_where_it_was(undisturbed: Run, tmp_path: Path):
    fates = list(killed_runs(undisturbed, tmp_path, 3, seed=1))
    assert len(fates) == 3
    assert any(0 < fate.kept < undisturbed.values for fate in fates), "no run was killed at work"


@posix
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_at_twenty_moments(undisturbed: Run, tmp_path: Path):
    fates = list(killed_runs(undisturbed, tmp_path, 20, seed=time.time_ns()))
    for fate in fates:
        print(f"killed with {fate.kept:2} of {undisturbed.values} kept, again {fate.again:5.2f} s")
    assert len(fates) == 20


def whole_run(clip: Path, folder: Path) -> Run:
    """Mask a clip undisturbed, to compare with."""
    done = ran("mask", clip, "-o", folder / "out", *QUICK, "--no-audit", data=folder / "data")
    assert done.returncode == 0, done.stderr
    return Run(clip, folder / "data", pictures(folder / "out" / clip.name), len(kept(folder / "data")))


def killed_runs(undisturbed: Run, folder: Path, times: int, seed: int) -> Iterator[Fate]:
    """Kill so many runs, at moments spread over the work that one does, and check what each leaves."""
    chance = random.Random(seed)
    for number in range(times):
        values = int((number + chance.random()) / times * undisturbed.values)
        yield killed_run(undisturbed, folder / str(number), values, chance.random() / 2)


def killed_run(undisturbed: Run, folder: Path, values: int, pause: float) -> Fate:
    """Kill one run and all its children, some seconds after it keeps so many values.

    Whatever it leaves is whole, and the next run builds on it.
    """
    out, data, name = folder / "out", folder / "data", undisturbed.clip.name
    with started("mask", undisturbed.clip, "-o", out, *QUICK, "--no-audit", data=data) as process:
        at_work(process, data, values)
        time.sleep(pause)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert_whole(out / name, undisturbed)
    before = kept(data)
    began = time.monotonic()
    again = ran("mask", undisturbed.clip, "-o", out, *QUICK, "--no-audit", data=data)
    seconds = time.monotonic() - began
    assert again.returncode == 0, again.stderr
    assert_whole(out / name, undisturbed)
    assert sorted(tree(out)) == [name, "film.report.html", "film.report.json"]
    now = kept(data)
    assert {key: now.get(key) for key in before} == before, "finished work was done again"
    assert len(now) == undisturbed.values
    return Fate(len(before), seconds)


def assert_whole(result: Path, undisturbed: Run) -> None:
    """Under a final name lies nothing, or the whole of it."""
    report = result.with_name(f"{result.stem}.report.json")
    page = report.with_suffix(".html")
    told = json.loads(report.read_text("utf-8")) if report.exists() else None
    for path in result.parent.glob("*"):
        assert path in (result, report, page) or (path.name.startswith(".") and path.suffix == ".part")
    if result.exists():
        assert told is not None, "a result without its report"
        assert page.read_text("utf-8") == pages.page(told)
        assert hashlib.sha256(result.read_bytes()).hexdigest() == told["result"]["sha256"]
        assert pictures(result) == undisturbed.pictures


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["Finding faces", "Hiding"])
def test_what_is_finished_is_neither_looked_at_nor_rendered_again(
    undisturbed: Run, tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
):
    cache, work = Memory(), {"looks": 0, "frames": 0}
    spy(monkeypatch, work)
    far = {"now": 0.0}

    def progress(at: str, done: int, total: int) -> None:
        far["now"] = done / total if at == stage else 0.0

    with pytest.raises(Cancelled):
        maskanyone.mask(
            undisturbed.clip,
            tmp_path / "film.mp4",
            recipe(),
            cache=cache,
            progress=progress,
            cancel=lambda: far["now"] > 0.6,
        )
    first = dict(work)
    kept_before = dict(cache.values)
    maskanyone.mask(undisturbed.clip, tmp_path / "film.mp4", recipe(), cache=cache)
    assert {key: cache.values[key] for key in kept_before} == kept_before
    if stage == "Finding faces":
        done, work["looks"] = work["looks"] - first["looks"], 0
        maskanyone.analyse(undisturbed.clip, recipe(), cache=Memory())
        assert 0 < done < work["looks"]
        assert work["frames"] == FRAMES
    else:
        assert work["looks"] == first["looks"]
        assert 0 < work["frames"] - first["frames"] < FRAMES
    assert pictures(tmp_path / "film.mp4") == undisturbed.pictures


@pytest.mark.slow
def test_another_method_looks_at_nothing_again(undisturbed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache, work = Memory(), {"looks": 0, "frames": 0}
    spy(monkeypatch, work)
    maskanyone.analyse(undisturbed.clip, recipe(), cache=cache)
    looks = work["looks"]
    assert looks >= FRAMES
    maskanyone.mask(undisturbed.clip, tmp_path / "film.mp4", recipe().with_steps(["face=pixelate"]), cache=cache)
    assert work == {"looks": looks, "frames": FRAMES}


@pytest.mark.slow
@pytest.mark.parametrize("there", [["film.report.json"], ["film.report.html", "film.report.json"]], ids=len)
def test_stopped_between_its_names_it_is_made_whole_by_the_next_run(
    undisturbed: Run, filled: Cache, tmp_path: Path, there: list[str], monkeypatch: pytest.MonkeyPatch
):
    """The report gets its name first; where the program ends right then, there is no video, and no refusal later."""
    target = tmp_path / "out" / "film.mp4"
    with monkeypatch.context() as patch:
        patch.setattr(results.os, "replace", Ending(os.replace, allowed=len(there)))
        with pytest.raises(Ended):
            maskanyone.mask(undisturbed.clip, target, recipe(), cache=filled)
    assert sorted(tree(target.parent)) == there
    assert_whole(target, undisturbed)
    maskanyone.mask(undisturbed.clip, target, recipe(), cache=filled)
    assert target.exists()
    assert_whole(target, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("allowed", [0, 1, 2])
def test_stopped_while_replacing_a_result_no_report_lies_beside_the_video_of_another(
    undisturbed: Run, filled: Cache, tmp_path: Path, allowed: int, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "out" / "film.mp4"
    first = maskanyone.mask(undisturbed.clip, target, recipe(), cache=filled)
    other = recipe().with_steps(["face=solid:colour=#ff00ff"])
    with monkeypatch.context() as patch:
        patch.setattr(results.os, "replace", Ending(os.replace, allowed=allowed))
        with pytest.raises(Ended):
            maskanyone.mask(undisturbed.clip, target, other, cache=filled, overwrite=True)
    if target.exists() or first.page_file.exists():
        told = json.loads(first.report_file.read_text("utf-8"))
        assert not first.page_file.exists() or first.page_file.read_text("utf-8") == pages.page(told)
        assert not target.exists() or told["result"]["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    done = maskanyone.mask(undisturbed.clip, target, other, cache=filled, overwrite=True)
    assert done.report["result"]["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert done.report["result"]["sha256"] != first.report["result"]["sha256"]


@pytest.mark.slow
@pytest.mark.parametrize("which", ["film.mp4", "film.report.json", "film.report.html"])
def test_a_name_that_cannot_be_given_leaves_no_file(
    undisturbed: Run, filled: Cache, tmp_path: Path, which: str, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "out" / "film.mp4"

    def refuse(source: Path, name: Path) -> None:
        if Path(name).name == which:
            raise PermissionError(13, "Permission denied")
        os.rename(source, name)

    with monkeypatch.context() as patch:
        patch.setattr(results.os, "replace", refuse)
        with pytest.raises(MaskAnyoneError, match="cannot be written"):
            maskanyone.mask(undisturbed.clip, target, recipe(), cache=filled)
    assert not tree(target.parent)


@pytest.mark.slow
def test_what_a_dead_process_left_is_swept_away_and_a_living_ones_is_not(
    undisturbed: Run, filled: Cache, tmp_path: Path
):
    out = tmp_path / "out"
    out.mkdir()
    dead, living = 2**22 + 1, os.getpid()  # no process has a number as large as the first
    for name in ("film.mp4", "film.report.json", "film.report.html", "other.mp4"):
        for process in (dead, living):
            (out / f".{name}.{process}-00000000.part").write_bytes(b"half")
    maskanyone.mask(undisturbed.clip, out / "film.mp4", recipe(), cache=filled)
    assert set(tree(out)) == {
        "film.mp4", "film.report.json", "film.report.html",
        *(f".film.{ending}.{living}-00000000.part" for ending in ("mp4", "report.json", "report.html")),
        f".other.mp4.{living}-00000000.part", f".other.mp4.{dead}-00000000.part",
    }  # fmt: skip


class Ended(BaseException):
    """The program ends here, as if it had been killed."""


class Ending:
    """A function that works so many times, and then ends the program."""

    def __init__(self, function: Any, allowed: int) -> None:
        self._function, self._allowed = function, allowed

    def __call__(self, *arguments: Any) -> Any:
        self._allowed -= 1
        if self._allowed < 0:
            raise Ended
        return self._function(*arguments)


def spy(monkeypatch: pytest.MonkeyPatch, work: dict[str, int]) -> None:
    """Count every look and every frame that is encoded."""
    detect, add = CenterFace.detect, PieceEncoder.add

    def looked(self: CenterFace, picture: Any) -> Any:
        work["looks"] += 1
        return detect(self, picture)

    def added(self: PieceEncoder, frame: Any, pts: int) -> None:
        work["frames"] += 1
        add(self, frame, pts)

    monkeypatch.setattr(CenterFace, "detect", looked)
    monkeypatch.setattr(PieceEncoder, "add", added)
