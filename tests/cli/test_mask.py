"""Where results go, under which names, and what is left as it is."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from maskanyone.cli.mask import _line
from maskanyone.recipe import Recipe
from tests.promises.runs import QUICK, Said, tree
from tests.proof.reports import told

Say = Callable[..., Said]
pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def mask(say: Say, tmp_path: Path) -> Callable[..., Said]:
    """Mask into the folder ``out``; must be done."""

    def masked(*words: object) -> Said:
        answer = say("mask", *words, "-o", tmp_path / "out", *QUICK)
        assert (answer.code, answer.err) == (0, "")
        return answer

    return masked


def report(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.with_name(f"{path.stem}.report.json").read_text("utf-8"))
    return told


def streams(path: Path) -> list[str]:
    with av.open(str(path)) as clip:
        return sorted(stream.type for stream in clip.streams)


def test_a_result_and_its_report_lie_in_the_folder(mask: Callable[..., Said], clip: Path, tmp_path: Path) -> None:
    source = clip.read_bytes()
    answer = mask(clip)
    result = tmp_path / "out" / "clip.mp4"
    assert sorted(tree(tmp_path / "out")) == ["clip.mp4", "clip.report.html", "clip.report.json"]
    assert clip.read_bytes() == source
    told = report(result)
    assert told["source"]["sha256"] == hashlib.sha256(source).hexdigest()
    assert told["result"]["sha256"] == hashlib.sha256(result.read_bytes()).hexdigest()
    assert answer.out.startswith(f"clip.mp4  somebody hidden in {told['faces']['frames_hidden']} of 25 frames")
    assert " · sound removed · " in answer.out
    assert streams(result) == ["video"]


def test_the_line_tells_whom_the_search_found() -> None:
    line = _line(Path("a.mp4"), told(), 1, skipped=False)
    assert "SOMEBODY SHOWS in 1 place · somebody shows perhaps in 1 place" in line
    assert "search of the result not done" in _line(Path("a.mp4"), told(audit="not done"), 1, skipped=False)


def test_a_result_that_is_there_is_left_as_it_is(mask: Callable[..., Said], clip: Path, tmp_path: Path) -> None:
    mask(clip)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    answer = mask(clip)
    assert "done before, left as it is" in answer.out
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before


def test_another_recipe_s_result_is_replaced_only_when_asked(
    mask: Callable[..., Said], say: Say, clip: Path, tmp_path: Path
) -> None:
    mask(clip)
    before = tree(tmp_path / "out")
    other = ["mask", clip, "-o", tmp_path / "out", *QUICK, "--hide", "face=pixelate"]
    refused = say(*other)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "add --overwrite" in refused.err
    assert tree(tmp_path / "out") == before
    assert say(*other, "--overwrite").code == 0
    assert report(tmp_path / "out" / "clip.mp4")["recipe"]["people"][0]["hide"][0]["method"] == "hide.pixelate"
    assert set(tree(tmp_path / "out")) == set(before)


def test_a_result_that_somebody_changed_is_not_taken_for_ours(
    mask: Callable[..., Said], say: Say, clip: Path, tmp_path: Path
) -> None:
    mask(clip)
    with (tmp_path / "out" / "clip.mp4").open("ab") as result:
        result.write(b"more")
    answer = say("mask", clip, "-o", tmp_path / "out", *QUICK)
    assert answer.code == 2
    assert "is there already" in answer.err
    mask(clip, "--overwrite")
    assert "left as it is" in mask(clip).out


@pytest.mark.parametrize(("words", "kinds"), [(["keep"], ["audio", "video"]), (["remove"], ["video"])])
def test_the_sound_is_kept_or_removed(
    mask: Callable[..., Said], clip: Path, tmp_path: Path, words: list[str], kinds: list[str]
) -> None:
    mask(clip, "--audio", *words)
    assert streams(tmp_path / "out" / "clip.mp4") == kinds


def test_options_become_the_recipe_in_the_report(mask: Callable[..., Said], clip: Path, tmp_path: Path) -> None:
    mask(clip, "--hide", "head=blur:strength=0.9", "--set", "hide.head.margin=0.3", "--set", "output.crf=30")
    told = Recipe.parse(report(tmp_path / "out" / "clip.mp4")["recipe"])
    (step,) = told.hiding()
    assert (step.target, step.method) == ("head", "hide.blur")
    assert (step.params["strength"], step.params["margin"]) == (0.9, 0.3)
    assert told.output.crf == 30
    assert not told.keeps_sound()


def test_a_recipe_from_a_file_is_followed(mask: Callable[..., Said], say: Say, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(say("presets", "faces-mosaic").out, "utf-8")
    mask(clip, "--recipe", tmp_path / "mine.json")
    assert report(tmp_path / "out" / "clip.mp4")["recipe"]["name"].startswith(Recipe.preset("faces-mosaic").name)


def test_a_folder_s_recordings_keep_their_places(mask: Callable[..., Said], clip: Path, tmp_path: Path) -> None:
    for name in ("day one/a.mp4", "day two/a.mp4", "day two/notes.txt", ".hidden.mp4"):
        (clip.parent / name).parent.mkdir(exist_ok=True)
        shutil.copy(clip, clip.parent / name)
    mask(clip.parent)
    results = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.mp4"))
    assert results == ["clip.mp4", "day one/a.mp4", "day two/a.mp4"]


def test_equal_stems_get_the_suffix_of_their_source(mask: Callable[..., Said], clip: Path, tmp_path: Path) -> None:
    with av.open(str(clip)) as source, av.open(str(clip.with_suffix(".mkv")), "w") as other:
        stream = other.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                other.mux(packet)
    mask(clip.parent)
    assert sorted(tree(tmp_path / "out")) == [
        "clip.mkv.mp4", "clip.mkv.report.html", "clip.mkv.report.json",
        "clip.mp4.mp4", "clip.mp4.report.html", "clip.mp4.report.json",
    ]  # fmt: skip


def test_neutral_names_and_the_key_to_them_beside_the_folder(
    mask: Callable[..., Said], clip: Path, tmp_path: Path
) -> None:
    clip = clip.rename(clip.with_name("Ada Lovelace.mp4"))
    mask(clip, "--name", "P{n:02}")
    assert sorted(tree(tmp_path / "out")) == ["P01.mp4", "P01.report.html", "P01.report.json"]
    for kind in ("html", "json"):
        assert "Ada" not in (tmp_path / "out" / f"P01.report.{kind}").read_text("utf-8")
    assert b"Ada" not in (tmp_path / "out" / "P01.mp4").read_bytes()
    key = tmp_path / "out.names.csv"
    with key.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [{"result": "P01", "recording": str(clip)}]
    if sys.platform != "win32":
        assert key.stat().st_mode & 0o077 == 0


def test_a_recording_keeps_its_neutral_name(mask: Callable[..., Said], clip: Path, tmp_path: Path) -> None:
    mask(clip, "--name", "P{n:02}")
    shutil.copy(clip, clip.with_name("another.mp4"))
    answer = mask(clip.parent, "--name", "P{n:02}")
    assert "clip.mp4  " in answer.out
    assert "left as it is" in answer.out
    with (tmp_path / "out.names.csv").open(encoding="utf-8", newline="") as file:
        names = {os.path.basename(row["recording"]): row["result"] for row in csv.DictReader(file)}
    assert names == {"clip.mp4": "P01", "another.mp4": "P02"}


@pytest.mark.slow
def test_the_demo_makes_its_clip_and_masks_it(say: Say, tmp_path: Path) -> None:
    answer = say("demo", "-o", tmp_path / "demo")
    assert (answer.code, answer.err) == (0, "")
    assert sorted(tree(tmp_path / "demo")) == [
        "masked",
        *(os.path.join("masked", f"sample.{end}") for end in ("mp4", "report.html", "report.json")),
        "sample.mp4",
    ]
    assert str(tmp_path / "demo" / "masked" / "sample.mp4") in answer.out
