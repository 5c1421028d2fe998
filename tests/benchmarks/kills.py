"""A worker that is killed at random moments: every job is done once, and nothing that was finished is done again.

    python tests/benchmarks/kills.py [--kills 20] [--seed N]

Films are brought in and masked by real workers, each killed by SIGKILL while it works; another one goes on. Afterwards
the same films are masked by one undisturbed worker, and all pictures, facts and pieces of both are compared.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle, islice
from pathlib import Path

import cv2
import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from maskanyone import folders, sample  # noqa: E402
from maskanyone.store import database, files, recordings, runs  # noqa: E402
from maskanyone.store.tables import BROKEN, CHECKING, DONE, READY  # noqa: E402
from maskanyone.video.write import write_rgb  # noqa: E402
from tests.jobs import workers  # noqa: E402
from tests.jobs.workers import OWNER, until  # noqa: E402
from tests.promises.runs import kept, pictures  # noqa: E402

FRAMES, RATE = 480, 12
#: seconds of life after a job's process has begun, at most; a film takes about as long
LONGEST_LIFE = 6.0
#: seconds within which a killed worker's processes are gone
LIMIT = 2.0


@dataclass
class Work:
    """Films to come, those that were brought in, and their runs by recording."""

    coming: Iterator[Path]
    brought: dict[str, Path] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)

    def feed(self) -> None:
        """See to it that two films are in hand, and order those that can be masked."""
        rows = {row.id: row for row in recordings.listed(OWNER, most=len(self.brought) + 1)[0]}
        assert not [row.problem for row in rows.values() if row.state == BROKEN]
        checking = sum(row.state == CHECKING for row in rows.values())
        for film in islice(self.coming, max(0, 2 - checking - runs.going(OWNER))):
            self.brought[workers.copied(film).id] = film
        able = [row for row in rows.values() if row.state == READY and row.id not in self.jobs]
        for row, job in zip(able, workers.ordered(*able), strict=True):
            self.jobs[row.id] = job

    def done(self) -> bool:
        """Whether all that was brought in is masked."""
        self.feed()
        return len(self.jobs) == len(self.brought) and not runs.going(OWNER)


@dataclass(frozen=True)
class Fate:
    """What one kill left. after: seconds since a job began. orphans: until its processes were gone. kept: by key."""

    after: float
    orphans: float
    kept: Mapping[str, float]


def main() -> int:
    """Print one line a kill and one row; exit 1 where the promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    arguments = parser.parse_args()
    what = f"kill -9 of the worker at {arguments.kills} random moments during jobs"
    with tempfile.TemporaryDirectory() as folder:
        try:
            told = compared(Path(folder), arguments.kills, random.Random(arguments.seed))
        except AssertionError as error:
            print(f"| Show 3 | {what} (seed {arguments.seed}): {error or 'something was lost'} | failed |")
            return 1
    print(f"| Show 3 | {what} (seed {arguments.seed}): {told} | held |")
    return 0


def compared(folder: Path, kills: int, chance: random.Random) -> str:
    """Do the work twice, disturbed and undisturbed; a sentence about both."""
    began = time.monotonic()
    with data(folder / "disturbed"):
        work = Work(films(folder))
        fates = [fate(work, chance) for _ in range(kills)]
        work.coming = iter(())
        with workers.worker():
            until(work.done, 300)
        disturbed, now = outcome(work), kept(folder / "disturbed")
        fences = [workers.run(job).fence for job in work.jobs.values()]
    seconds = time.monotonic() - began
    with data(folder / "undisturbed"):
        again = Work(iter(work.brought.values()))
        with workers.worker():
            until(again.done, 300)
        undisturbed, whole = outcome(again), kept(folder / "undisturbed")
    again_made = sum(now.get(key) != at for one in fates for key, at in one.kept.items())
    assert again_made == 0, f"{again_made} finished facts and pieces were made again"
    assert now.keys() == whole.keys(), "other facts and pieces than in an undisturbed run"
    assert disturbed == undisturbed, "pictures differ from an undisturbed run's"
    return (
        f"{len(disturbed)} recordings brought in and masked, each done once though begun {sum(fences)} times; "
        f"{finished_before(fates, now)} of {len(now)} facts and pieces were finished by a worker that was killed later "
        f"and used again, none was made twice; all {FRAMES * len(disturbed)} frames equal an undisturbed run's; "
        f"a killed worker's processes were gone after {max(one.orphans for one in fates):.2f} s at most; "
        f"{seconds:.0f} s"
    )


def fate(work: Work, chance: random.Random) -> Fate:
    """Start a worker, and kill it while it is at a job."""
    work.feed()
    process = workers.begun()
    until(lambda: bool(workers.doing(process)))
    after, began = chance.uniform(0, LONGEST_LIFE), time.monotonic()
    while time.monotonic() - began < after or not workers.doing(process):
        work.feed()
        time.sleep(0.05)
    after = time.monotonic() - began
    children = workers.doing(process)
    process.kill()
    process.wait()
    orphans = until(lambda: not any(map(lives, children)), 20)
    assert orphans < LIMIT, "a job outlived its worker"
    left = Fate(after, orphans, kept(folders.data()))
    print(f"killed {after:4.1f} s after a job began: {len(left.kept):3} facts and pieces kept", flush=True)
    return left


def outcome(work: Work) -> Mapping[Path, str]:
    """A digest of every film's result, after a look whether each run is done once and nothing is left over."""
    digests = {}
    for recording, job in work.jobs.items():
        assert workers.run(job).state == DONE, f"a run is {workers.run(job).state}: {workers.run(job).message}"
        results = workers.results_of(job)
        assert len(results) == 1, f"{len(results)} results of one run"
        digests[work.brought[recording]] = pictures(files.place(results[0].sha256, results[0].suffix))
    until(lambda: not list(folders.work().iterdir()), 20)
    assert not list(folders.arriving().iterdir()), "a copy is left over"
    return digests


def finished_before(fates: list[Fate], now: Mapping[str, float]) -> int:
    """How many facts and pieces were there at a kill."""
    return len({key for one in fates for key in one.kept} & now.keys())


def films(folder: Path) -> Iterator[Path]:
    """Films of the made scenes without end, small, each begun at another moment."""
    shots = [cv2.resize(shot, (320, 180), interpolation=cv2.INTER_AREA) for shot in sample.frames(10)]
    for number in count():
        film, start = folder / f"film {number}.mp4", number * 11 % len(shots)
        write_rgb(film, islice(cycle(shots[start:] + shots[:start]), FRAMES), RATE)
        yield film


@contextmanager
def data(folder: Path) -> Iterator[None]:
    """A data folder of its own; the weights stay where they are."""
    before = {name: os.environ.get(name) for name in ("MASKANYONE_WEIGHTS", "MASKANYONE_DATA")}
    os.environ |= {"MASKANYONE_WEIGHTS": str(folders.weights()), "MASKANYONE_DATA": str(folder)}
    try:
        yield
    finally:
        database.engine().dispose()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def lives(process: psutil.Process) -> bool:
    """Whether it runs still."""
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


if __name__ == "__main__":
    sys.exit(main())
