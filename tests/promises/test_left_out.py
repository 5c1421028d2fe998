"""What can be done without is left out where its weights are not here, and everything says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import maskanyone
from maskanyone import sample
from tests.promises.runs import Memory, said


@pytest.fixture
def without(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All weights that are needed, and none of those that people are found with."""
    shutil.copytree(weights, tmp_path / "weights", ignore=shutil.ignore_patterns("yolox*"))
    monkeypatch.setenv("MASKANYONE_WEIGHTS", str(tmp_path / "weights"))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    sample.make(tmp_path / "clip.mp4", 0.4)
    return tmp_path / "clip.mp4"


def test_a_dry_run_takes_what_a_run_takes_and_knows_its_result(
    without: None, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("mask", clip, "-o", clip.parent / "out", "--json")
    answers = [said(capsys, *command, *more) for more in (["--dry-run"], [], ["--dry-run"])]
    assert [answer.code for answer in answers] == [0, 0, 0]
    assert [json.loads(answer.out)["status"] for answer in answers] == ["would be masked", "masked", "there already"]


def test_the_verdict_names_who_did_not_look(without: None, clip: Path) -> None:
    report = maskanyone.mask(clip, clip.parent / "out.mp4", "faces", cache=Memory()).report
    assert report["verdict"].endswith(" YOLOX-Nano did not look: the weights are not here.")


def test_the_doctor_names_them_and_finds_nothing_wrong(without: None, capsys: pytest.CaptureFixture[str]) -> None:
    answer = said(capsys, "doctor")
    (line,) = (line for line in answer.out.splitlines() if line.startswith("weights yolox"))
    assert "missing, optional" in line
    assert answer.out.rstrip().endswith("All is well.")
    assert answer.code == 0
