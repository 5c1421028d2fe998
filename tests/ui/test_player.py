"""Original and result in a real browser: in step to the frame, one stage for all views, Python told when it stands."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.counted import READ, film, times

expect = pytest.importorskip("playwright.sync_api").expect

RATE = 25
#: for so many ms, at each picture of the page: gap of the clocks (s), gap of the shown frames; none while both wait
WATCH = f"""
async (ms) => {{
  const read = {READ};
  const [original, result] = document
    .querySelector('[data-testid="stBidiComponentIsolated"]').shadowRoot.querySelectorAll("video");
  const seen = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {{
    await new Promise(requestAnimationFrame);
    if ([original, result].some((video) => video.paused || video.seeking)) continue;
    const {{ numbers, clocks }} = read();
    seen.push([clocks[0] - clocks[1], numbers[0] - numbers[1]]);
  }}
  return seen;
}}
"""
STANDS = """
() => [...document.querySelector('[data-testid="stBidiComponentIsolated"]').shadowRoot.querySelectorAll("video")]
  .every((video) => video.paused && !video.seeking && video.readyState >= 2)
"""

#: both play, less than half a frame apart
TOGETHER = f"""
() => {{
  const [original, result] = document
    .querySelector('[data-testid="stBidiComponentIsolated"]').shadowRoot.querySelectorAll("video");
  const plays = [original, result].every((video) => !video.paused && !video.seeking && video.currentTime > 0.3);
  return plays && Math.abs(original.currentTime - result.currentTime) < {0.5 / RATE};
}}
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    film(folder / "original.mp4", 12, RATE, (640, 360), shade=60, sound=True)
    film(folder / "result.mp4", 12, RATE, (640, 360), shade=140, sound=True)
    film(folder / "silent.mp4", 12, RATE, (640, 360), shade=140)
    (folder / "broken.mp4").write_bytes(b"this is no film " * 64)
    times(folder / "times.json", 12, RATE)
    return folder


@pytest.fixture(scope="module")
def address(demo: Any, films: Path) -> str:
    return str(demo("player", films))


@pytest.fixture
def page(context: Any) -> Iterator[Any]:
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture
def player(page: Any, address: str) -> Any:
    return opened(page, address)


def opened(page: Any, address: str, duration: float = 12, **query: str | float) -> Any:
    page.goto(f"{address}/?" + "&".join(f"{key}={value}" for key, value in {"duration": duration, **query}.items()))
    player = page.get_by_role("group", name="Original and result")
    expect(player).to_be_visible(timeout=20_000)
    if not {"broken.mp4", "none.mp4"} & set(map(str, query.values())):
        page.wait_for_function(STANDS)
    return player


def standing(page: Any) -> tuple[list[int], list[float]]:
    """Numbers of the frames that original and result show, and their clocks."""
    page.wait_for_function(STANDS)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    read = page.evaluate(READ)
    return read["numbers"], read["clocks"]


