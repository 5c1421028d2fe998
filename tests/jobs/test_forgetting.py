"""What was masked by a real worker and is then forgotten leaves nothing; what was only named stays where it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from maskanyone import folders
from maskanyone.files import sha256
from maskanyone.store import recordings
from maskanyone.store.tables import DONE
from tests.jobs.workers import OFTEN, OWNER, at, copied, doing, finished, looked_over, ordered, until, worker
from tests.store.rows import traces

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("weights")]


def left(data: Path) -> list[str]:
    """All files that hold something of a recording, if there was one."""
    kept = [folders.files(), folders.arriving(), folders.work(), folders.logs() / "jobs"]
    found = [path for folder in kept for path in folder.rglob("*") if path.is_file()]
    found += [path for path in (data / "cache").rglob("*") if not path.name.startswith("cache.db")]
    return [str(path.relative_to(data)) for path in found]


def test_after_a_whole_run_nothing_is_left(clip: Path, tmp_path: Path, data: Path):
    named = tmp_path / "Zenobia Quirk.mp4"
    shutil.copyfile(clip, named)
    broken = tmp_path / "Broken Quirk.mp4"
    broken.write_bytes(clip.read_bytes()[:4000])
    with worker() as process:
        rows = [copied(clip, "Zenobia Quirk again.mp4"), *recordings.named(OWNER, [named, broken])]
        first, second, _ = (looked_over(row.id) for row in rows)
        jobs = ordered(first, second)
        assert [finished(job).state for job in jobs] == [DONE, DONE]
        until(lambda: doing(process) == [] and list(folders.work().iterdir()) == [])
        words = ("Zenobia", "Quirk", first.sha256, *jobs, *(row.id for row in rows))
        assert {word for word in words if traces(data, word)} == set(words)
        assert left(data)
        recordings.forget(OWNER, [row.id for row in rows])
        assert traces(data, *words) == []
        assert left(data) == []
    assert traces(data, *words) == []
    assert sha256(named) == sha256(clip) == first.sha256
    assert broken.stat().st_size == 4000


@pytest.mark.parametrize("stage", ["", "Hiding"])
def test_a_run_that_goes_on_is_stopped_and_leaves_nothing(ready: str, film: Path, data: Path, stage: str):
    row = looked_over(ready)
    (job,) = ordered(row)
    with worker(OFTEN) as process:
        until(lambda: bool(doing(process)))
        if stage:
            at(job, stage, 0.3)
        recordings.forget(OWNER, [ready])
        until(lambda: doing(process) == [])
        until(lambda: left(data) == [])
        until(lambda: traces(data, row.sha256, ready, job, "film.mp4") == [])
    assert left(data) == []
    assert sha256(film) == row.sha256
