"""``--edits`` and ``maskanyone edits``: a file of corrections is followed, or refused in one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maskanyone.edit import Edits
from tests.edit.written import edit, key
from tests.promises.runs import QUICK, Said, tree

Say = Callable[..., Said]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A file of these corrections."""

    def write(*several: dict[str, Any], **more: Any) -> Path:
        path = tmp_path / "corrections.json"
        path.write_text(json.dumps({"format": 1, "edits": several} | more), "utf-8")
        return path

    return write


@pytest.mark.usefixtures("weights")
def test_a_file_of_corrections_is_followed(say: Say, clip: Path, tmp_path: Path, written: Callable[..., Path]) -> None:
    words = ["mask", clip, "-o", tmp_path / "out", *QUICK, "--no-audit"]
    assert say(*words).code == 0
    file = written(edit("add", keys=[key(3, (2, 2, 60, 60)), {"s": 0.4, "box": [20, 2, 80, 60]}], reason="a name tag"))
    again = [*words, "--edits", file]
    refused = say(*again)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    planned = say(*again, "--overwrite", "--dry-run", "--json")
    assert json.loads(planned.out)["status"] == "would be masked"
    answer = say(*again, "--overwrite", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert json.loads(answer.out)["corrections"] == 1
    report = json.loads((tmp_path / "out" / "clip.report.json").read_text("utf-8"))
    assert report["corrections"][0]["reason"] == "a name tag"
    assert report["tracks"][-1]["frames"] == {"by hand": 8}
    assert " · 1 correction · " in say(*again).out
    assert "a name tag" in (tmp_path / "out" / "clip.report.html").read_text("utf-8")


@pytest.mark.usefixtures("weights")
def test_a_result_is_corrected_with_the_recipe_that_made_it(
    say: Say, clip: Path, tmp_path: Path, written: Callable[..., Path]
) -> None:
    """Unless another is named."""
    words = ["mask", clip, "-o", tmp_path / "out", "--no-audit"]
    assert say(*words, *QUICK, "--hide", "face=pixelate").code == 0
    again = [*words, "--edits", written(edit("add", keys=[key(3, (2, 2, 60, 60))])), "--overwrite"]
    for more, method in (([], "hide.pixelate"), (["--preset", "faces"], "hide.solid")):
        assert say(*again, *more).code == 0
        report = json.loads((tmp_path / "out" / "clip.report.json").read_text("utf-8"))
        assert [step["method"] for step in report["recipe"]["people"][0]["hide"]] == [method]


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    ("several", "more", "said"),
    [
        ([edit("delete", track="nobody")], {}, "edit 1: there is no track nobody"),
        ([edit("add", keys=[key(25)])], {}, "edit 1: there is no frame 25. Choose one from 0 to 24"),
        ([edit("add", keys=[key(2, (2000, 0, 2100, 100))])], {}, "edit 1: its box in frame 2 lies outside"),
        ([edit("add", keys=[])], {}, "edit 1, keys: has fewer than 1 entries"),
        ([], {"recording": "0" * 64}, "belongs to another recording"),
        ([], {"more": 1}, "more: it has no such setting"),
    ],
)
def test_what_cannot_be_followed_is_one_sentence_and_nothing_is_written(
    say: Say, clip: Path, tmp_path: Path, written: Callable[..., Path],
    several: list[dict[str, Any]], more: dict[str, Any], said: str,
) -> None:  # fmt: skip
    file = written(*several, **more)
    before = tree(tmp_path)
    answer = say("mask", clip, "-o", tmp_path / "out", *QUICK, "--no-audit", "--edits", file)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert answer.err.startswith(str(file))
    assert said in answer.err
    assert tree(tmp_path) == before


def test_corrections_are_of_one_recording(say: Say, clip: Path, tmp_path: Path, written: Callable[..., Path]) -> None:
    shutil.copy(clip, clip.with_name("other.mp4"))
    answer = say("mask", clip.parent, "-o", tmp_path / "out", "--edits", written())
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "is for one recording, not for 2" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_file_is_checked_and_its_schema_printed(say: Say, tmp_path: Path, written: Callable[..., Path]) -> None:
    assert json.loads(say("edits").out) == Edits.json_schema()
    file = written(edit("delete", track="a"), edit("delete", track="b"), edit("split", track="c", from_={"s": 1}))
    assert say("edits", file).out == f"{file}: 3 corrections (2 to delete, 1 to split), well formed\n"
    answer = say("edits", written(edit("split", track="c")))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"{file}, edit 1, from: is missing. See docs/edits.md.\n"
    assert say("edits", tmp_path / "none.json").code == 2
