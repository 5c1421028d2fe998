"""One frame before and after in a real browser: the wipe, the wait, the filmstrip, and when Python is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grey for each second, lighter after than before; and a strip of them."""
    folder = tmp_path_factory.mktemp("pictures")
    for second in range(12):
        for name, shade in (("before", 20), ("after", 130)):
            cv2.imwrite(str(folder / f"{name}-{second:02}.jpg"), np.full((360, 640, 3), shade + 8 * second, np.uint8))
    cv2.imwrite(str(folder / "strip.jpg"), np.repeat(np.arange(20, 260, 20, dtype=np.uint8), 160)[None].repeat(90, 0))
    return folder


@pytest.fixture(scope="module")
def address(demo: Any, pictures: Path) -> str:
    return str(demo("stage", pictures))


@pytest.fixture
def page(context: Any) -> Iterator[Any]:
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture
def stage(page: Any, address: str) -> Any:
    return opened(page, address)


def opened(page: Any, address: str, query: str = "") -> Any:
    page.goto(f"{address}/?{query}")
    stage = page.get_by_role("group", name="Before and after")
    expect(stage).to_be_visible(timeout=20_000)
    if "empty" not in query:
        expect(stage.locator(".after img")).to_be_visible()
    return stage


def addresses(stage: Any) -> list[str]:
    """Of the pictures that are shown, without their folder."""
    return [str(image.get_attribute("src")).removeprefix("/files/") for image in stage.locator("img").all()]


def border(stage: Any) -> Any:
    return stage.get_by_role("slider", name="Border between before and after")


def test_the_wipe_goes_with_the_mouse_and_rests_where_she_clicked(page: Any, stage: Any) -> None:
    box = stage.locator(".picture").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 50)
    expect(border(stage)).to_have_attribute("aria-valuenow", "20")
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] + 200)
    expect(border(stage)).to_have_attribute("aria-valuenow", "50")
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 50)
    page.mouse.move(5, 5)
    expect(border(stage)).to_have_attribute("aria-valuenow", "30")


def test_the_wipe_goes_with_keys_and_under_a_finger(page: Any, browser: Any, address: str) -> None:
    stage = opened(page, address)
    border(stage).focus()
    page.keyboard.press("ArrowRight")
    expect(border(stage)).to_have_attribute("aria-valuenow", "52")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, has_touch=True)
    touched = context.new_page()
    stage = opened(touched, address)
    box = stage.locator(".picture").bounding_box()
    touched.touchscreen.tap(box["x"] + 0.7 * box["width"], box["y"] + 100)
    expect(border(stage)).to_have_attribute("aria-valuenow", "70")
    context.close()


def test_a_new_picture_replaces_the_old_one_when_it_is_there(page: Any, address: str) -> None:
    stage = opened(page, address, "slow=1")
    border(stage).focus()
    page.keyboard.press("Home")
    page.get_by_role("slider", name="Strength").focus()
    page.keyboard.press("ArrowRight")
    expect(stage.get_by_text("Looking around 0:00 …")).to_be_visible()
    assert [name.endswith("turn=0") for name in addresses(stage)] == [True, True]
    expect(stage.get_by_text("Looking around")).to_have_count(0)
    assert [name.endswith("turn=1") for name in addresses(stage)] == [True, True]
    expect(border(stage)).to_have_attribute("aria-valuenow", "0")


def test_the_pictures_are_never_gone_while_others_come(page: Any, stage: Any) -> None:
    stage.locator(".picture").evaluate(
        "(area) => { area.least = 2; new MutationObserver(() => {"
        "area.least = Math.min(area.least, area.querySelectorAll('img').length); })"
        ".observe(area, { childList: true, subtree: true }); }"
    )
    for _ in range(3):
        stage.get_by_role("button", name="One frame forward").click()
        page.get_by_role("slider", name="Strength").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    expect(stage.locator(".after img")).to_have_attribute("src", "/files/after-00.jpg?wait=0&turn=3")
    assert stage.locator(".picture").evaluate("(area) => area.least") == 2


def test_steps_and_the_strip_choose_the_time(page: Any, stage: Any) -> None:
    runs, time = page.get_by_text(", run "), stage.locator(".time")
    expect(time).to_have_text("0:00.000")
    expect(stage.get_by_role("button", name="One frame back")).to_be_disabled()
    stage.get_by_role("button", name="One frame forward").click()
    expect(runs).to_have_text("Time 0.04, run 2")
    expect(stage.get_by_text("Looking around")).to_have_count(0)
    strip = stage.get_by_role("slider", name="Time of the frame")
    box = strip.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(runs).to_have_text("Time 6.0, run 3")
    expect(time).to_have_text("0:06.000")
    expect(stage.locator(".before img")).to_have_attribute("src", "/files/before-06.jpg?wait=0&turn=0")
    strip.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(runs).to_have_text("Time 6.08, run 4")


def test_dragging_tells_python_once_at_the_end(page: Any, stage: Any) -> None:
    runs, time = page.get_by_text(", run "), stage.locator(".time")
    box = stage.get_by_role("slider", name="Time of the frame").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 20)
    page.mouse.down()
    for share in (0.2, 0.4, 0.75):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 20)
        page.wait_for_timeout(150)
    expect(time).to_have_text("0:09.000")
    expect(runs).to_have_text("Time None, run 1")
    page.mouse.up()
    expect(runs).to_have_text("Time 9.0, run 2")
    expect(stage.locator(".before img")).to_have_attribute("src", "/files/before-09.jpg?wait=0&turn=0")


def test_a_time_whose_picture_is_shown_already_ends_the_wait(page: Any, stage: Any) -> None:
    stage.get_by_role("button", name="One frame forward").click()
    expect(page.get_by_text(", run ")).to_have_text("Time 0.04, run 2")
    page.wait_for_timeout(700)
    expect(stage.get_by_text("Looking around")).to_have_count(0)


def test_nothing_yet_has_the_size_of_something(page: Any, address: str) -> None:
    stage = opened(page, address, "empty=1")
    expect(stage.get_by_text("Choose a recording to look at.")).to_be_visible()
    expect(border(stage)).to_be_hidden()
    empty = [stage.locator(part).bounding_box() for part in (".picture", ".bar", ".strip")]
    page.get_by_text("Nothing yet").click()
    expect(stage.locator(".after img")).to_be_visible()
    assert [stage.locator(part).bounding_box() for part in (".picture", ".bar", ".strip")] == empty


def test_a_lost_picture_is_told_and_the_old_one_stays(page: Any, stage: Any) -> None:
    page.get_by_text("Lost pictures").click()
    expect(stage.get_by_text("The frame at 0:00 could not be shown; choose another time.")).to_be_visible()
    assert addresses(stage)[0].startswith("before-00")
    page.get_by_text("Lost pictures").click()
    expect(stage.get_by_text("could not be shown")).to_have_count(0)
