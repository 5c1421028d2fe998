"""Review shows what was chosen and stays with it while other runs end; what wants a look is looked at and released."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from maskanyone.store import recordings, runs
from tests.browser.conftest import PATIENCE
from tests.browser.served import Served
from tests.browser.waits import settled
from tests.conftest import Sample
from tests.lean import lean

pytestmark = [pytest.mark.slow, pytest.mark.alone]
expect = pytest.importorskip("playwright.sync_api").expect
GOING = "SELECT 1 FROM job WHERE kind = 'mask' AND state IN ('queued', 'running')"
PART = "document.querySelector('[data-testid=stBidiComponentIsolated]')"


@pytest.fixture(scope="module")
def served(browser: Any, weights: Any, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One recording with two results of equal settings."""
    served = Served(tmp_path_factory.mktemp("reviewed") / "data").start()
    recording = served.bring("talk.mp4", sample.path.read_bytes())
    served.until("SELECT 1 FROM recording WHERE id = ? AND state = 'ready'", recording)
    again(served, 2)
    served.until(f"SELECT 1 WHERE NOT EXISTS ({GOING})", within=180)
    yield served
    served.stop()


@pytest.fixture
def page(browser: Any, served: Served) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{served.address}/review")
    expect(player(page)).to_be_visible()
    yield page
    context.close()


