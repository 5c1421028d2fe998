"""A real worker: each job once, whoever is killed, stopped, hangs or goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from maskanyone import folders
from maskanyone.files import sha256
from maskanyone.jobs import queue
from maskanyone.jobs.keeper import Keeper
from maskanyone.store import files, recordings, runs
from maskanyone.store.tables import (
    BROKEN,
    CANCELLED,
    DONE,
    FAILED,
    MASK,
    ORIGINAL,
    PICTURE,
    QUEUED,
    READY,
    REPORT,
    RESULT,
    RUNNING,
    STRIP,
)
from maskanyone.store.traces import log_of
from tests.jobs.workers import (
    OFTEN,
    OWNER,
    at,
    begun,
    copied,
    doing,
    finished,
    known,
    looked_over,
    ordered,
    results_of,
    run,
    until,
    worker,
)
from tests.promises.runs import kept, pictures

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("weights")]
posix = pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped and killed by signals")
ROOT = Path(__file__).resolve().parents[2]
#: seconds within which a run must have ended that was asked to stop
LIMIT = 2.0
SHORT_LEASE = "from maskanyone.jobs import queue; queue.LEASE = 2.0"
#: a worker with little patience, whose runs do something else
ODD = '''
from maskanyone.jobs import attempt, queue
attempt._SILENCE, queue.MOST_CRASHES = 4.0, 1
attempt._CHILD = attempt._CHILD.replace("main()", """
import time
from maskanyone.jobs import child, tasks
child._SIGN = 0.2
tasks._TASKS["mask"] = lambda order, progress, cancel: {doing}
main()
""")
'''
HANGS = "time.sleep(600)"
ONLY_ASKS = "[time.sleep(0.05) or cancel() for _ in range(120)] and tasks.Outcome((), {})"
RAISES = "1 / 0"


def test_the_sample_is_made_masked_and_lies_in_the_store():
    with worker():
        made = recordings.sample(OWNER, "sample.mp4")
        row = looked_over(made.id)
        assert (row.state, row.chosen, row.facts["seconds"]) == (READY, True, 10.0)
        (job,) = ordered(row)
        done = finished(job)
    assert (done.state, done.message, done.fence) == (DONE, "", 1)
    assert (done.told["frames"], done.told["faults"], done.told["not_hidden"]) == (250, 0, 0)
    found = [recordings.artefact(row.id, kind) for kind in (ORIGINAL, PICTURE, STRIP)]
    found += [runs.artefact(job, kind) for kind in (RESULT, REPORT)]
    for artefact in found:
        assert artefact is not None
        place = files.place(artefact.sha256, artefact.suffix)
        assert (sha256(place), place.stat().st_size) == (artefact.sha256, artefact.bytes)
    assert row.path == str(files.place(row.sha256, ".mp4"))
    for folder in (folders.work(), folders.arriving(), folders.logs() / "jobs"):
        assert list(folder.iterdir()) == []


def test_a_batch_goes_on_past_a_broken_file(clip: Path, tmp_path: Path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:5000])
    made = [copied(clip, "first.mp4"), copied(broken), copied(clip, "last.mp4")]
    with worker():
        rows = [looked_over(one.id) for one in made]
        assert [row.state for row in rows] == [READY, BROKEN, READY]
        assert rows[1].problem.endswith(".") and not rows[1].chosen
        done = [finished(job) for job in ordered(*rows)]
    assert [job.state for job in done] == [DONE, FAILED, DONE]
    assert done[1].message.endswith(".")
    assert pictures(result(done[0].id)) == pictures(result(done[2].id))


@pytest.mark.alone
@pytest.mark.parametrize(("stage", "share"), [("", 0.0), ("Hiding", 0.1)])
def test_a_run_stops_within_two_seconds_and_leaves_nothing_half(ready: str, stage: str, share: float):
    (job,) = ordered(known(ready))
    with worker(OFTEN) as process:
        until(lambda: bool(doing(process)))
        if stage:
            at(job, stage, share)
        queue.cancel(OWNER, [job])
        assert until(lambda: run(job).state == CANCELLED) < LIMIT
        until(lambda: list(folders.work().iterdir()) == [], 1.0)
        assert doing(process) == []
    assert results_of(job) == []


@posix
@pytest.mark.alone
def test_when_the_worker_is_killed_its_job_dies_with_it_and_the_next_one_goes_on(ready: str, data: Path):
    (job,) = ordered(known(ready))
    process = begun(OFTEN)
    at(job, "Hiding", 0.4)
    (child,) = doing(process)
    process.kill()
    process.wait()
    assert until(lambda: gone(child)) < LIMIT
    before = kept(data)
    assert run(job).state == RUNNING
    with worker():
        done = finished(job)
    assert (done.state, done.fence, len(results_of(job))) == (DONE, 2, 1)
    now = kept(data)
    assert len(before) > 3
    assert {key: now.get(key) for key in before} == before, "finished work was done again"
    assert list(folders.work().iterdir()) == []


@posix
def test_when_a_jobs_process_is_killed_it_is_tried_again(ready: str):
    (job,) = ordered(known(ready))
    with worker() as process:
        at(job, "Finding faces")
        doing(process)[0].kill()
        done = finished(job)
    assert (done.state, done.fence, done.crashes, len(results_of(job))) == (DONE, 2, 1, 1)


@posix
def test_a_job_whose_process_always_dies_is_given_up_with_a_sentence(ready: str):
    (job,) = ordered(known(ready))
    with worker() as process:
        killed = set()
        while run(job).finished is None:
            for child in doing(process):
                child.kill()
                killed.add(child.pid)
            time.sleep(0.02)
        time.sleep(1.0)
        assert doing(process) == []
    assert len(killed) == queue.MOST_CRASHES
    assert run(job).state == FAILED
    assert run(job).message.endswith("Close other programs.")


@posix
def test_a_worker_that_stands_still_loses_its_job_and_gives_no_second_result(ready: str):
    (job,) = ordered(known(ready))
    with worker(SHORT_LEASE) as first:
        at(job, "Finding faces")
        (child,) = doing(first)
        os.kill(first.pid, signal.SIGSTOP)
        try:
            with worker(SHORT_LEASE) as second:
                done = finished(job)
                until(lambda: doing(second) == [])
        finally:
            os.kill(first.pid, signal.SIGCONT)
        made = results_of(job)
        until(lambda: gone(child))
        until(lambda: list(folders.work().iterdir()) == [])
        assert (done.state, done.fence) == (DONE, 2)
        assert [one.id for one in results_of(job)] == [one.id for one in made]
        assert len(made) == 1
        assert run(job) == done


@posix
def test_after_a_sleep_of_the_machine_the_run_goes_on(ready: str):
    (job,) = ordered(known(ready))
    with worker(SHORT_LEASE) as process:
        at(job, "Finding faces")
        everybody = [process.pid, *(child.pid for child in doing(process))]
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(4.0)
        assert run(job).lease < time.time()
        for pid in everybody:
            os.kill(pid, signal.SIGCONT)
        done = finished(job)
    assert (done.state, done.fence, len(results_of(job))) == (DONE, 1, 1)


@posix
def test_a_worker_whose_server_is_killed_gives_its_job_back_and_goes(ready: str):
    (job,) = ordered(known(ready))
    program = "import time; from maskanyone.jobs.keeper import Keeper; Keeper().start(); time.sleep(600)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as server:
        at(job, "Finding faces")
        (row,) = queue.workers()
        process = psutil.Process(row.pid)
        children = process.children()
        server.kill()
    until(lambda: gone(process) and all(map(gone, children)), 10.0)
    assert (run(job).state, run(job).crashes, queue.workers()) == (QUEUED, 0, [])
    assert list(folders.work().iterdir()) == []
    assert queue.claim(queue.enrol().id, (MASK,)) is not None


@posix
def test_a_signal_ends_a_worker_in_order(ready: str):
    (job,) = ordered(known(ready))
    process = begun()
    at(job, "Finding faces")
    process.terminate()
    assert process.wait(10) == 0
    assert (run(job).state, queue.workers()) == (QUEUED, [])


def test_a_job_that_hangs_is_ended_with_a_sentence(ready: str):
    (job,) = ordered(known(ready))
    with worker(ODD.replace("{doing}", HANGS)) as process:
        done = finished(job)
        assert doing(process) == []
    assert (done.state, done.crashes) == (FAILED, 1)
    assert done.message.startswith("It did not get on")


def test_a_job_that_only_asks_whether_to_stop_does_not_hang(ready: str):
    (job,) = ordered(known(ready))
    with worker(ODD.replace("{doing}", ONLY_ASKS)):
        assert finished(job).state == DONE


def test_a_fault_of_ours_fails_the_run_and_its_log_says_more(ready: str):
    (job,) = ordered(known(ready))
    with worker(ODD.replace("{doing}", RAISES)):
        done = finished(job)
    assert done.state == FAILED
    assert "ZeroDivisionError" in done.message
    assert "Traceback" in log_of(job).read_text("utf-8")


@posix
def test_where_a_worker_dies_the_server_starts_another_and_ends_it_with_itself():
    keeper = Keeper()
    keeper.start()
    try:
        until(lambda: len(queue.workers()) == 1)
        (first,) = queue.workers()
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: [row.id for row in queue.workers()] not in ([], [first.id]))
        (second,) = queue.workers()
        assert second.pid != first.pid
    finally:
        keeper.stop()
    assert queue.workers() == []
    assert gone(psutil.Process(second.pid)) if psutil.pid_exists(second.pid) else True


def result(job: str) -> Path:
    (made,) = results_of(job)
    return files.place(made.sha256, made.suffix)


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