def in_step(seen: list[list[float]], rate: float, hiccups: float) -> None:
    """Within one frame by the clocks and by the pictures, but for a share of hiccups: they come of a busy machine."""
    assert len(seen) > 10, "it plays"
    clocks = sorted(abs(gap) * rate for gap, _ in seen)
    beyond = [sum(gap > 1 for gap in clocks), sum(abs(frames) > 1 for _, frames in seen)]
    assert max(beyond) <= hiccups * len(seen), (
        f"{beyond} of {len(seen)} are off by more than a frame, the worst by {clocks[-1]:.1f}"
    )
    assert clocks[len(clocks) // 2] < 0.25, "the usual gap is far below a frame"


@pytest.mark.alone
def test_ten_seconds_in_step(page: Any, player: Any) -> None:
    player.focus()
    page.keyboard.press("Space")
    in_step(page.evaluate(WATCH, 10_000), RATE, hiccups=0.1)  # sound has clocks of its own, which stutter under load
    drifts: list[float] = []
    for _ in range(6):  # a stutter is caught up with at once, and then both stay together
        drifts.append(abs(float(player.get_attribute("data-drift"))))
        if len(drifts) > 1 and max(drifts[-2:]) <= 1 / RATE:
            return
        page.wait_for_timeout(250)
    pytest.fail(f"apart by {drifts} s")


@pytest.mark.soak
def test_a_minute_twenty_jumps_and_double_speed_in_step(page: Any, demo: Any, tmp_path: Path) -> None:
    for name, shade in (("original", 60), ("result", 140)):
        film(tmp_path / f"{name}.mp4", 70, 30, (1280, 720), shade)
    times(tmp_path / "times.json", 70, 30)
    player = opened(page, demo("player", tmp_path), duration=70)
    player.focus()
    page.keyboard.press("Space")
    in_step(page.evaluate(WATCH, 60_000), 30, hiccups=0.05)
    line, chance, jumps = player.get_by_role("slider", name="Time").bounding_box(), random.Random(1), []
    for _ in range(20):
        page.mouse.click(line["x"] + chance.random() * 0.9 * line["width"], line["y"] + line["height"] / 2)
        jumps += page.evaluate(WATCH, 700)
    in_step(jumps, 30, hiccups=0.05)
    page.mouse.click(line["x"] + 20, line["y"] + line["height"] / 2)
    page.keyboard.press("]")
    in_step(page.evaluate(WATCH, 10_000), 30, hiccups=0.05)


def test_steps_go_frame_by_frame_in_both(page: Any, player: Any) -> None:
    player.focus()
    for key, shown in [("ArrowRight", 1), (".", 2), ("ArrowRight", 3), (",", 2), ("ArrowLeft", 1)]:
        page.keyboard.press(key)
        assert standing(page)[0] == [shown, shown]
    expect(player.locator(".time")).to_have_text("0:00.040")
    expect(page.get_by_text("Time 0.04,")).to_be_visible()
    player.get_by_role("button", name="One frame forward").click()
    assert standing(page)[0] == [2, 2]
    expect(player.locator(".time")).to_have_text("0:00.080")
    page.keyboard.press("End")
    assert standing(page)[0] == [299, 299]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert standing(page)[0] == [0, 0]


def test_a_jump_shows_the_same_frame_in_both(page: Any, player: Any) -> None:
    line, chance = player.get_by_role("slider", name="Time").bounding_box(), random.Random(3)
    for _ in range(6):
        at = chance.random()
        page.mouse.click(line["x"] + at * line["width"], line["y"] + line["height"] / 2)
        numbers, _ = standing(page)
        minutes, seconds = player.locator(".time").inner_text().split(":")
        assert numbers == [round((int(minutes) * 60 + float(seconds)) * RATE)] * 2
        assert numbers[0] == pytest.approx(at * 12 * RATE, abs=1.5)


def test_playing_reruns_nothing_and_a_pause_tells_the_frame(page: Any, player: Any) -> None:
    runs = page.get_by_text(", run ")
    expect(runs).to_have_text("Time None, run 1")
    player.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1200)
    expect(runs).to_have_text("Time None, run 1")
    player.get_by_role("button", name="Pause").click()
    expect(runs).to_contain_text("run 2")
    numbers, _ = standing(page)
    assert numbers[0] == numbers[1]
    expect(runs).to_have_text(f"Time {numbers[0] / RATE}, run 2")


def test_the_end_is_told_and_play_begins_again(page: Any, player: Any) -> None:
    line = player.get_by_role("slider", name="Time").bounding_box()
    page.mouse.click(line["x"] + 0.97 * line["width"], line["y"] + line["height"] / 2)
    standing(page)
    page.keyboard.press("Space")
    expect(page.get_by_text("Time 11.96,")).to_be_visible()
    assert standing(page)[0] == [299, 299]
    page.keyboard.press("Space")
    page.wait_for_function(TOGETHER)
    assert player.locator("video").last.evaluate("(video) => video.currentTime") < 6


def test_the_original_comes_back_from_afar(page: Any, player: Any) -> None:
    player.focus()
    page.keyboard.press("Space")
    original = player.locator("video").first
    for push in ("video.currentTime += 8", "video.currentTime += 0.12", "video.pause()"):
        page.wait_for_function(TOGETHER)
        original.evaluate(f"(video) => {{ {push} }}")
        page.wait_for_timeout(100)
    page.wait_for_function(TOGETHER)


def test_both_wait_while_one_has_nothing_to_show(page: Any, player: Any) -> None:
    original, result = player.locator("video").all()
    player.focus()
    page.keyboard.press("Space")
    for stalled, other in ((original, result), (result, original)):
        page.wait_for_function(TOGETHER)
        stalled.evaluate(
            "(video) => { Object.defineProperty(video, 'readyState', { value: 2, configurable: true });"
            "video.dispatchEvent(new Event('waiting')); }"
        )
        assert other.evaluate("(video) => video.paused")
        expect(player.get_by_role("button", name="Pause")).to_be_visible()
        stalled.evaluate("(video) => { delete video.readyState; video.dispatchEvent(new Event('canplay')); }")
        assert not other.evaluate("(video) => video.paused")


def test_n_goes_through_what_wants_a_look(page: Any, player: Any) -> None:
    told = player.locator(".told")
    expect(told).to_have_text("3 places to look at.")
    page.get_by_test_id("stButtonGroup").locator("button").first.focus()
    page.keyboard.press("n")  # a button keeps its keys
    page.wait_for_timeout(300)
    expect(player.locator(".time")).to_have_text("0:00.000")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect(told).to_contain_text("1 of 3")
    expect(told).to_contain_text("Person A turns away; the place was filled in from before and after.")
    assert standing(page)[0] == [54, 54]
    page.keyboard.press("N")
    expect(told).to_contain_text("2 of 3")
    player.get_by_role("button", name="Go to 3").click()
    expect(told).to_contain_text("3 of 3")
    page.keyboard.press("n")
    expect(told).to_contain_text("1 of 3")
    expect(player.locator(".number[aria-current]")).to_have_text("1")


