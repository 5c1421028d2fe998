"""A release tells for whom a result is, and its files do not change afterwards."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from maskanyone.errors import Refused
from maskanyone.proof import places
from maskanyone.proof.release import LEVELS
from maskanyone.store import files, releases, reviews, runs
from maskanyone.store.tables import RELEASED, REPORT, RESULT, Job
from tests.proof.reports import told
from tests.store.rows import MASK, OTHER, OWNER, brought, done, run, traces

NAME = "Zoe Zander"


@pytest.fixture
def job() -> Job:
    (ordered,) = runs.order(OWNER, [brought("interview_03.mp4")], {"format": 1}, "Faces hidden")
    done((MASK,), {RESULT: b"masked", REPORT: json.dumps(told()).encode()})
    for place in places.queue(told()):
        reviews.look(OWNER, ordered.id, place.key)
    return run(ordered.id)


def unpacked(job: Job) -> dict[str, bytes]:
    made = runs.artefact(job.id, RELEASED)
    assert made is not None
    with zipfile.ZipFile(io.BytesIO(files.place(made.sha256, made.suffix).read_bytes())) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.parametrize("level", list(LEVELS))
def test_the_level_stands_in_every_report_and_manifest(job: Job, level: str):
    releases.release(OWNER, job.id, level, NAME)
    row, made = releases.of(OWNER, job.id), unpacked(job)
    assert row is not None
    assert (row.level, row.by) == (level, NAME)
    for name, content in made.items():
        if name.endswith(".html"):
            assert LEVELS[level].title in content.decode()
        elif name.endswith("report.json"):
            assert json.loads(content)["release"]["level"] == level
        elif name.endswith("manifest.json"):
            assert json.loads(content)["release"] == level


def test_the_manifest_has_the_hash_of_every_file(job: Job):
    releases.release(OWNER, job.id, "team")
    made = unpacked(job)
    for folder in ("private", "shareable"):
        listed = {file["name"]: file["sha256"] for file in json.loads(made[f"{folder}/manifest.json"])["files"]}
        video = next(name for name in listed if name.endswith(".mp4"))
        assert listed.pop(video) == told()["result"]["sha256"]
        there = {name.partition("/")[2]: data for name, data in made.items() if name.startswith(f"{folder}/")}
        assert set(listed) == set(there) - {"manifest.json"}
        assert all(hashlib.sha256(there[name]).hexdigest() == sha256 for name, sha256 in listed.items())


def test_what_may_be_shared_names_nobody(job: Job):
    releases.release(OWNER, job.id, "public", NAME)
    made = unpacked(job)
    assert NAME in made["private/interview_03.masked.report.html"].decode()
    for name, content in made.items():
        if name.startswith("shareable/"):
            assert "interview" not in name + content.decode()
            assert NAME not in content.decode()


def test_the_report_tells_what_was_looked_at(job: Job):
    queue = places.queue(told())
    releases.release(OWNER, job.id, "team")
    content = releases.file(job.id, ".json")
    assert content is not None
    release = json.loads(content)["release"]
    seen = [(place["first_frame"], place["kind"]) for place in release["looked_at"]]
    assert seen == [(place.frames[0], place.kind) for place in queue]
    assert (release["places"], release["shows_all_the_same"]) == (len(queue), 1)


def test_while_something_is_left_to_look_at_it_is_not_released(job: Job):
    reviews.look_again(OWNER, job.id, places.queue(told())[-1].key)
    with pytest.raises(Refused, match="1 place is left to look at"):
        releases.release(OWNER, job.id, "team")
    assert releases.of(OWNER, job.id) is None
    assert runs.artefact(job.id, RELEASED) is None


def test_for_nobody_known_it_is_not_released(job: Job):
    with pytest.raises(Refused, match="everyone"):
        releases.release(OWNER, job.id, "everyone")
    assert releases.of(OWNER, job.id) is None


def test_released_anew_it_has_the_new_level_alone(job: Job, data: Path):
    for level in ("public", "team"):
        releases.release(OWNER, job.id, level)
    row = releases.of(OWNER, job.id)
    assert row is not None
    assert row.level == "team"
    assert len(list(data.rglob("*.zip"))) == 1
    runs.forget(OWNER, job.id)
    assert not list(data.rglob("*.zip"))
    assert traces(data, job.id) == []


def test_only_its_owner_releases_a_run(job: Job):
    with pytest.raises(Refused, match="not here any more"):
        releases.release(OTHER, job.id, "public")
    assert releases.of(OWNER, job.id) is None
    releases.release(OWNER, job.id, "public")
    assert releases.of(OTHER, job.id) is None


def test_a_result_that_is_gone_is_not_released(job: Job):
    made = runs.artefact(job.id, RESULT)
    assert made is not None
    files.place(made.sha256, made.suffix).unlink()
    with pytest.raises(Refused, match="not here any more"):
        releases.release(OWNER, job.id, "public")
    assert releases.of(OWNER, job.id) is None


def test_without_a_release_there_is_no_file(job: Job):
    assert releases.file(job.id, ".json") is None
