"""A researcher hides the faces of her recordings: from the empty page to files on her disk, and back to nothing.

The tests are one story, told in order; each goes on where the one before it ended.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served
from tests.browser.waits import settled

pytestmark = [pytest.mark.slow, pytest.mark.alone]
expect = pytest.importorskip("playwright.sync_api").expect
MOST_CLICKS = 5
PLAYS = """() => [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    .flatMap((part) => [...part.shadowRoot.querySelectorAll("video")])
    .every((video) => video.currentTime > 0.3 && video.videoWidth > 0)"""


@pytest.fixture
def page(browser: Any, served: Served) -> Iterator[Any]:
    """A tab on the page, closed afterwards."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(30_000)
    made = context.new_page()
    made.goto(served.address)
    yield made
    context.close()


def go_to(page: Any, name: str) -> None:
    page.get_by_role("link", name=re.compile(rf"^{name}( \d+ to look at)?$")).click()


def button(page: Any, name: str, **more: Any) -> Any:
    return page.get_by_role("button", name=name, **more)


def more_of(page: Any, number: int = 0) -> None:
    """Open a row's popover; another one that is still open hides the rows from all but the eye."""
    page.keyboard.press("Escape")
    page.wait_for_timeout(700)  # rows that were just renamed are drawn anew
    button(page, "More").nth(number).click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    page.wait_for_timeout(300)


def choose_all(page: Any) -> None:
    box = page.get_by_role("checkbox", name="Choose all")
    expect(box).to_be_attached()
    page.wait_for_timeout(500)
    if not box.is_checked():
        page.locator("label", has_text="Choose all").click()
    expect(box).to_be_checked()
    page.wait_for_timeout(1000)


def until(page: Any, true: Callable[[], object], seconds: int = 250) -> None:
    """Wait while the page goes on."""
    for _ in range(seconds * 10):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not within {seconds} s")


def closed(page: Any, label: str) -> None:
    """The popover with this field closes by itself; where a late message has opened it again, as it closes by hand."""
    field = page.get_by_label(label)
    try:
        expect(field).to_be_hidden(timeout=10_000)
    except AssertionError:
        page.keyboard.press("Escape")
        expect(field).to_be_hidden()


def test_a_batch_is_begun_with_few_clicks(page: Any, served: Served, batch: list[Path]) -> None:
    clicks = 0

    def click(what: Any) -> None:
        nonlocal clicks
        what.click()
        clicks += 1

    expect(page.get_by_text("They never leave this computer.")).to_be_visible()
    expect(button(page, "Try the sample")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        click(page.get_by_text("choose files"))
    chooser.value.set_files(batch)
    expect(page.get_by_text("4 of 5 recordings chosen")).to_be_visible(timeout=60_000)
    for path in batch:
        expect(page.get_by_text(path.name, exact=True)).to_be_visible()
    expect(page.get_by_text("Cannot be read")).to_have_count(1)
    assert len(served.rows("SELECT 1 FROM recording WHERE state = 'broken' AND problem != ''")) == 1
    click(button(page, "Choose what to hide"))
    first = page.get_by_role("radio", name="Faces filled, voice removed")
    expect(first).to_be_checked()
    expect(page.get_by_text("Own settings")).to_have_count(0)
    for card, says in ((page.get_by_role("radio", name="Heads filled"), "Head: "), (first, "Face: ")):
        card.click()  # not part of the count
        expect(card).to_be_checked()
        expect(page.get_by_text(re.compile(f"^{says}solid fill"))).to_be_visible()
        expect(page.get_by_text("Own settings")).to_have_count(0)
    settled(page)
    click(button(page, "Mask 4 recordings"))
    expect(page).to_have_url(re.compile("/review"))
    button(page, "Stop").last.click()  # not part of the count: the last in line is stopped
    served.until("SELECT 1 FROM job WHERE kind = 'mask' AND state = 'cancelled'")
    print(f"clicks from the empty page to the first masking: {clicks}")
    assert clicks <= MOST_CLICKS


@pytest.mark.timeout(600)
def test_the_tab_was_closed_and_all_is_done(page: Any, served: Served, batch: list[Path]) -> None:
    going = "SELECT 1 FROM job WHERE kind = 'mask' AND state IN ('queued', 'running')"
    until(page, lambda: not served.rows(going))
    states = served.rows("SELECT state, count(*) FROM job WHERE kind = 'mask' GROUP BY state ORDER BY state")
    assert states == [("cancelled", 1), ("done", 3)]
    expect(page.get_by_text("Masked")).to_have_count(3)
    expect(page.get_by_text("Stopped")).to_have_count(1)


def test_what_was_stopped_is_run_again(page: Any, served: Served) -> None:
    go_to(page, "Runs")
    expect(page.get_by_text("Stopped")).to_be_visible()
    more_of(page, 0)  # the newest, which was the last in line
    button(page, "Run again").click()
    expect(page.get_by_text("Done")).to_have_count(4, timeout=180_000)
    expect(page.get_by_text("Stopped")).to_have_count(1)
    assert len(served.rows("SELECT 1 FROM artefact WHERE kind = 'result'")) == 4


def test_original_and_result_play(page: Any, served: Served) -> None:
    served.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM job WHERE state IN ('queued', 'running'))")
    go_to(page, "Review")
    player = page.get_by_role("group", name="Original and result")
    expect(player).to_be_visible()
    player.focus()
    page.wait_for_timeout(500)
    page.keyboard.press("Space")
    page.wait_for_function(PLAYS)


def test_the_file_that_is_saved_is_the_one_that_is_stored(page: Any, served: Served, tmp_path: Path) -> None:
    go_to(page, "Review")
    run = page.get_by_role("link", name="Download the result").get_attribute("href").split("/")[-2]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the result").click()
    download.value.save_as(tmp_path / "saved.mp4")
    (sha256, name), *_ = served.rows(
        "SELECT artefact.sha256, recording.name FROM artefact JOIN recording ON recording.id = artefact.recording "
        "WHERE artefact.job = ? AND artefact.kind = 'result'",
        run,
    )
    assert hashlib.sha256((tmp_path / "saved.mp4").read_bytes()).hexdigest() == sha256
    assert re.fullmatch(rf"{re.escape(Path(name).stem)}\.masked(\.\d+)?\.mp4", download.value.suggested_filename)


def test_presets_are_kept_renamed_saved_brought_in_and_deleted(page: Any, served: Served, tmp_path: Path) -> None:
    go_to(page, "Videos")
    choose_all(page)
    expect(page.get_by_text("4 of 5 recordings chosen")).to_be_visible()
    button(page, "Choose what to hide").click()
    expect(page.get_by_role("slider", name="Time of the frame")).to_be_visible()
    page.wait_for_timeout(1000)
    button(page, "Keep as a preset").click()
    page.get_by_label("Name of the preset").fill("Gesture study")
    page.keyboard.press("Tab")
    button(page, "Keep", exact=True).press("Enter")  # by key: it may lie below the window
    until(page, (served.data / "presets" / "gesture-study.json").is_file)
    expect(page.get_by_text("Kept as “Gesture study”.")).to_be_visible()
    closed(page, "Name of the preset")
    go_to(page, "Presets")
    expect(page.get_by_text("Gesture study", exact=True)).to_be_visible()
    more_of(page)
    with page.expect_download() as download:
        button(page, "Save as a file").click()
    download.value.save_as(tmp_path / "taken along.json")
    page.get_by_label("New name").fill("Gesture study, second wave")
    page.keyboard.press("Tab")
    button(page, "Rename", exact=True).click()
    expect(page.get_by_text("Gesture study, second wave", exact=True)).to_be_visible()
    closed(page, "New name")
    more_of(page)
    button(page, "Delete", exact=True).click()
    button(page, "Delete it for good").click()
    expect(page.get_by_text("it appears here")).to_be_visible()
    button(page, "Bring in").click()
    page.locator('input[type="file"]').last.set_input_files(tmp_path / "taken along.json")
    expect(page.get_by_text("taken along.json")).to_be_visible()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Bring in", exact=True).last.click()
    expect(page.get_by_text("Gesture study", exact=True)).to_be_visible()
    kept = json.loads((served.data / "presets" / "gesture-study.json").read_text())
    assert kept == json.loads((tmp_path / "taken along.json").read_text())


def test_the_models_say_what_they_are(page: Any) -> None:
    go_to(page, "Models")
    expect(page.get_by_text("Models find people.")).to_be_visible()
    expect(page.get_by_text(re.compile("Here$")).first).to_be_visible()
    expect(page.get_by_text(re.compile(r" · \d+ [kM]B$")).first).to_be_visible()


def test_what_is_deleted_is_gone(page: Any, served: Served, batch: list[Path]) -> None:
    names = [row[0] for row in served.rows("SELECT name FROM recording")]
    hashes = [row[0] for row in served.rows("SELECT sha256 FROM artefact UNION SELECT sha256 FROM recording") if row[0]]
    ids = [row[0] for row in served.rows("SELECT id FROM recording UNION SELECT id FROM job WHERE kind != 'none'")]
    assert len(names) == 5
    choose_all(page)
    button(page, "Delete 4 recordings").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_be_hidden()
    button(page, "Delete", exact=True).first.click()  # the broken one cannot be chosen and is deleted by itself
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(button(page, "Try the sample")).to_be_visible()
    assert not served.rows("SELECT 1 FROM recording UNION SELECT 1 FROM job UNION SELECT 1 FROM artefact")
    served.stop()
    left = [path for path in served.data.rglob("*") if path.is_file()]
    for path in left:
        content = path.read_bytes()
        for word in (*names, *hashes, *ids):
            assert word not in str(path.relative_to(served.data))
            assert word.encode() not in content, f"{word} stands in {path.relative_to(served.data)}"
    assert not [path for path in left if path.suffix in (".mp4", ".mkv", ".webm", ".mov", ".jpg")]
    served.start()