def again(served: Served, times: int, crf: int = 18, *, searched: bool = False) -> None:
    """Order runs that are called alike. searched: the last one's result, which takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKANYONE_DATA", str(served.data))
        rows = recordings.listed("local")[0]
        for time in range(times):
            audit = json.dumps(searched and time == times - 1)
            recipe = lean(size=640).with_values([f"output.crf={crf + time}", f"audit.on={audit}"])
            runs.order("local", rows, recipe.data(), "Faces filled")


def player(page: Any) -> Any:
    return page.get_by_role("group", name="Original and result")


def shown(page: Any) -> str:
    return str(page.get_by_role("link", name="Download the result").get_attribute("href")).split("/")[-2]


def stays(page: Any, run: str) -> None:
    """This run comes to be shown, and goes on being shown."""
    expect(page.get_by_role("link", name="Download the result")).to_have_attribute("href", f"/api/runs/{run}/download")
    settled(page)
    assert shown(page) == run


def test_results_that_are_called_alike_can_each_be_chosen(page: Any, served: Served) -> None:
    newest, oldest = (run for (run,) in served.rows("SELECT id FROM job WHERE kind = 'mask' ORDER BY finished DESC"))
    assert shown(page) == newest
    for number, run in ((1, oldest), (2, newest), (1, oldest)):
        page.get_by_test_id("stSelectbox").locator("input").click()
        page.get_by_role("option", name=f"talk.mp4, result {number} ·").click()
        expect(page).to_have_url(f"{served.address}/review?run={run}")
        stays(page, run)
    page.reload()
    expect(player(page)).to_be_visible()
    stays(page, oldest)


def test_a_run_that_ends_leaves_alone_what_is_looked_at(page: Any, served: Served) -> None:
    before, address = shown(page), page.url
    again(served, 2, crf=24, searched=True)
    page.reload()
    expect(player(page)).to_be_visible()
    settled(page)
    page.evaluate(f"{PART}.same = true")
    page.mouse.click(640, 60)
    page.keyboard.press("n")  # wherever the focus is
    expect(player(page).locator("[aria-current]")).to_be_visible()
    page.keyboard.press(" ")
    expect(player(page).get_by_role("button", name="Pause")).to_be_visible()
    served.until(f"SELECT 1 WHERE NOT EXISTS ({GOING})", within=180)
    expect(page.get_by_text(re.compile("new results?$"))).to_be_visible()
    assert page.evaluate(f"{PART}.same") is True
    assert (shown(page), page.url) == (before, address)
    page.get_by_role("button", name="Show the newest").click()
    expect(page).not_to_have_url(address)
    ((newest,),) = served.rows("SELECT id FROM job WHERE kind = 'mask' ORDER BY finished DESC LIMIT 1")
    stays(page, newest)


def left(page: Any) -> int:
    """How many places are left before a release."""
    told = page.get_by_text(re.compile("left before you can release it")).inner_text()
    return int(re.search(r"\d+", told)[0])  # type: ignore[index]


def are_left(page: Any, number: int) -> None:
    """The page comes to say that so many are."""
    expect(page.get_by_text(re.compile(rf"^{number} places? (is|are) left before"))).to_be_visible()


def looked_at(served: Served, run: str, number: int) -> None:
    """The store comes to hold that so many were looked at."""
    if number:
        served.until("SELECT 1 FROM looked WHERE job = ? GROUP BY job HAVING count(*) = ?", run, number)
    else:
        served.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM looked WHERE job = ?)", run)


def go_to_oldest(page: Any, served: Served) -> str:
    """Go to the result that was made first; its run."""
    ((run,),) = served.rows("SELECT id FROM job WHERE kind = 'mask' ORDER BY finished LIMIT 1")
    page.goto(f"{served.address}/review?run={run}")
    return str(run)


def test_what_wants_a_look_is_looked_at_one_by_one_and_then_released(page: Any, served: Served) -> None:
    run, well = shown(page), page.get_by_role("button", name=re.compile("^Hidden well"))
    expect(well.first).to_be_enabled()
    expect(page.get_by_role("button", name="Release with report")).to_be_disabled()
    number = left(page)
    assert number > 0
    for side in ("Original", "Result"):  # pictures are built anew with what is around them, so each look asks again
        picture = f'img[src*="/api/runs/{run}/places/"][alt="{side}"]'
        page.wait_for_function("(picture) => document.querySelector(picture)?.naturalWidth > 50", arg=picture)
    for seen in range(number):
        expect(page.get_by_role("link", name=f"Review {number - seen} to look at")).to_be_visible()
        are_left(page, number - seen)
        if seen % 2:
            page.keyboard.press("h")  # wherever the focus is
        else:
            well.first.click()
        looked_at(served, run, seen + 1)
    release = page.get_by_role("button", name="Release with report")
    expect(release).to_be_enabled()
    page.reload()
    release.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Release", exact=True)).to_be_disabled()
    dialog.get_by_text("On request").click()
    dialog.get_by_role("button", name="Release", exact=True).click()
    expect(page.get_by_text(re.compile("Released .*: On request"))).to_be_visible()
    expect(dialog).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the report").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as packed:
        made = {name.rpartition("/")[2]: packed.read(name) for name in packed.namelist() if name.startswith("private/")}
    told = json.loads(next(data for name, data in made.items() if name.endswith(".report.json")))
    assert told["release"]["level"] == "agreement"
    assert len(told["release"]["looked_at"]) == told["release"]["places"] == number
    (listed,) = [file for file in json.loads(made["manifest.json"])["files"] if file["name"].endswith(".mp4")]
    saved = served.ask("GET", f"/api/runs/{run}/download")
    assert hashlib.sha256(saved.body).hexdigest() == listed["sha256"]
    assert b"On request" in served.ask("GET", f"/api/runs/{run}/report?shareable").body


def test_a_place_is_gone_to_by_its_mark_and_looked_at_again(page: Any, served: Served) -> None:
    run = go_to_oldest(page, served)
    page.get_by_role("button", name=re.compile("^Hidden well")).first.click()
    player(page).get_by_role("button", name=re.compile("looked at: ")).first.click()
    expect(page.get_by_text(re.compile("Looked at [0-9]"))).to_be_visible()
    page.get_by_role("button", name="Look at it again").first.click()
    looked_at(served, run, 0)
    expect(page.get_by_role("button", name=re.compile("^Hidden well")).first).to_be_visible()


def test_what_is_said_of_a_place_is_said_where_it_was_said_before(page: Any, served: Served) -> None:
    """The next place's button comes where the last one's was, or a quick second look would click beside it."""
    run = go_to_oldest(page, served)
    page.set_viewport_size({"width": 1280, "height": 1200})  # nothing has to be scrolled to
    well = page.get_by_role("button", name=re.compile("^Hidden well")).first
    expect(well).to_be_visible()
    settled(page)
    before = left(page)
    page.evaluate(r"""() => {
        window.places = new Set()
        const look = () => {
            for (const button of document.querySelectorAll('[class*="st-key-hidden-well-primary"] button')) {
                const place = button.closest('[class*="st-key-hidden-well-primary"]').className.match(/st-key-\S*/)[0]
                const box = button.getBoundingClientRect()
                const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
                if (box.width && button.contains(over)) window.places.add(`${place} ${box.left} ${box.top}`)
            }
            requestAnimationFrame(look)
        }
        look()
    }""")
    well.click()
    are_left(page, before - 1)
    settled(page)
    seen = [place.split() for place in page.evaluate("[...window.places]")]
    assert len({name for name, *_ in seen}) == 2
    assert len({tuple(where) for _, *where in seen}) == 1
    page.get_by_text("1 looked at", exact=True).click()
    page.get_by_role("button", name="Look at it again").first.click()
    looked_at(served, run, 0)


def test_what_nobody_has_searched_is_released_only_on_purpose(page: Any, served: Served) -> None:
    run = go_to_oldest(page, served)
    number = left(page)
    for seen in range(number):
        are_left(page, number - seen)
        page.get_by_role("button", name=re.compile("^Hidden well")).first.click()
        looked_at(served, run, seen + 1)
    page.get_by_role("button", name="Release with report").click()
    dialog = page.get_by_role("dialog")
    now = dialog.get_by_role("button", name="Release", exact=True)
    dialog.get_by_text("On request").click()
    expect(dialog.get_by_role("radio", name=re.compile("^On request"))).to_be_checked()
    expect(now).to_be_disabled()
    dialog.get_by_test_id("stCheckbox").locator("label").click()
    expect(now).to_be_enabled()


@pytest.mark.parametrize("address", ["runs", "", "models", "presets"])
def test_rows_can_be_worked_with_in_a_narrow_window(page: Any, served: Served, address: str) -> None:
    page.set_viewport_size({"width": 700, "height": 900})
    page.goto(f"{served.address}/{address}")
    expect(page.get_by_text(re.compile("Done|Masked|Here|Built in")).first).to_be_visible()
    page.wait_for_timeout(1000)
    wide = page.evaluate("""() => [...document.querySelectorAll('[data-testid=stMain] button, [data-testid=stMain] p')]
        .map((part) => part.getBoundingClientRect()).filter((box) => box.width)
        .map((box) => [box.left, box.right, box.width])""")
    assert wide
    assert all(left >= 0 and right <= 700 for left, right, _ in wide)
    if address == "runs":
        page.get_by_role("button", name="More").first.click()
        expect(page.get_by_role("button", name="Run again")).to_be_visible()


def test_a_card_counts_for_the_very_next_click(page: Any, served: Served) -> None:
    """Or the click is told to have come too soon; never does a run begin with what was chosen before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKANYONE_DATA", str(served.data))
        recordings.choose("local", None, True)
    ((before,),) = served.rows("SELECT count(*) FROM job")
    page.goto(f"{served.address}/mask")
    card, start = page.get_by_role("radio", name="Heads filled"), page.get_by_role("button", name="Mask 1 recording")
    expect(card).to_be_visible()
    expect(page.get_by_text(re.compile("^Face: solid fill"))).to_be_visible()
    settled(page)
    card, start = card.element_handle(), start.element_handle()
    page.evaluate("([card, start]) => { card.click(); start.click(); }", [card, start])
    too_soon, begun = page.get_by_text("Something was changed since"), []
    for _ in range(PATIENCE // 100):
        begun = served.rows("SELECT recipe FROM job ORDER BY created DESC LIMIT (SELECT count(*) FROM job) - ?", before)
        if begun or too_soon.count():
            break
        page.wait_for_timeout(100)
    assert len(begun) == 1 or too_soon.count(), "the click came to nothing, and nobody was told"
    assert all(json.loads(recipe)["people"][0]["hide"][0]["target"] == "head" for (recipe,) in begun)
