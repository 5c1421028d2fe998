"""``maskanyone report``: a stored report becomes a page again, never over a file that is none of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from maskanyone.proof.page import page
from tests.promises.runs import Said
from tests.proof.reports import told

Say = Callable[..., Said]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "Jane.report.json"
    path.write_text(json.dumps(told()), "utf-8")
    return path


def test_the_page_lies_beside_the_report(say: Say, stored: Path) -> None:
    answer = say("report", str(stored))
    assert (answer.code, answer.err) == (0, "")
    shown = stored.with_name("Jane.report.html")
    assert answer.out == f"{shown}: {told()['verdict']}\n"
    assert shown.read_text("utf-8") == page(told())
    assert say("report", str(stored)).code == 0  # over the page of before


def test_a_shareable_page_is_named_by_nothing_that_names_the_recording(say: Say, stored: Path) -> None:
    assert say("report", str(stored), "--shareable").code == 0
    shown = stored.with_name(f"report-{'c' * 12}.html")
    assert shown.read_text("utf-8") == page(told(), shareable=True)
    assert "interview_03" not in shown.read_text("utf-8")
    assert sorted(path.name for path in stored.parent.iterdir()) == [stored.name, shown.name]


def test_a_page_goes_where_it_is_told_to(say: Say, stored: Path, tmp_path: Path) -> None:
    assert say("report", str(stored), "-o", str(tmp_path / "board" / "one.html")).code == 0
    assert (tmp_path / "board" / "one.html").read_text("utf-8") == page(told())


@pytest.mark.parametrize("name", ["mine.html", "mine.pdf", "Jane.report.json", ""])
def test_a_strangers_file_is_left_alone(say: Say, stored: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.html").write_text("<!doctype html>mine")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    answer = say("report", str(stored), "-o", str(tmp_path / name))
    assert (answer.code, answer.out) == (2, "")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"format": 1, "result": {"sha256": "0"}}'])
def test_what_is_no_report_is_told_in_a_sentence(say: Say, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "a.report.json"
    if text is not None:
        path.write_text(text)
    answer = say("report", str(path))
    assert answer.code == 2
    assert "a.report.json: is no" in answer.err
    assert not path.with_name("a.report.html").exists()
