"""A result never lands on a source or a stranger's file, is not made twice, and comes whole with its report."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

import maskanyone
from maskanyone import results, sample
from maskanyone.pipeline.auditors import searching
from maskanyone.video.probe import probe

SUFFIXES = ("result.mp4", "result.report.json", "result.report.html")


@dataclass(frozen=True)
class Made:
    """A source and its finished result. recipe: what it was made with."""

    source: Path
    folder: Path
    recipe: maskanyone.Recipe


@pytest.fixture(scope="module")
def recipe(weights: Path) -> maskanyone.Recipe:
    return maskanyone.Recipe.preset("faces").with_values(["detect.centerface.size=320"])


@pytest.fixture(scope="module")
def made(recipe: maskanyone.Recipe, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    source = folder / "source.mp4"
    sample.make(source, 0.4)
    maskanyone.mask(source, folder / "out" / "result.mp4", recipe)
    return Made(source, folder / "out", recipe)


@pytest.fixture
def here(made: Made, tmp_path: Path) -> Made:
    """A copy to be changed."""
    shutil.copytree(made.folder, tmp_path / "out")
    shutil.copy(made.source, tmp_path / "source.mp4")
    return Made(tmp_path / "source.mp4", tmp_path / "out", made.recipe)


def key(made: Made) -> str:
    return results.key(probe(made.source), made.recipe, None, searching(made.recipe))


def test_a_result_and_its_report_lie_side_by_side_and_nothing_else(made):
    assert sorted(path.name for path in made.folder.iterdir()) == sorted(SUFFIXES)
    report = results.read_report(made.folder / "result.report.json")
    assert report is not None
    assert report["result"]["bytes"] == (made.folder / "result.mp4").stat().st_size
    assert report["key"] == key(made)


@pytest.mark.parametrize("how", ["same", "hard", "symbolic", "through a linked folder", "written otherwise"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_result_never_lands_on_its_source(how, overwrite, here):
    before = here.source.read_bytes()
    target = here.source
    if how == "hard":
        target = linked(here.source, here.folder / "other.mp4", hard=True)
    elif how == "symbolic":
        target = linked(here.source, here.folder / "other.mp4")
    elif how == "through a linked folder":
        target = linked(here.source.parent, here.folder / "way") / "source.mp4"
    elif how == "written otherwise":
        target = here.source.parent / "out" / ".." / "source.mp4"
    with pytest.raises(maskanyone.BadOutput, match="is the source itself"):
        maskanyone.mask(here.source, target, here.recipe, overwrite=overwrite)
    assert here.source.read_bytes() == before
    assert not list(here.source.parent.rglob("*.part"))


def test_a_report_never_lands_on_the_source(here):
    source = here.source.rename(here.source.with_name("clip.report.json"))
    with pytest.raises(maskanyone.BadOutput, match="is the source itself"):
        maskanyone.mask(source, source.with_name("clip.mp4"), here.recipe, overwrite=True)


@pytest.mark.parametrize("name", SUFFIXES)
def test_a_strangers_file_is_left_alone(name, here):
    target = here.folder.parent / "new" / "result.mp4"
    target.parent.mkdir()
    stranger = target.with_name(name)
    stranger.write_text("mine")
    with pytest.raises(maskanyone.BadOutput, match="is there already"):
        maskanyone.mask(here.source, target, here.recipe)
    assert stranger.read_text() == "mine"
    assert list(target.parent.iterdir()) == [stranger]


def test_the_same_recipes_whole_result_is_returned_as_it_is(here):
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in here.folder.iterdir()}
    result = maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe)
    assert result.skipped
    assert result.report["key"] == key(here)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in here.folder.iterdir()} == before


def test_a_result_that_others_have_searched_is_another(here, weights, tmp_path, monkeypatch):
    shutil.copytree(weights, tmp_path / "weights", ignore=shutil.ignore_patterns("ultraface*"))
    monkeypatch.setenv("MASKANYONE_WEIGHTS", str(tmp_path / "weights"))
    with pytest.raises(maskanyone.BadOutput, match="add --overwrite"):
        maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe)
    unsearched = here.recipe.with_values(["audit.on=false"])
    assert results.key(probe(here.source), unsearched, None, ["a 1"]) == results.key(probe(here.source), unsearched)


def test_a_result_whose_search_broke_off_is_made_again(here):
    told = here.folder / "result.report.json"
    report = json.loads(told.read_text("utf-8"))
    told.write_text(json.dumps(report | {"audit": "not finished (MemoryError)"}), "utf-8")
    again = maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe)
    assert not again.skipped
    assert again.report["audit"] == report["audit"]
    assert maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe).skipped


def test_a_result_of_before_pages_were_written_is_there_already(here):
    (here.folder / "result.report.html").unlink()
    assert maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe).skipped
    assert sorted(path.name for path in here.folder.iterdir()) == sorted(SUFFIXES[:2])


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_page_never_lands_on_a_strangers(here, overwrite):
    stranger = here.folder / "result.report.html"
    stranger.write_text("<!doctype html>mine")
    with pytest.raises(maskanyone.BadOutput, match=r"result\.report\.html: is there already and is no report of ours"):
        maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe, overwrite=overwrite)
    assert stranger.read_text() == "<!doctype html>mine"


def test_a_renamed_source_has_the_same_result(here):
    renamed = here.source.rename(here.source.with_name("renamed.mp4"))
    assert maskanyone.mask(renamed, here.folder / "result.mp4", here.recipe).skipped


@pytest.mark.parametrize("change", ["result", "report", "recipe", "source"])
def test_what_is_not_this_recipes_whole_result_of_this_source_is_refused(change, here):
    target, recipe = here.folder / "result.mp4", here.recipe
    if change == "result":
        target.write_bytes(target.read_bytes() + b"x")
    elif change == "report":
        report = json.loads((here.folder / "result.report.json").read_text("utf-8"))
        (here.folder / "result.report.json").write_text(json.dumps(report | {"key": "0" * 64}), "utf-8")
    elif change == "recipe":
        recipe = recipe.with_values(["output.crf=30"])
    else:
        with here.source.open("ab") as file:
            file.write(b"\0\0\0\x08free")
    before = {path: path.read_bytes() for path in here.folder.iterdir()}
    with pytest.raises(maskanyone.BadOutput, match=r"is there already.*--overwrite"):
        maskanyone.mask(here.source, target, recipe)
    assert {path: path.read_bytes() for path in here.folder.iterdir()} == before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"result": 1}', '{"key": 1, "result": {}}', "\0"])
def test_a_report_that_is_none_is_a_strangers_file(text, here):
    (here.folder / "result.report.json").write_text(text, "utf-8")
    with pytest.raises(maskanyone.BadOutput, match="is there already"):
        maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe)


def test_overwriting_replaces_all_files(here):
    target = here.folder / "result.mp4"
    target.write_bytes(b"changed since")
    result = maskanyone.mask(here.source, target, here.recipe, overwrite=True)
    assert not result.skipped
    assert sorted(path.name for path in here.folder.iterdir()) == sorted(SUFFIXES)
    assert maskanyone.mask(here.source, target, here.recipe).skipped


@pytest.mark.parametrize("report", [None, "notes of my own"])
def test_not_even_overwriting_replaces_what_is_no_result_of_ours(here, report):
    target, beside = here.folder / "result.mp4", here.folder / "result.report.json"
    target.write_bytes(b"a recording of my own")
    beside.unlink()
    if report is not None:
        beside.write_text(report)
    with pytest.raises(maskanyone.BadOutput, match="is there already"):
        maskanyone.mask(here.source, target, here.recipe, overwrite=True)
    assert target.read_bytes() == b"a recording of my own"


def test_a_report_without_its_result_is_made_whole(here):
    (here.folder / "result.mp4").unlink()
    assert not maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe).skipped
    assert sorted(path.name for path in here.folder.iterdir()) == sorted(SUFFIXES)


def test_a_report_that_names_the_source_is_not_taken_for_an_anonymous_one(here):
    assert "source.mp4" in (here.folder / "result.report.json").read_text("utf-8")
    result = maskanyone.mask(here.source, here.folder / "result.mp4", here.recipe, anonymous=True)
    assert not result.skipped
    assert "source.mp4" not in result.report_file.read_text("utf-8")
    assert "source.mp4" not in result.page_file.read_text("utf-8")


def test_folders_are_made_and_a_relative_target_lies_where_it_was_meant(here, monkeypatch):
    (here.source.parent / "deep").mkdir()
    monkeypatch.chdir(here.source.parent / "deep")
    result = maskanyone.mask("../source.mp4", "a/b/c.mp4", here.recipe)
    assert result.video.resolve() == here.source.parent / "deep" / "a" / "b" / "c.mp4"
    assert sorted(os.listdir("a/b")) == ["c.mp4", "c.report.html", "c.report.json"]


@pytest.mark.parametrize("name", ["result.mkv", "result", "result.MOV", ".mp4"])
def test_a_result_is_an_mp4_file(name, here):
    with pytest.raises(maskanyone.BadOutput, match=r"\.mp4"):
        maskanyone.mask(here.source, here.folder / name, here.recipe)


def test_a_name_too_long_for_a_disk_is_told_before_any_work(here):
    assert maskanyone.mask(here.source, here.folder / ("a" * 200 + ".mp4"), here.recipe).video.exists()
    before = sorted(here.folder.iterdir())
    for stem in ("a" * 250, "a" * 300, "ü" * 120):
        with pytest.raises(maskanyone.BadOutput, match="is too long a name for a result"):
            maskanyone.mask(here.source, here.folder / f"{stem}.mp4", here.recipe)
    with pytest.raises(maskanyone.BadOutput, match="cannot be used"):
        maskanyone.mask(here.source, here.folder / ("a" * 300) / "a.mp4", here.recipe)
    with pytest.raises(maskanyone.Unreadable, match="is not there"):
        maskanyone.mask(here.folder / f"{'a' * 300}.mp4", here.folder / "a.mp4", here.recipe)
    assert sorted(here.folder.iterdir()) == before


def test_a_dangling_link_does_not_lead_the_result_elsewhere(here):
    target = linked(here.folder.parent / "nowhere.mp4", here.folder / "link.mp4")
    maskanyone.mask(here.source, target, here.recipe)
    assert not target.is_symlink()
    assert not (here.folder.parent / "nowhere.mp4").exists()


def linked(source: Path, target: Path, *, hard: bool = False) -> Path:
    try:
        if hard:
            target.hardlink_to(source)
        else:
            target.symlink_to(source)
    except OSError as error:
        pytest.skip(f"no such links here: {error}")
    return target
