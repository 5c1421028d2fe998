"""Runs are ordered, listed, and forgotten with their result; their recording stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from maskanyone.jobs import queue
from maskanyone.store import files, recordings, runs
from maskanyone.store.tables import MASK, ORIGINAL, QUEUED, REPORT, RESULT, VIEW, Job
from maskanyone.store.traces import log_of
from tests.store.rows import OTHER, OWNER, RECIPE, brought, done, known, masked, run, traces


def ordered(number: int) -> list[Job]:
    rows = [brought(f"{n}.mp4", b"%d" % n) for n in range(number)]
    return runs.order(OWNER, rows, RECIPE, "Faces hidden")


def test_recordings_are_masked_in_their_order():
    jobs, worker = ordered(4), queue.enrol().id
    claims = [queue.claim(worker, (MASK,)) for _ in range(4)]
    assert [claim.job.id for claim in claims if claim] == [job.id for job in jobs]


def test_runs_come_in_pages_the_newest_first():
    jobs = ordered(5)
    pages = [runs.listed(OWNER, start=start, most=2) for start in (0, 2, 4)]
    assert [job.id for rows, _ in pages for job, _ in rows] == [job.id for job in jobs[::-1]]
    assert {total for _, total in pages} == {5}
    assert all(job.recording == recording.id for rows, _ in pages for job, recording in rows)
    assert runs.listed(OTHER) == ([], 0)


def test_those_at_work_come_before_those_in_line_and_are_counted():
    jobs = ordered(3)
    queue.cancel(OWNER, [jobs[0].id])
    claim = queue.claim(queue.enrol().id, (MASK,))
    assert claim is not None
    (last,) = runs.order(OWNER, [known(jobs[0].recording)], RECIPE, "Again")
    assert [job.id for job, _ in runs.unfinished(OWNER, most=9)] == [claim.job.id, jobs[2].id, last.id]
    assert (runs.going(OWNER), runs.going(OTHER)) == (3, 0)
    assert runs.newest_of(OWNER, [job.recording for job in jobs])[jobs[0].recording].id == last.id


def test_a_later_run_that_was_stopped_does_not_hide_a_result():
    row = brought()
    job = masked(row)
    (later,) = runs.order(OWNER, [row], RECIPE, "Again")
    assert runs.newest_of(OWNER, [row.id])[row.id].id == later.id
    queue.cancel(OWNER, [later.id])
    assert runs.newest_of(OWNER, [row.id])[row.id].id == job.id
    assert runs.finished_since(OWNER, 0.0) == [job.id]
    assert not runs.finished_since(OWNER, job.finished or 0.0)


def test_a_finished_run_has_its_files():
    row = brought()
    job = masked(row)
    assert [(one.id, recording.id) for one, recording in runs.finished(OWNER)] == [(job.id, row.id)]
    result, report = runs.artefact(job.id, RESULT), runs.artefact(job.id, REPORT)
    assert result and report
    assert files.place(result.sha256, result.suffix).read_bytes() == b"masked"
    assert runs.artefact(job.id, ORIGINAL) is None


def test_a_damaged_recording_that_was_chosen_is_salvaged():
    row = brought()
    row.facts = row.facts | {"damage": ["12 frames are lost"]}
    assert [job.salvage for job in runs.order(OWNER, [row], RECIPE, "Faces hidden")] == [True]


def test_a_result_is_called_like_its_recording_and_numbered_from_the_second_on():
    row = brought("talk.of.anna.mkv")
    first, second = masked(row, b"one"), masked(row, b"two")
    assert runs.file_name(first.id, ".mp4") == "talk.of.anna.masked.mp4"
    assert runs.file_name(second.id, ".mp4") == "talk.of.anna.masked.2.mp4"
    assert runs.file_name(second.id, ".json") == "talk.of.anna.masked.2.report.json"


def test_a_run_is_forgotten_with_its_result_and_log_and_the_recording_stays(data: Path):
    row = brought()
    first, second = masked(row, b"first result"), masked(row, b"second result")
    log_of(first.id).write_text("a traceback")
    runs.forget(OWNER, first.id)
    assert traces(data, first.id, "first result", "a traceback") == []
    assert run(second.id).state == "done"
    assert Path(known(row.id).path).read_bytes() == b"some pictures"


def test_two_runs_with_the_same_result_keep_it_until_the_last_goes():
    row = brought()
    first, second = masked(row), masked(row)
    made = runs.artefact(second.id, RESULT)
    assert made is not None
    runs.forget(OWNER, first.id)
    assert files.place(made.sha256, made.suffix).exists()
    runs.forget(OWNER, second.id)
    assert not files.place(made.sha256, made.suffix).exists()


def test_what_is_in_line_or_at_work_is_not_forgotten():
    waiting, _ = ordered(2)
    claim = queue.claim(queue.enrol().id, (MASK,))
    assert claim is not None
    for job in (waiting.id, claim.job.id):
        runs.forget(OWNER, job)
    assert runs.going(OWNER) == 2


@pytest.mark.parametrize("owner", [OTHER, OWNER])
def test_only_its_owner_forgets_a_run_and_nobody_a_look(owner: str):
    row = brought()
    job = masked(row)
    look = recordings.artefact(row.id, ORIGINAL)
    assert look is not None and look.job is not None
    runs.forget(OTHER, job.id)
    runs.forget(owner, look.job)
    assert run(job.id).state == "done"
    assert Path(known(row.id).path).exists()


def test_a_recording_that_a_browser_cannot_play_is_copied_once_after_all_runs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(brought.__globals__, "FACTS", {"seconds": 2.0, "playable": False, "damage": []})
    row = brought()
    masked(row)
    masked(row, b"again")
    runs.order(OWNER, [row], RECIPE, "Once more")
    worker = queue.enrol().id
    claims = [queue.claim(worker, (MASK, VIEW)) for _ in range(3)]
    assert [claim.job.kind if claim else None for claim in claims] == [MASK, VIEW, None]


def test_a_run_that_is_stopped_and_done_at_once_counts_as_stopped():
    row = brought()
    (job,) = runs.order(OWNER, [row], RECIPE, "Faces hidden")
    assert run(job.id).state == QUEUED
    claim = queue.claim(queue.enrol().id, (MASK,))
    assert claim is not None
    queue.cancel(OWNER, [job.id])
    from maskanyone.jobs import results

    assert not results.take_in(claim, {"made": [], "told": {}})
    assert run(job.id).state == "cancelled"


def test_nothing_of_a_result_is_kept_by_whoever_lost_the_job():
    row = brought()
    (job,) = runs.order(OWNER, [row], RECIPE, "Faces hidden")
    late = queue.claim(queue.enrol().id, (MASK,))
    assert late is not None
    queue.give_back(late)
    done((MASK,), {RESULT: b"the one result"})
    from maskanyone.jobs import results

    made = Path(recordings.folders.work()) / "late"
    made.write_bytes(b"a second result")
    plain = {"kind": RESULT, "path": str(made), "sha256": "f" * 64, "suffix": ".mp4", "bytes": 15}
    assert not results.take_in(late, {"made": [plain], "told": {}})
    assert not files.place("f" * 64, ".mp4").exists()
    assert run(job.id).state == "done"
