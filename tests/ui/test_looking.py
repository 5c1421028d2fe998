"""The queue under the player: the riskiest first, looked at one by one, and then the release; without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from maskanyone.proof import places
from maskanyone.store import releases, reviews, runs
from maskanyone.store.tables import MASK, REPORT, RESULT, Job
from maskanyone.ui import reviewing
from maskanyone.ui.words import review as words
from tests.proof.reports import stretch, told
from tests.store.rows import OWNER, brought, done, run

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "maskanyone" / "ui" / "main.py"


@pytest.fixture
def job(data: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    facts = {"seconds": 12.0, "width": 1080, "height": 1920, "aspect": 9 / 16, "fps": 25.0, "sound": False}
    facts |= {"playable": True, "damage": []}
    monkeypatch.setitem(brought.__globals__, "FACTS", facts)
    (ordered,) = runs.order(OWNER, [brought("interview_03.mp4")], told()["recipe"], "Faces hidden")
    report = told()
    outcome = {"frames": 300, "faces": report["faces"], "places": places.number(report), "not_hidden": 1}
    done((MASK,), {RESULT: b"masked", REPORT: json.dumps(report).encode()}, told=outcome)
    return run(ordered.id)


def review() -> AppTest:
    page = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    page.switch_page(str(ROOT / "pages" / "review.py")).run()
    assert not page.exception
    return page


def press(page: AppTest, label: str, number: int = 0) -> AppTest:
    found = [button for button in page.button if button.label == label][number].click().run()
    assert not found.exception
    return found


def said(page: AppTest) -> str:
    return "\n".join(part.value for part in page.markdown)


def test_all_are_looked_at_the_riskiest_first_and_then_it_can_be_released(job: Job) -> None:
    queue = places.queue(told())
    page = review()
    for number, place in enumerate(queue):
        primary = [button for button in page.button if button.proto.type == "primary"]
        assert [button.label for button in primary] == [words.WELL]
        assert f"{words.place(number + 1, len(queue))}]" in said(page)
        assert words.left_before(len(queue) - number) in said(page)
        press(page, words.WELL)
        assert place.key in reviews.looked_at(OWNER, job.id)
    assert words.all_looked_at(len(queue)) in said(page)
    primary = [button for button in page.button if button.proto.type == "primary"]
    assert [(button.label, button.disabled) for button in primary] == [(words.RELEASE, False)]


def test_what_was_looked_at_outlives_the_tab_and_is_counted_in_the_header(job: Job) -> None:
    number = len(places.queue(told()))
    page = review()
    assert "Somebody shows in 1 place" in said(page)
    press(page, words.WELL)
    page = review()
    assert words.left_before(number - 1) in said(page)
    assert reviews.left_in_all(OWNER) == number - 1
    press(page, words.AGAIN)
    assert reviews.looked_at(OWNER, job.id) == {}


def test_next_leaves_it_for_later(job: Job) -> None:
    queue = places.queue(told())
    page = press(review(), words.NEXT)
    assert f"{words.place(2, len(queue))}]" in said(page)
    press(page, words.WELL)
    assert list(reviews.looked_at(OWNER, job.id)) == [queue[1].key]


def test_one_of_the_list_is_looked_at_without_going_there(job: Job) -> None:
    queue = places.queue(told())
    page = press(review(), words.WELL, 1)
    assert list(reviews.looked_at(OWNER, job.id)) == [queue[1].key]
    assert f"{words.place(1, len(queue))}]" in said(page)


def form(run: str) -> None:
    """What the dialog holds: AppTest opens none twice."""
    from maskanyone.store import reviews, runs
    from maskanyone.ui import releasing, reviewing

    job = runs.one("local", run)
    assert job is not None
    report = reviewing.report_of(job)
    assert report is not None
    releasing.choose("local", job, report, reviewing.drawn(report, reviews.looked_at("local", run)))


def test_whoever_shows_must_be_confirmed(job: Job) -> None:
    for place in places.queue(told()):
        reviews.look(OWNER, job.id, place.key)
    assert [each.label for each in press(review(), words.RELEASE).radio] == [words.LEVEL]
    page = AppTest.from_function(form, args=(job.id,), default_timeout=60).run()

    def can_be() -> bool:
        return not next(button for button in page.button if button.label == words.RELEASE_NOW).disabled

    assert page.radio[0].value is None
    assert "somebody who shows: 0:02.4 to 0:02.7" in said(page)
    assert told()["not_protected"][0].rstrip(".") in said(page)
    assert not can_be()
    page.radio[0].set_value("agreement").run()
    assert not can_be()
    page.checkbox[0].check().run()
    assert can_be()
    page.text_input[0].input("Zoe Zander").run()
    press(page, words.RELEASE_NOW)
    row = releases.of(OWNER, job.id)
    assert row is not None
    assert (row.level, row.by) == ("agreement", "Zoe Zander")
    assert reviews.left_in_all(OWNER) == 0
    assert "Released" in said(review())


def test_taken_back_in_another_tab_it_is_not_released(job: Job) -> None:
    queue = places.queue(told())
    for place in queue:
        reviews.look(OWNER, job.id, place.key)
    page = AppTest.from_function(form, args=(job.id,), default_timeout=60).run()
    page.radio[0].set_value("team").run()
    page.checkbox[0].check().run()
    reviews.look_again(OWNER, job.id, queue[0].key)
    press(page, words.RELEASE_NOW)
    assert "1 place is left to look at" in said(page)
    assert releases.of(OWNER, job.id) is None


def test_the_marks_have_the_numbers_of_the_queue() -> None:
    queue = places.queue(told())
    drawn = reviewing.drawn(told(), {queue[0].key: 1.0})
    by_number = {mark.number: mark for mark in drawn.marks if not mark.quiet}
    assert [by_number[number].start for number in sorted(by_number)] == [place.start for place in queue]
    assert [mark.number for mark in drawn.marks if mark.looked] == [1]
    assert [entry.number for entry in drawn.left()] == list(range(2, len(queue) + 1))


def test_every_place_has_a_key_of_its_own() -> None:
    report: dict[str, Any] = told()
    report["to_look_at"].append(stretch("two", 40, 84, "seen", "found by one detector at one size only"))
    queue, audit = places.queue(report), report["audit"]
    keys = [place.key for place in queue]
    assert {"shows-40-84", "seen-40-84"} <= set(keys)
    assert len(set(keys)) == len(keys) == 5
    assert all(re.fullmatch("[a-z0-9_-]+", key) for key in keys)
    parts = [report["to_look_at"], report["not_hidden"], audit["left"], audit["perhaps"]]
    assert sum(len(place.parts) for place in queue) == sum(map(len, parts))
    risks = [place.risk for place in queue]
    assert risks == sorted(risks, reverse=True)
