"""Preset cards in a real browser: a radio group, by mouse and by keyboard, in step with Python."""

from __future__ import annotations

from typing import Any

import pytest

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture(scope="module")
def address(demo: Any) -> str:
    return str(demo("cards"))


@pytest.fixture
def cards(page: Any, address: str) -> Any:
    page.goto(address)
    group = page.get_by_role("radiogroup", name="Ways to hide people")
    expect(group).to_be_visible(timeout=20_000)
    return group


def _chosen(page: Any, name: str) -> None:
    expect(page.get_by_text(f"Chosen: {name}.")).to_be_visible()


def test_a_click_chooses_and_python_hears_of_it(page: Any, cards: Any) -> None:
    expect(cards.get_by_role("radio", name="Blurred faces")).to_be_checked()
    cards.get_by_role("radio", name="Covered faces").click()
    _chosen(page, "covered")
    expect(cards.get_by_role("radio", name="Covered faces")).to_be_checked()
    expect(cards.get_by_role("radio", checked=True)).to_have_count(1)


def test_arrows_go_round_as_in_any_radio_group(page: Any, cards: Any) -> None:
    cards.get_by_role("radio", name="Blurred faces").focus()
    page.keyboard.press("ArrowRight")
    _chosen(page, "covered")
    expect(cards.get_by_role("radio", name="Covered faces")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    _chosen(page, "later")
    page.keyboard.press("Tab")
    expect(cards.get_by_role("radio", name="Without a picture")).not_to_be_focused()
    assert cards.evaluate("group => group.querySelectorAll('[tabindex=\"0\"]').length") == 1, "one stop for the tab key"


def test_what_is_set_from_outside_wins_and_can_be_left_and_picked_again(page: Any, cards: Any) -> None:
    cards.get_by_role("radio", name="Contours").click()
    _chosen(page, "lines")
    page.get_by_role("button", name="Give covered").click()
    _chosen(page, "covered")
    expect(cards.get_by_role("radio", name="Covered faces")).to_be_checked()
    cards.get_by_role("radio", name="Contours").click()
    _chosen(page, "lines")
    page.get_by_role("button", name="Give none").click()
    _chosen(page, "none")
    expect(cards.get_by_role("radio", checked=True)).to_have_count(0)
    cards.get_by_role("radio", name="Contours").click()
    _chosen(page, "lines")


def test_a_page_is_never_a_step_behind(page: Any, cards: Any) -> None:
    for name, said in (("Contours", "lines"), ("Covered faces", "covered"), ("Blurred faces", "blurred")):
        cards.get_by_role("radio", name=name).click()
        _chosen(page, said)
        expect(cards.get_by_role("radio", name=name)).to_be_checked()


def test_two_columns_of_pictures_of_one_shape(cards: Any) -> None:
    boxes = [card.bounding_box() for card in cards.get_by_role("radio").all()]
    assert len({round(box["x"]) for box in boxes}) == 2
    assert len({round(box["y"]) for box in boxes}) == 2
    shapes = cards.evaluate(
        "group => [...group.querySelectorAll('.picture')].map(p => [p.offsetWidth, p.offsetHeight, p.children.length])"
    )
    assert all(abs(width / height - 2.4) < 0.06 for width, height, _ in shapes), shapes
    assert [pictures for _, _, pictures in shapes] == [1, 1, 1, 0], "without a picture the area stays, empty"


def test_what_becomes_of_the_voice_stands_in_words_beside_what_is_hidden(cards: Any) -> None:
    lines = cards.get_by_role("radio", name="Blurred faces").locator(".line")
    expect(lines).to_have_text(["visibility_offHidden: software sees through it", "mic_offSound: voice removed"])
    kept = cards.get_by_role("radio", name="Covered faces").locator(".line").last
    expect(kept).to_have_text("micSound: voice kept")
    plain, amber = cards.evaluate(
        "group => [...group.querySelectorAll('.line')].slice(0, 3).reverse().filter((_, i) => i !== 1)"
        ".map(line => getComputedStyle(line).color)"
    )
    assert plain != amber
