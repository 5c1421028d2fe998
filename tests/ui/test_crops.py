"""The small pictures of places: the report is read once for all of them, and they leave the server's threads alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.requests import Request

from maskanyone.proof import places
from maskanyone.store import runs
from maskanyone.store.tables import MASK, REPORT, RESULT
from maskanyone.ui import crops, media
from tests.conftest import Sample
from tests.proof.reports import told
from tests.store.rows import OWNER, brought, done

KEYS = [place.key for place in places.queue(told())]


@pytest.fixture
def run(data: Path, sample: Sample) -> str:
    """A run whose result is the recording itself."""
    film = sample.path.read_bytes()
    (ordered,) = runs.order(OWNER, [brought("talk.mp4", film)], told()["recipe"], "Faces hidden")
    done((MASK,), {RESULT: film, REPORT: json.dumps(told()).encode()})
    return ordered.id


@pytest.fixture
def full(run: str) -> Iterator[ThreadPoolExecutor]:
    """As many pictures wait as may; they are drawn at the end."""
    with ThreadPoolExecutor(crops._MOST_WAITING) as threads:
        with crops._drawing:
            waiting = [threads.submit(crops.picture, OWNER, run, KEYS[1], "result") for _ in range(crops._MOST_WAITING)]
            end = time.monotonic() + 20
            while crops._waiting._value and time.monotonic() < end:
                time.sleep(0.01)
            yield threads
        assert all(each.result() for each in waiting)


def test_the_report_is_read_once_for_all_pictures(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def queue(report: Mapping[str, Any]) -> list[places.Place]:
        read.append(report["source"]["name"])
        return made(report)

    made = places.queue
    monkeypatch.setattr(places, "queue", queue)
    pictures = [crops.picture(OWNER, run, key, side) for key in KEYS for side in crops.SIDES]
    assert all(picture is not None and picture[:3] == b"\xff\xd8\xff" for picture in pictures)
    assert len(read) == 1
    assert crops.picture(OWNER, run, "filled-1-2", "result") is None


@pytest.mark.usefixtures("full")
def test_beyond_a_few_that_wait_the_browser_is_to_ask_again(run: str) -> None:
    with pytest.raises(crops.Busy):
        crops.picture(OWNER, run, KEYS[0], "result")
    asked = {"type": "http", "headers": [], "path_params": {"id": run, "place": KEYS[0], "side": "result"}}
    with ThreadPoolExecutor(1) as own:  # another test's browser may keep a loop running in this thread
        answer = own.submit(anyio.run, media.place, Request(asked)).result()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_what_is_there_already_waits_for_nobody(run: str, request: pytest.FixtureRequest) -> None:
    picture = crops.picture(OWNER, run, KEYS[0], "result")
    request.getfixturevalue("full")
    assert crops.picture(OWNER, run, KEYS[0], "result") == picture
