"""What a job has made is taken in whole or not at all, and nothing is lost where that is cut off."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from maskanyone import folders
from maskanyone.jobs import queue, results
from maskanyone.jobs.queue import Claim
from maskanyone.store import recordings
from maskanyone.store.tables import CHECK, CHECKING, ORIGINAL, READY
from tests.store.rows import FACTS, OWNER, brought, hashed, known

DATA = b"some pictures"


class Killed(BaseException):
    """The worker ends here."""


def arrived() -> Claim:
    """A copied recording at which a worker looks."""
    made = recordings.arriving(OWNER, "talk.mp4", len(DATA))
    Path(made.path).write_bytes(DATA)
    recordings.arrived(made.id)
    claim = queue.claim(queue.enrol().id, (CHECK,))
    assert claim is not None
    return claim


def looked(claim: Claim) -> dict[str, object]:
    """What the look told."""
    path = folders.arriving() / claim.job.recording
    made = {"kind": ORIGINAL, "path": str(path), "sha256": hashed(DATA), "suffix": ".mp4", "bytes": len(DATA)}
    return {"made": [made], "told": {"sha256": hashed(DATA), "facts": FACTS}}


def test_a_worker_that_dies_while_it_takes_a_recording_in_has_lost_nothing(monkeypatch: pytest.MonkeyPatch):
    claim = arrived()
    with monkeypatch.context() as patch:
        patch.setattr(results, "_know", killed)
        with pytest.raises(Killed):
            results.take_in(claim, looked(claim))
    row = known(claim.job.recording)
    assert row.state == CHECKING
    assert Path(row.path).read_bytes() == DATA
    queue.give_back(claim)
    again = queue.claim(queue.enrol().id, (CHECK,))
    assert again is not None
    assert results.take_in(again, looked(again))
    row = known(claim.job.recording)
    assert row.state == READY
    assert Path(row.path).read_bytes() == DATA
    assert list(folders.arriving().iterdir()) == []


def test_the_same_bytes_go_and_come_at_once(monkeypatch: pytest.MonkeyPatch):
    """One recording is deleted between the arrival of another with the same bytes and its row."""
    first = brought(data=DATA)
    claim = arrived()
    know, forgetting = results._know, threading.Thread(target=recordings.forget, args=(OWNER, [first.id]))

    def meanwhile(*facts: Any) -> None:
        forgetting.start()
        time.sleep(0.5)
        know(*facts)

    monkeypatch.setattr(results, "_know", meanwhile)
    assert results.take_in(claim, looked(claim))
    forgetting.join()
    assert recordings.one(OWNER, first.id) is None
    assert Path(known(claim.job.recording).path).read_bytes() == DATA


def killed(*_: object) -> None:
    raise Killed
