"""Recordings are brought in, listed, chosen, seen by their owner alone, and forgotten with all that came of them."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from maskanyone import folders
from maskanyone.jobs import queue
from maskanyone.store import database, files, recordings, runs
from maskanyone.store.cache import Cache
from maskanyone.store.tables import (
    ARRIVING,
    CANCELLED,
    CHECK,
    CHECKING,
    LEAVING,
    MASK,
    ORIGINAL,
    PICTURE,
    READY,
    RUNNING,
    SAMPLE,
    Recording,
)
from maskanyone.store.traces import log_of, work_folder
from tests.store.rows import OTHER, OWNER, RECIPE, brought, done, hashed, known, masked, run, traces


def test_a_copied_recording_arrives_is_looked_over_and_is_ready():
    made = recordings.arriving(OWNER, "talk.mp4", 13)
    assert (made.state, made.chosen, Path(made.path).parent) == (ARRIVING, False, folders.arriving())
    Path(made.path).write_bytes(b"some pictures")
    recordings.arrived(made.id)
    assert known(made.id).state == CHECKING
    done((CHECK,), {ORIGINAL: Path(made.path)}, hashed(b"some pictures"))
    row = known(made.id)
    assert (row.state, row.chosen, row.sha256) == (READY, True, hashed(b"some pictures"))
    assert Path(row.path).read_bytes() == b"some pictures"
    assert not Path(made.path).exists()


def test_all_of_it_arriving_twice_orders_one_look():
    made = recordings.arriving(OWNER, "talk.mp4", 1)
    for _ in range(3):
        recordings.arrived(made.id)
    worker = queue.enrol().id
    assert [queue.claim(worker, (CHECK,)) is not None for _ in range(2)] == [True, False]


def test_the_sample_is_ordered_like_a_recording():
    made = recordings.sample(OWNER, "sample.mp4")
    assert known(made.id).state == CHECKING
    claim = queue.claim(queue.enrol().id, (SAMPLE,))
    assert claim is not None and claim.job.recording == made.id


def test_a_named_recording_stays_where_it_is_and_is_known_once(tmp_path: Path):
    path = tmp_path / "talk.mp4"
    path.write_bytes(b"some pictures")
    (made,) = recordings.named(OWNER, [path])
    assert (made.path, made.copied, made.bytes) == (str(path), False, 13)
    assert recordings.named(OWNER, [path]) == []
    assert len(recordings.named(OTHER, [path])) == 1


def test_the_list_comes_in_pages_the_newest_first():
    made = [recordings.arriving(OWNER, f"{number}.mp4", 1).id for number in range(7)]
    pages = [recordings.listed(OWNER, start=start, most=3) for start in (0, 3, 6, 9)]
    assert [total for _, total in pages] == [7] * 4
    assert [row.id for rows, _ in pages for row in rows] == made[::-1]
    assert [len(rows) for rows, _ in pages] == [3, 3, 1, 0]


def test_one_or_all_are_chosen_and_only_ready_ones_are_masked():
    rows = [brought(f"{number}.mp4", b"%d" % number) for number in range(3)]
    broken = recordings.arriving(OWNER, "broken.mp4", 1)
    recordings.choose(OWNER, [rows[0].id], False)
    assert [row.id for row in recordings.chosen(OWNER)] == [rows[2].id, rows[1].id]
    recordings.choose(OWNER, None, False)
    assert recordings.chosen(OWNER) == []
    recordings.choose(OWNER, None, True)
    assert broken.id not in {row.id for row in recordings.chosen(OWNER)}
    assert len(recordings.chosen(OWNER)) == 3


def test_another_owner_gets_nothing_and_changes_nothing():
    row = brought()
    job = masked(row)
    assert recordings.one(OTHER, row.id) is None
    assert recordings.listed(OTHER) == ([], 0)
    assert recordings.chosen(OTHER) == []
    assert runs.one(OTHER, job.id) is None
    assert runs.order(OTHER, [row], RECIPE, "Faces hidden") == []
    recordings.choose(OTHER, [row.id], False)
    recordings.choose(OTHER, None, False)
    recordings.forget(OTHER, [row.id])
    assert known(row.id).chosen
    assert Path(known(row.id).path).read_bytes() == b"some pictures"
    assert run(job.id).state == "done"


def test_a_guessed_id_is_none():
    brought()
    assert recordings.one(OWNER, "0" * 32) is None
    recordings.forget(OWNER, ["0" * 32])
    assert recordings.listed(OWNER)[1] == 1


def test_the_same_bytes_are_kept_once_and_go_with_the_last():
    first, second = brought("a.mp4"), brought("b.mp4")
    assert first.path == second.path
    cache = Cache(folders.cache())
    cache.put(f"{first.sha256}.facts", b"facts")
    recordings.forget(OWNER, [first.id])
    assert Path(second.path).exists()
    assert recordings.artefact(second.id, PICTURE) is not None
    assert cache.get(f"{first.sha256}.facts") == b"facts"
    recordings.forget(OWNER, [second.id])
    assert not Path(second.path).exists()
    assert cache.get(f"{first.sha256}.facts") is None
    cache.close()


def test_the_same_bytes_forgotten_at_once_leave_nothing(data: Path):
    rows = [brought(f"{letter}.mp4") for letter in "abc"]
    cache = Cache(folders.cache())
    cache.put(f"{rows[0].sha256}.facts", b"facts")
    cache.close()
    recordings.forget(OWNER, [row.id for row in rows])
    assert traces(data, rows[0].sha256, "some pictures") == []


def test_forgetting_leaves_nothing_of_its_name_its_ids_or_its_content(data: Path):
    for number in range(20):
        brought(f"other {number}.mp4", b"others %d" % number)
    row = brought("Zenobia Quirk.mp4", b"her pictures")
    jobs = [masked(row, b"masked once"), masked(row, b"masked twice")]
    cache = Cache(folders.cache())
    for number, size in enumerate((10, 100_000)):
        cache.put(f"{row.sha256}.{number}", b"her face" * size)
    cache.close()
    unentered = folders.cache() / row.sha256 / "00" / "11" / "22.val"  # by a process that was killed right then
    unentered.parent.mkdir(parents=True)
    unentered.write_bytes(b"her face")
    for job in jobs:
        log_of(job.id).write_text("Traceback: Zenobia Quirk.mp4")
        work_folder(job.id, 9).mkdir()
        (work_folder(job.id, 9) / "Zenobia Quirk.mp4").write_bytes(b"half")
    words = ("Zenobia", "Quirk", row.id, row.sha256, *(job.id for job in jobs), "her pictures", "her face", "masked ")
    assert {word for word in words if any(found.endswith(word) for found in traces(data, word))} == set(words)
    recordings.forget(OWNER, [row.id])
    assert traces(data, *words) == []
    assert recordings.listed(OWNER)[1] == 20
    assert all(Path(other.path).exists() for other in recordings.listed(OWNER)[0])


def test_a_recording_that_was_only_named_is_forgotten_but_not_deleted(tmp_path: Path, data: Path):
    path = tmp_path / "Zenobia Quirk.mp4"
    path.write_bytes(b"her pictures")
    (row,) = recordings.named(OWNER, [path])
    recordings.forget(OWNER, [row.id])
    assert path.read_bytes() == b"her pictures"
    assert traces(data, "Zenobia", row.id) == []
    assert len(recordings.named(OWNER, [path])) == 1


def test_half_a_copy_goes_too():
    made = recordings.arriving(OWNER, "half.mp4", 100)
    Path(made.path).write_bytes(b"half of it")
    recordings.forget(OWNER, [made.id])
    assert list(folders.arriving().iterdir()) == []


def test_what_waits_in_line_is_not_begun_when_its_recording_goes(monkeypatch: pytest.MonkeyPatch):
    row = brought()
    runs.order(OWNER, [row], RECIPE, "Faces hidden")
    seen = []
    monkeypatch.setattr(recordings, "_await_stop", lambda _: seen.append(queue.claim(queue.enrol().id, (MASK,))))
    recordings.forget(OWNER, [row.id])
    assert seen == [None]


def test_a_run_that_goes_on_is_waited_for():
    row = brought()
    (job,) = runs.order(OWNER, [row], RECIPE, "Faces hidden")
    claim = queue.claim(queue.enrol().id, (MASK,))
    assert claim is not None
    forgetting = threading.Thread(target=recordings.forget, args=(OWNER, [row.id]))
    forgetting.start()
    while queue.renew(claim, worked=0.0):
        time.sleep(0.02)
    assert recordings.one(OWNER, row.id) is None, "it is still shown"
    assert run(job.id).state == RUNNING
    queue.stopped(claim)
    forgetting.join(3)
    assert not forgetting.is_alive()
    assert runs.one(OWNER, job.id) is None


def test_a_worker_that_does_not_answer_is_not_waited_for_and_loses_its_claim(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recordings, "_PATIENCE", 0.3)
    row = brought()
    runs.order(OWNER, [row], RECIPE, "Faces hidden")
    claim = queue.claim(queue.enrol().id, (MASK,))
    assert claim is not None
    recordings.forget(OWNER, [row.id])
    assert not queue.renew(claim, worked=0.0)


def test_what_a_late_worker_finds_out_goes_too(data: Path):
    row, other = brought("a.mp4", b"hers"), brought("b.mp4", b"his")
    jobs = [masked(row), masked(other)]
    recordings.forget(OWNER, [row.id])
    cache = Cache(folders.cache())
    for late in (row, other):
        cache.put(f"{late.sha256}.late", b"facts")
    for job, late in zip(jobs, (row, other), strict=True):
        log_of(job.id).write_text("late")
        recordings.tidy(job.id, late.sha256)
    assert cache.get(f"{row.sha256}.late") is None
    assert cache.get(f"{other.sha256}.late") == b"facts"
    cache.close()
    assert traces(data, row.sha256, jobs[0].id) == []
    assert log_of(jobs[1].id).exists()


def test_what_a_dead_process_began_to_forget_is_forgotten_by_the_next(data: Path):
    row, other = brought("a.mp4", b"hers"), brought("b.mp4", b"his")
    job = masked(row)
    with database.session() as session:
        recordings._call_off(session, [row.id])
    assert recordings.one(OWNER, row.id) is None
    recordings.finish_forgetting()
    assert traces(data, row.id, job.id, row.sha256) == []
    assert known(other.id).state == READY


def test_a_check_that_ends_while_its_recording_goes_does_not_bring_it_back():
    made = recordings.arriving(OWNER, "talk.mp4", 1)
    recordings.arrived(made.id)
    claim = queue.claim(queue.enrol().id, (CHECK,))
    assert claim is not None
    with database.session() as session:
        recordings._call_off(session, [made.id])
    from maskanyone.jobs import results

    assert not results.take_in(claim, {"made": [], "told": {"sha256": "0", "facts": {"damage": []}}})
    with database.session() as session:
        assert session.get_one(Recording, made.id).state == LEAVING
        assert session.get_one(type(claim.job), claim.job.id).state == CANCELLED


def test_files_of_others_stay():
    row, other = brought("a.mp4", b"hers"), brought("b.mp4", b"his", OTHER)
    masked(other, owner=OTHER)
    recordings.forget(OWNER, [row.id])
    made = recordings.artefact(other.id, ORIGINAL)
    assert made is not None
    assert files.place(made.sha256, made.suffix).read_bytes() == b"his"
