"""One job has one holder: claims, leases and fences, and how often a job is begun before it is given up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlmodel import col, update

from maskanyone.jobs import queue
from maskanyone.jobs.queue import LEASE, MOST_CLAIMS, MOST_CRASHES, Claim
from maskanyone.store import database, recordings
from maskanyone.store.tables import (
    BROKEN,
    CANCELLED,
    CHECK,
    CHECKING,
    DONE,
    FAILED,
    MASK,
    QUEUED,
    READY,
    RUNNING,
    Job,
    Recording,
    Worker,
)

ROOT = Path(__file__).resolve().parents[2]
OWNER, OTHER = "local", "somebody else"
NO_SUCH_PROCESS = 2**22 + 1


def ordered(number: int = 1, kind: str = MASK, **values: Any) -> list[str]:
    """Put jobs in line; their ids in order."""
    state = CHECKING if kind == CHECK else READY
    recording = Recording(owner=OWNER, name="talk.mp4", path="/none", copied=False, bytes=1, state=state)
    made = [Job(owner=OWNER, kind=kind, recording=recording.id, created=float(n), **values) for n in range(number)]
    with database.session() as session:
        session.add(recording)
        session.flush()
        session.add_all(made)
    return [job.id for job in made]


def now(job: str) -> Job:
    with database.session() as session:
        return session.get_one(Job, job)


def changed(job: str, **values: Any) -> None:
    with database.session() as session:
        session.exec(update(Job).where(col(Job.id) == job).values(**values))


def expired(claim: Claim) -> Claim:
    """Its lease ran out a minute ago."""
    changed(claim.job.id, lease=time.time() - 60)
    return claim


def taken(worker: str | None = None, kind: str = MASK) -> Claim:
    claim = queue.claim(worker or queue.enrol().id, (kind,))
    assert claim is not None
    return claim


def ghost(**values: Any) -> str:
    """A worker whose process is gone."""
    row = Worker(**({"host": queue.socket.gethostname(), "pid": NO_SUCH_PROCESS} | values))
    with database.session() as session:
        session.add(row)
    return row.id


def test_jobs_are_taken_by_priority_and_then_in_their_order():
    first, second, third = ordered(3)
    changed(third, priority=1)
    worker = queue.enrol().id
    assert [taken(worker).job.id for _ in range(3)] == [third, first, second]
    assert queue.claim(worker, (MASK,)) is None


def test_a_claim_is_for_the_kinds_that_were_asked_for():
    ordered(kind=CHECK)
    assert queue.claim(queue.enrol().id, (MASK,)) is None
    claim = taken(kind=CHECK)
    assert (claim.job.state, claim.fence, claim.job.claims) == (RUNNING, 1, 1)
    assert time.time() < claim.job.lease <= time.time() + LEASE


def test_many_threads_never_get_one_job_twice():
    jobs = ordered(60)
    workers = [queue.enrol().id for _ in range(8)]

    def all_of(worker: str) -> list[str]:
        got = []
        while claim := queue.claim(worker, (MASK,)):
            got.append(claim.job.id)
        return got

    with ThreadPoolExecutor(8) as executor:
        got = [job for some in executor.map(all_of, workers) for job in some]
    assert Counter(got) == Counter(jobs)


@pytest.mark.slow
def test_many_processes_never_get_one_job_twice_and_each_is_done_once():
    jobs = ordered(60)
    program = (
        "import sys\n"
        "from maskanyone.jobs import queue; from maskanyone.store import database\n"
        "worker = queue.enrol().id\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "while claim := queue.claim(worker, ('mask',)):\n"
        "    with database.session() as session: done = queue.ended(session, claim)\n"
        "    print(claim.job.id, claim.fence, done)"
    )
    begun = [
        subprocess.Popen([sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT)},
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]  # fmt: skip
    for process in begun:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    got = "".join(out for out, _ in [process.communicate("\n", timeout=100) for process in begun]).splitlines()
    assert Counter(got) == Counter(f"{job} 1 True" for job in jobs)


def test_a_claim_that_ran_out_is_taken_again_and_its_first_holder_can_do_nothing_more():
    (job,) = ordered()
    late, here = expired(taken()), taken()
    assert (here.job.id, here.fence, late.fence) == (job, 2, 1)
    assert not queue.renew(late, worked=1.0, stage="Hiding", done=5, total=9)
    queue.stopped(late)
    queue.give_back(late)
    queue.crashed(late, "It broke.")
    queue.fail(late, "It failed.")
    with database.session() as session:
        assert not queue.ended(session, late)
    row = now(job)
    assert (row.state, row.stage, row.crashes, row.worked, row.message) == (RUNNING, "", 0, 0.0, "")
    with database.session() as session:
        assert queue.ended(session, here, told={"frames": 9})
    assert (now(job).state, now(job).told) == (DONE, {"frames": 9})


def test_a_job_is_ended_once():
    ordered()
    claim = taken()
    with database.session() as session:
        assert [queue.ended(session, claim) for _ in range(2)] == [True, False]
    assert not queue.renew(claim, worked=0.0)


def test_after_a_sleep_the_holder_goes_on_where_nobody_else_took_it():
    ordered()
    claim = expired(taken())
    assert queue.renew(claim, worked=0.5)
    assert now(claim.job.id).lease > time.time()
    assert queue.claim(queue.enrol().id, (MASK,)) is None
    with database.session() as session:
        assert queue.ended(session, claim)


def test_a_dead_workers_job_comes_back_at_once():
    ordered()
    dead = ghost()
    assert queue.claim(dead, (MASK,)) is not None
    assert taken().fence == 2


def test_a_process_that_only_its_parent_has_not_buried_is_dead():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        ordered()
        assert queue.claim(ghost(pid=process.pid), (MASK,)) is not None
        assert taken().fence == 2


def test_a_later_process_with_its_number_is_not_the_worker():
    long_ago = time.time() - 86400
    dead = ghost(pid=os.getpid(), began=long_ago, seen=long_ago)
    assert dead not in [row.id for row in queue.workers()]


def test_a_clock_that_is_set_does_not_make_a_worker_dead():
    """The time of birth that the system tells moves with the clock, the row that was written before does not."""
    worker = ghost(pid=os.getpid(), began=time.time() - 86400)
    assert worker in [row.id for row in queue.workers()]


@pytest.mark.parametrize(("age", "lives"), [(1.0, True), (LEASE + 5, False)])
def test_a_worker_on_another_machine_lives_while_it_gives_signs(age: float, lives: bool):
    worker = ghost(host="another machine", seen=time.time() - age)
    assert (worker in [row.id for row in queue.workers()]) == lives
    if not lives:
        queue.alive(worker)
        assert worker not in [row.id for row in queue.workers()], "its row was cleared away"


def test_a_worker_that_goes_leaves_no_row():
    worker = queue.enrol()
    assert [row.id for row in queue.workers()] == [worker.id]
    queue.leave(worker.id)
    assert queue.workers() == []


def test_what_waits_is_stopped_at_once_and_what_runs_is_asked():
    first, second = ordered(2)
    claim = taken()
    assert queue.renew(claim, worked=0.0)
    queue.cancel(OTHER, [first, second])
    assert queue.renew(claim, worked=0.0)
    queue.cancel(OWNER, [first, second])
    assert now(second).state == CANCELLED
    assert now(second).finished is not None
    assert not queue.renew(claim, worked=0.0)
    assert now(first).state == RUNNING
    queue.stopped(claim)
    assert now(first).state == CANCELLED
    assert queue.claim(queue.enrol().id, (MASK,)) is None


@pytest.mark.parametrize("ending", [queue.give_back, lambda claim: queue.crashed(claim, "It broke."), expired])
def test_what_was_asked_to_stop_does_not_come_back(ending: Any):
    (job,) = ordered()
    claim = taken()
    queue.cancel(OWNER, [job])
    ending(claim)
    assert queue.claim(queue.enrol().id, (MASK,)) is None
    assert now(job).state == CANCELLED


def test_what_was_asked_to_stop_has_no_result_but_may_fail():
    first, second = ordered(2)
    claims = [taken(), taken()]
    queue.cancel(OWNER, [first, second])
    with database.session() as session:
        assert not queue.ended(session, claims[0])
    queue.fail(claims[1], "It failed.")
    assert (now(second).state, now(second).message) == (FAILED, "It failed.")


def test_what_is_done_cannot_be_stopped():
    (job,) = ordered()
    claim = taken()
    with database.session() as session:
        queue.ended(session, claim)
    queue.cancel(OWNER, [job])
    assert (now(job).state, now(job).cancel) == (DONE, False)


def test_a_job_that_never_gets_on_is_given_up_with_a_sentence():
    (job,) = ordered()
    worker = queue.enrol().id
    for number in range(MOST_CLAIMS):
        claim = expired(taken(worker))
        assert claim.fence == number + 1
    assert queue.claim(worker, (MASK,)) is None
    assert now(job).state == FAILED
    assert now(job).message.endswith("Restart the computer, then run it again.")


def test_a_job_that_gets_on_is_begun_as_often_as_it_takes():
    ordered()
    worker = queue.enrol().id
    for _ in range(3 * MOST_CLAIMS):
        claim = taken(worker)
        assert queue.renew(claim, worked=1.0, stage="Hiding", done=1, total=9, further=True)
        expired(claim)
    assert queue.claim(worker, (MASK,)) is not None


def test_a_job_whose_process_dies_again_and_again_is_given_up_with_the_sentence():
    (job,) = ordered()
    worker = queue.enrol().id
    for _ in range(MOST_CRASHES):
        queue.crashed(taken(worker), "Close other programs.")
    assert queue.claim(worker, (MASK,)) is None
    assert (now(job).state, now(job).message) == (FAILED, "Close other programs.")


@pytest.mark.parametrize("way", ["fails", "crashes", "never gets on"])
def test_a_recording_that_cannot_be_looked_over_is_broken_and_says_why(way: str):
    (job,) = ordered(kind=CHECK)
    worker = queue.enrol().id
    if way == "fails":
        queue.fail(taken(worker, CHECK), "A fault of ours.")
    for _ in range({"crashes": MOST_CRASHES, "never gets on": MOST_CLAIMS}.get(way, 0)):
        claim = taken(worker, CHECK)
        queue.crashed(claim, "Its process died.") if way == "crashes" else expired(claim)
    assert queue.claim(worker, (CHECK,)) is None
    row = recordings.one(OWNER, now(job).recording)
    assert row is not None
    assert (row.state, row.chosen, row.problem) == (BROKEN, False, now(job).message)
    assert row.problem


def test_a_masking_that_fails_leaves_its_recording_as_it_is():
    (job,) = ordered()
    queue.fail(taken(), "It failed.")
    row = recordings.one(OWNER, now(job).recording)
    assert row is not None
    assert (row.state, row.problem) == (READY, "")


def test_progress_and_working_time_are_kept_and_a_new_try_begins_anew():
    (job,) = ordered()
    claim = taken()
    for done in (5, 9):
        assert queue.renew(claim, worked=0.5, stage="Hiding", done=done, total=9)
    row = now(job)
    assert (row.stage, row.done, row.total, row.worked) == ("Hiding", 9, 9, 1.0)
    queue.give_back(claim)
    assert (now(job).state, now(job).stage, now(job).worked) == (QUEUED, "", 1.0)
    began = now(job).started
    assert taken().job.started == began
