"""Asked to stop, a run ends within two seconds, says so, and leaves nothing where results go."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import maskanyone
from maskanyone import files
from maskanyone.detect.centerface import CenterFace
from maskanyone.errors import Cancelled
from maskanyone.hide.solid import Solid
from maskanyone.video import probe
from tests.promises.runs import QUICK, Memory, at_work, started, tree

#: seconds within which a run must have ended
LIMIT = 2.0
pytestmark = pytest.mark.alone
posix = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent to a process group")


@dataclass(frozen=True)
class Stop:
    """One run that was asked to stop. share: of its work that was done. took: seconds until it had ended."""

    share: float
    took: float


def recipe() -> maskanyone.Recipe:
    return maskanyone.Recipe.preset("faces").with_values([QUICK[1]])


@dataclass(frozen=True)
class Whole:
    """An undisturbed run: the steps it told of, the facts it found, and all that it kept."""

    steps: int
    facts: dict[str, bytes]
    everything: dict[str, bytes]


@pytest.fixture(scope="module")
def whole(weights: Path, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    cache, steps, facts = Memory(), [], {}

    def progress(stage: str, done: int, total: int) -> None:
        steps.append(stage)
        if stage == "Hiding" and not facts:
            facts.update(cache.values)

    maskanyone.mask(film, tmp_path_factory.mktemp("whole") / "film.mp4", recipe(), progress=progress, cache=cache)
    return Whole(len(steps), facts, cache.values)


@pytest.mark.slow
def test_asked_at_any_moment_it_ends_soon_and_leaves_nothing(film: Path, whole: Whole, tmp_path: Path):
    assert len(list(stops(film, whole.steps, tmp_path, 3, seed=2))) == 3


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_asked_at_twenty_moments(film: Path, whole: Whole, tmp_path: Path):
    done = list(stops(film, whole.steps, tmp_path, 20, seed=time.time_ns()))
    for stop in done:
        print(f"stopped after {stop.share:4.0%} of its work: ended within {stop.took:4.2f} s")
    assert len(done) == 20


def stops(film: Path, steps: int, folder: Path, times: int, seed: int) -> Iterator[Stop]:
    """Stop so many runs, at moments spread over the steps that one tells of, and check what each leaves."""
    chance = random.Random(seed)
    for number in range(times):
        at = int((number + chance.random()) / times * steps)
        yield Stop(at / steps, stopped(film, folder / str(number), Watch.steps(at)))


def stopped(film: Path, folder: Path, watch: Watch) -> float:
    """Mask, and ask to stop when the watch says so; the seconds until it had ended."""
    with pytest.raises(Cancelled, match=r"film\.mp4: was stopped"):
        maskanyone.mask(
            film, folder / "film.mp4", recipe(), progress=watch.progress, cancel=watch.reached, cache=Memory()
        )
    took = watch.since()
    assert took < LIMIT
    assert not tree(folder)
    return took


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "share"), [("Finding faces", 0.0), ("Finding faces", 0.5), ("Hiding", 0.0), ("Hiding", 0.9)]
)
def test_it_can_be_stopped_in_each_stage(film: Path, whole: Whole, tmp_path: Path, stage: str, share: float):
    watch, cache = Watch.stage(stage, share), Memory(whole.facts if stage == "Hiding" else {})
    with pytest.raises(Cancelled):
        maskanyone.mask(
            film, tmp_path / "out" / "film.mp4", recipe(), progress=watch.progress, cancel=watch.reached, cache=cache
        )
    assert watch.since() < LIMIT
    assert not tree(tmp_path)


@pytest.mark.slow
def test_it_can_be_stopped_while_it_writes_and_what_is_left_of_the_file_goes(film: Path, whole: Whole, tmp_path: Path):
    watch = Watch.stage("Writing", 0.0)
    seen: list[list[str]] = []

    def progress(stage: str, done: int, total: int) -> None:
        watch.progress(stage, done, total)
        if stage == "Writing":
            seen.append(os.listdir(tmp_path))

    with pytest.raises(Cancelled):
        maskanyone.mask(
            film,
            tmp_path / "film.mp4",
            recipe(),
            progress=progress,
            cancel=watch.reached,
            cache=Memory(whole.everything),
        )
    assert seen
    assert all(name.endswith(".part") for names in seen for name in names)
    assert watch.since() < LIMIT
    assert not tree(tmp_path)


def test_asked_before_it_begins_it_reads_nothing(film: Path, tmp_path: Path):
    with pytest.raises(Cancelled):
        maskanyone.mask(film, tmp_path / "film.mp4", recipe(), cancel=lambda: True, cache=Memory())
    assert not tree(tmp_path)


@pytest.mark.parametrize("slow", ["child", "digest"])
def test_it_can_be_stopped_while_a_file_is_probed(
    film: Path, tmp_path: Path, slow: str, monkeypatch: pytest.MonkeyPatch
):
    if slow == "child":
        monkeypatch.setattr(probe, "_CHILD", "import time\ntime.sleep(60)")
    else:
        monkeypatch.setattr(files, "_CHUNK", 1)
    stopped(film, tmp_path / "out", Watch(at=time.monotonic() + 0.3))


@pytest.mark.slow
@pytest.mark.parametrize("part", [CenterFace, Solid], ids=["detector", "hider"])
def test_it_can_be_stopped_while_a_method_hangs(
    film: Path, whole: Whole, tmp_path: Path, part: type, monkeypatch: pytest.MonkeyPatch
):
    go_on, since = threading.Event(), [0.0]

    def hang(*_: Any) -> None:
        since[0] = since[0] or time.monotonic()
        go_on.wait(60)

    monkeypatch.setattr(part, "detect" if part is CenterFace else "hide", hang)
    cache = Memory({} if part is CenterFace else whole.facts)
    try:
        with pytest.raises(Cancelled):
            maskanyone.mask(
                film,
                tmp_path / "film.mp4",
                recipe(),
                cache=cache,
                cancel=lambda: bool(since[0]) and time.monotonic() > since[0] + 0.5,
            )
        assert 0.5 < time.monotonic() - since[0] < 0.5 + LIMIT
    finally:
        go_on.set()
    assert not tree(tmp_path)


@pytest.mark.slow
def test_what_was_stopped_goes_on_where_it_was(film: Path, whole: Whole, tmp_path: Path):
    cache, watch = Memory(whole.facts), Watch.stage("Hiding", 0.5)
    with pytest.raises(Cancelled):
        maskanyone.mask(
            film, tmp_path / "film.mp4", recipe(), progress=watch.progress, cancel=watch.reached, cache=cache
        )
    values = dict(cache.values)
    assert len(whole.facts) < len(values) < len(whole.everything)
    stages: list[str] = []
    maskanyone.mask(
        film, tmp_path / "film.mp4", recipe(), cache=cache,
        progress=lambda stage, done, total: stages.append(f"{stage} {done}"),
    )  # fmt: skip
    assert "Finding faces 1" not in stages
    assert "Hiding 1" not in stages
    assert {key: cache.values[key] for key in values} == values


@posix
@pytest.mark.slow
@pytest.mark.parametrize(("name", "share"), [("SIGINT", 0.02), ("SIGINT", 0.25), ("SIGINT", 0.5), ("SIGTERM", 0.4)])
def test_the_command_line_stopped_by_a_signal_ends_with_130(
    film: Path, whole: Whole, tmp_path: Path, name: str, share: float
):
    assert interrupted(film, whole, tmp_path, share, signal.Signals[name]).took < LIMIT


@posix
@pytest.mark.slow
def test_the_command_line_stopped_before_it_masks_ends_with_130_too(tmp_path: Path):
    with started("demo", "-o", tmp_path / "demo", data=tmp_path / "data") as process:
        while not (tmp_path / "demo").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.5)  # it draws the clip
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "Stopped.\n")
    assert not tree(tmp_path / "demo")


@posix
@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_command_line_stopped_at_twenty_moments(film: Path, whole: Whole, tmp_path: Path):
    for turn in range(20):
        stop = interrupted(film, whole, tmp_path / str(turn), turn / 20, signal.SIGINT)
        print(f"Ctrl-C after {stop.share:4.0%} of what it keeps: ended within {stop.took:4.2f} s")


def interrupted(film: Path, whole: Whole, folder: Path, share: float, number: int) -> Stop:
    """Send a signal to the command line and its children, as a terminal does, once it keeps that share of its work."""
    with started("mask", film, "-o", folder / "out", *QUICK, data=folder / "data") as process:
        at_work(process, folder / "data", int(share * len(whole.everything)))
        time.sleep(random.uniform(0, 0.3))
        os.killpg(process.pid, number)
        began = time.monotonic()
        out, err = process.communicate(timeout=60)
        took = time.monotonic() - began
    assert process.returncode == 130, err
    assert err == "film.mp4: was stopped. Run it again to go on with the pieces that are done.\n"
    assert not out
    assert not (folder / "out").exists() or not tree(folder / "out")
    assert took < LIMIT
    return Stop(share, took)


class Watch:
    """Asks to stop, at a time or once told of a step that is due, and knows how long that is ago."""

    def __init__(self, due: Callable[[str, int, int], bool] = lambda *_: False, at: float = float("inf")) -> None:
        self._due, self._at = due, at

    @classmethod
    def stage(cls, name: str, share: float) -> Watch:
        """Once a stage has come so far."""
        return cls(lambda stage, done, total: stage == name and done >= share * total)

    @classmethod
    def steps(cls, number: int) -> Watch:
        """Once so many steps were told, of whatever stage."""
        steps = count()
        return cls(lambda *_: next(steps) >= number)

    def progress(self, stage: str, done: int, total: int) -> None:
        if self._due(stage, done, total):
            self._at = min(self._at, time.monotonic())

    def reached(self) -> bool:
        return time.monotonic() >= self._at

    def since(self) -> float:
        assert self.reached(), "it never came so far"
        return time.monotonic() - self._at