def test_speed_by_keys_and_by_choice(page: Any, player: Any) -> None:
    speed = player.get_by_role("combobox", name="Speed")
    player.focus()
    page.keyboard.press("]")
    expect(speed).to_have_value("2")
    for _ in range(4):
        page.keyboard.press("[")
    expect(speed).to_have_value("0.25")
    speed.select_option("0.5")
    assert player.locator("video").last.evaluate("(video) => video.playbackRate") == 0.5


def test_no_view_moves_what_stands_below_and_the_place_is_kept(page: Any, player: Any) -> None:
    player.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    places = []
    for view in ("side", "wipe", "result", "side"):
        page.get_by_role("radio", name=view).click()
        expect(player.locator(".stage")).to_have_attribute("data-view", view)
        places.append([player.locator(part).bounding_box() for part in (".stage", ".bar", ".timeline")])
        expect(player.locator(".time")).to_have_text("0:00.200")
    assert all(place == places[0] for place in places)
    assert standing(page)[0] == [5, 5]


def test_the_wipe_goes_with_keys_and_mouse_and_stays(page: Any, address: str) -> None:
    player = opened(page, address, view="wipe")
    border = player.get_by_role("slider", name="Border between original and result")
    border.focus()
    page.keyboard.press("ArrowLeft")
    expect(border).to_have_attribute("aria-valuenow", "48")
    expect(player.locator(".time")).to_have_text("0:00.000")
    picture = player.locator(".half").first.bounding_box()
    page.mouse.move(picture["x"] + picture["width"] * 0.4, picture["y"] + 100)
    page.mouse.down()
    page.mouse.move(picture["x"] + picture["width"] * 0.25, picture["y"] + 100)
    page.mouse.up()
    expect(border).to_have_attribute("aria-valuenow", "25")
    for view in ("side", "wipe"):
        page.get_by_role("radio", name=view).click()
        expect(player.locator(".stage")).to_have_attribute("data-view", view)
    expect(border).to_have_attribute("aria-valuenow", "25")
    at = border.bounding_box()
    assert at["x"] + 1 == pytest.approx(picture["x"] + picture["width"] * 0.25, abs=1.5)


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ("original", "This browser cannot play the original; its result is shown."),
        ("result", "This browser cannot play the result; download it to look at it."),
    ],
)
def test_one_that_cannot_be_played_leaves_the_other(page: Any, address: str, lost: str, sentence: str) -> None:
    player = opened(page, address, **{lost: "broken.mp4"})
    expect(player.get_by_text(sentence)).to_be_visible()
    player.get_by_role("button", name="Play").click()
    other = player.locator("video").nth(1 if lost == "original" else 0)
    page.wait_for_timeout(600)
    assert other.evaluate("(video) => video.currentTime") > 0.1
    player.get_by_role("button", name="Pause").click()


def test_without_people_marks_and_cuts_only_the_time_is_left(page: Any, address: str) -> None:
    player = opened(page, address, case="bare")
    for part in (".row", ".legend", ".band", ".told"):
        expect(player.locator(part).locator("visible=true")).to_have_count(0)
    line = player.get_by_role("slider", name="Time").bounding_box()
    page.mouse.click(line["x"] + line["width"] / 2, line["y"] + line["height"] / 2)
    assert standing(page)[0] == [150, 150]


def test_people_have_their_letter_and_guesses_their_hatch(player: Any) -> None:
    expect(player.locator(".chip")).to_have_text(["A", "B"])
    expect(player.locator(".person").first.locator(".span.guessed")).to_have_count(2)
    expect(player.locator(".cuts .cut")).to_have_count(6)
    expect(player.locator(".legend .entry")).to_have_text(
        ["seen", "not seen for sure, hidden all the same", "1to look at", "cut"]
    )


def test_the_sound_is_the_results_or_on_request_the_originals(page: Any, address: str) -> None:
    player = opened(page, address)
    sound = player.get_by_role("button", name="Sound")
    expect(sound).to_have_attribute("aria-pressed", "true")
    player.focus()
    page.keyboard.press("m")
    expect(sound).to_have_attribute("aria-pressed", "false")
    player = opened(page, address, result="silent.mp4")
    sound = player.get_by_role("button", name="Original's sound")
    expect(sound).to_have_attribute("aria-pressed", "false")
    sound.click()
    assert not player.locator("video").first.evaluate("(video) => video.muted")
    player = opened(page, address, original="silent.mp4", result="silent.mp4")
    expect(player.get_by_role("button", name="No sound")).to_be_disabled()
