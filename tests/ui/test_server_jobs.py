"""A server that is killed in the middle of a run: nothing is lost, and nothing is done twice."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from maskanyone import mask
from maskanyone.store import files, recordings, runs
from tests.browser.served import Served
from tests.jobs.workers import OWNER, results_of, until
from tests.lean import lean
from tests.promises.runs import film, pictures

pytestmark = pytest.mark.slow
RECIPE = lean(size=416)


def test_a_run_goes_on_after_the_server_was_killed(data: Path, weights: Path, tmp_path: Path) -> None:
    clip = film(tmp_path / "talk.mp4", 1200, 12)
    served = Served(data).start()
    try:
        recording = served.bring(clip.name, clip.read_bytes())
        served.until("SELECT 1 FROM recording WHERE id = ? AND state = 'ready'", recording)
        row = recordings.one(OWNER, recording)
        assert row is not None
        (job,) = runs.order(OWNER, [row], RECIPE.data(), "Faces filled")
        served.until("SELECT 1 FROM job WHERE id = ? AND stage = 'Finding faces' AND done > 120", job.id)
        working = psutil.Process(served.pid).children(recursive=True)
        assert len(working) >= 2  # the worker, and the process that does the run
        served.kill()
        until(lambda: not any(map(psutil.Process.is_running, working)), 20)
        assert served.rows("SELECT finished FROM job WHERE id = ?", job.id) == [(None,)]
        served.start()
        served.until("SELECT 1 FROM job WHERE id = ? AND finished IS NOT NULL", job.id, within=120)
        assert served.rows("SELECT state, fence FROM job WHERE id = ?", job.id) == [("done", 2)]
        (result,) = results_of(job.id)
    finally:
        served.stop()
    undisturbed = mask(clip, tmp_path / "undisturbed.mp4", RECIPE)
    assert pictures(files.place(result.sha256, result.suffix)) == pictures(undisturbed.video)
