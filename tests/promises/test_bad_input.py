"""Bad input is refused in one sentence, before any work, with exit code 2; nothing is written, and the rest goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import maskanyone
from maskanyone import sample
from maskanyone.errors import BadOutput
from maskanyone.recipe import Recipe
from tests.promises.runs import PROGRAM, QUICK, Memory, Said, environment, said, tree

SOLID = {"target": "face", "method": "hide.solid"}
#: limits the size of every file that the process writes, then acts as the command line
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
del sys.argv[1]
from maskanyone.cli import main
main()
"""


@pytest.fixture
def clip(tmp_path: Path, one_second: Path) -> Path:
    """A clip in a folder of its own, which must stay as it is."""
    (tmp_path / "in").mkdir()
    return Path(shutil.copy(one_second, tmp_path / "in" / "clip.mp4"))


@pytest.fixture(scope="module")
def one_second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    sample.make(path, 1)
    return path


class Case:
    """The command line at work in a folder, and what it may leave there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.out, self._capsys = folder, folder / "out", capsys

    def mask(self, *arguments: object) -> Said:
        return said(self._capsys, "mask", *arguments)

    def refused(self, *arguments: object, code: int = 2) -> str:
        """The one sentence with which this is refused; it changes nothing."""
        before = tree(self.folder)
        answer = self.mask(*arguments)
        assert answer.code == code, answer
        assert answer.out == ""
        assert answer.err.count("\n") == 1, answer.err
        assert answer.err.endswith(".\n")
        assert "Traceback" not in answer.err
        assert tree(self.folder) == before
        return answer.err.strip()


@pytest.fixture
def case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Case:
    return Case(tmp_path, capsys)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--hide", "face=sold"], "hide.sold: there is no method of that name. Did you mean hide.solid?"),
        (["--hide", "face=detect.centerface"], "there is no method of that name"),
        (["--hide", "face"], "is not a step"),
        (["--hide", "hand=solid"], "cannot hide hand. Choose one of face, head"),
        (["--hide", "face=blur:strength=7"], "hide.blur, strength: 7 is out of bounds: it must be at most 1"),
        (["--hide", "face=blur:strong=1"], "hide.blur, strong: it has no such setting"),
        (["--hide", "face=solid:colour=red"], "hide.solid, colour: 'red' does not fit"),
        (["--hide", "face=solid:margin=wide"], "hide.solid, margin: 'wide' does not fit"),
        (["--set", "hide.face.margin=NaN"], "is out of bounds"),
        (["--set", "hide.head.margin=0.1"], "names nothing in this recipe"),
        (["--set", "hide.face"], "does not set anything"),
        (["--set", "output.crf=99"], "output.crf"),
        (["--set", "output.speed=warp"], "output.speed"),
        (["--set", "detect.centerface.size=96"], "detect.centerface, size: 96 is out of bounds"),
        (["--set", "detect.centerface.size=641"], "detect.centerface, size: 641 does not fit"),
        (["--set", "track.before=99"], "track.before: 99 is out of bounds: it must be at most 10"),
        (["--set", "track.sideways=1"], "track.sideways: it has no such setting"),
        (["--set", "track.befor=1"], "track.befor: it has no such setting. Did you mean track.before?"),
        (["--set", "hide.face.strenght=1"], "hide.face.strenght: it has no such setting."),
        (["--set", "hide.fase.margin=1"], "hide.fase.margin: names nothing in this recipe. Did you mean hide.face.m"),
        (["--set", "detect.centreface.size=640"], "Did you mean detect.centerface.size?"),
        (["--set", "ouput.crf=20"], "ouput.crf: names nothing in this recipe. Did you mean output.crf?"),
        (["--set", "seed=-1"], "seed"),
        (["--set", f"seed={2**53}"], "seed"),
        (["--audio", "louder"], "--audio louder: is not understood. Choose keep or remove"),
        (["--preset", "nobody"], "nobody: there is no preset of that name"),
        (["--preset", "faces", "--recipe", "any.json"], "were both given"),
        (["--recipe", "missing.json"], "missing.json: cannot be read"),
        (["--name", "person"], "is no pattern for names"),
        (["--name", "{n}/../{n}"], "is no pattern for names"),
        (["--name", "{n.real}{x}"], "is no pattern for names"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_make_no_sense_are_told(case: Case, clip: Path, options: list[str], words: str):
    assert words in case.refused(clip, "-o", case.out, *options)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{nope", "is not JSON"),
        ("", "is not JSON"),
        ('{"name": "a", "name": "b"}', "says 'name' twice"),
        ("\x00\x01", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "recipe.json: must be a group of settings"),
        (" " * 2_000_000, "is too large for a recipe"),
        (json.dumps({"format": 2}), "recipe.json, format: "),
        (json.dumps({"people": [{"hide": [SOLID]}], "colour": 1}), "recipe.json, colour: "),
        (json.dumps({"people": [{"hide": [SOLID | {"version": 9}]}]}), "asks for version 9, here is 1"),
        (json.dumps({"people": [{"hide": [SOLID | {"method": "hide.magic"}]}]}), "there is no method of that name"),
        (json.dumps({"people": [{"hide": [SOLID | {"method": "voice.keep"}]}]}), "there is no method of that name"),
        (json.dumps({"people": [{"hide": [SOLID | {"target": "plate"}]}]}), "recipe.json, people.0.hide.0.target: "),
        (json.dumps({"people": [{"who": "nobody", "hide": [SOLID]}]}), "recipe.json, people.0.who: "),
        (json.dumps({"name": "Nothing"}), "Nothing: hides nothing"),
        (json.dumps({"people": [{"hide": [SOLID]}], "detect": []}), "recipe: finds nobody"),
    ],
    ids=range(16),
)
def test_recipes_that_cannot_be_followed_are_told(case: Case, clip: Path, text: str, words: str):
    (case.folder / "recipe.json").write_text(text)
    assert words in case.refused(clip, "-o", case.out, "--recipe", case.folder / "recipe.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is not there or is no file. Check its name and folder"),
        (b"", "is empty"),
        (b"WEBVTT\n\nThis is text, and no film.\n" * 40, "is not a video file of a kind that is read here"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "is not a video file of a kind that is read here"),
    ],
    ids=["missing", "empty", "text", "playlist"],
)
def test_files_that_are_no_recordings_are_told(case: Case, content: bytes | None, words: str):
    if content is not None:
        (case.folder / "film.mp4").write_bytes(content)
    assert words in case.refused(case.folder / "film.mp4", "-o", case.out)


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_truncated_recording_is_told(case: Case, clip: Path, cut: float):
    clip.write_bytes(clip.read_bytes()[: int(cut * clip.stat().st_size)])
    assert "clip.mp4" in case.refused(clip, "-o", case.out)


def test_names_that_no_disk_takes_are_told(case: Case, clip: Path):
    long = clip.rename(clip.with_name("a" * 250 + ".mp4"))
    assert "is too long a name for a result. Rename it" in case.refused(long, "-o", case.out)
    assert "is not there or is no file" in case.refused(clip.with_name("a" * 300 + ".mp4"), "-o", case.out)
    short = long.rename(clip)
    assert "cannot be used" in case.refused(short, "-o", case.folder / ("a" * 300))


def test_a_folder_without_recordings_is_told(case: Case):
    (case.folder / "empty").mkdir()
    assert "holds no recording" in case.refused(case.folder / "empty", "-o", case.out)


def test_a_result_never_lands_on_its_source(case: Case, clip: Path):
    (case.folder / "link").symlink_to(clip.parent)
    for folder in (clip.parent, case.folder / "link", clip.parent / ".." / "in"):
        for more in ([], ["--overwrite"]):
            assert "is the source itself" in case.refused(clip, "-o", folder, *more)


def test_a_result_never_lands_on_another_name_of_its_source(case: Case, clip: Path):
    case.out.mkdir()
    os.link(clip, case.out / "clip.mp4")
    assert "is the source itself" in case.refused(clip, "-o", case.out, "--overwrite")


@pytest.mark.parametrize("name", ["clip.mp4", "clip.report.json", "clip.report.html"])
def test_a_file_that_is_no_result_of_this_recipe_and_source_is_left_alone(case: Case, clip: Path, name: str):
    case.out.mkdir()
    (case.out / name).write_text('{"result": {"sha256": "0"}, "key": "0"}')
    assert "is there already and is no" in case.refused(clip, "-o", case.out)


def test_a_file_in_the_place_of_the_folder_is_told(case: Case, clip: Path):
    (case.folder / "file").write_text("")
    assert "file: is no folder" in case.refused(clip, "-o", case.folder / "file")
    assert "file: is no folder" in case.refused(clip, "-o", case.folder / "file" / "below")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_told(case: Case, clip: Path):
    case.out.mkdir(mode=0o500)
    assert "cannot be written to" in case.refused(clip, "-o", case.out)
    assert "cannot be written to" in case.refused(clip, "-o", case.out / "below")


def test_a_folder_that_refuses_is_told_before_any_work(case: Case, clip: Path, monkeypatch: pytest.MonkeyPatch):
    case.out.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != case.out)
    cache = Memory()
    with pytest.raises(BadOutput, match="cannot be written to"):
        maskanyone.mask(clip, case.out / "clip.mp4", "faces", cache=cache)
    assert not cache.values


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if not mount or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_before_any_work(case: Case, clip: Path, small_disk: Path):
    (small_disk / "ballast").write_bytes(bytes(20_000_000))
    assert "MB left. Free some" in case.refused(clip, "-o", small_disk / "out")


@pytest.mark.slow
def test_a_disk_that_fills_up_meanwhile_is_told_and_nothing_is_left_there(clip: Path, weights: Path, small_disk: Path):
    recipe, ballast = Recipe.preset("faces").with_values([QUICK[1], "output.crf=0"]), small_disk / "ballast"

    def fill_up(stage: str, done: int, total: int) -> None:
        if stage == "Writing" and not ballast.exists():
            ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - 200_000))

    with pytest.raises(BadOutput, match="has no space left"):
        maskanyone.mask(clip, small_disk / "out" / "clip.mp4", recipe, cache=Memory(), progress=fill_up)
    assert not list((small_disk / "out").iterdir())


@pytest.mark.slow
def test_no_space_for_facts_is_told(clip: Path, weights: Path, small_disk: Path, tmp_path: Path):
    (small_disk / "ballast").write_bytes(bytes(24_900_000))
    done = command("mask", clip, "-o", tmp_path / "out", data=small_disk / "data")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "cache: cannot be written to" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_file_too_large_for_its_disk_is_told_and_nothing_is_left(clip: Path, weights: Path, tmp_path: Path):
    data, settings = tmp_path / "data", [*QUICK, "--set", "output.crf=0"]
    assert command("mask", clip, "-o", tmp_path / "whole", *settings, data=data).returncode == 0
    limit = (tmp_path / "whole" / "clip.mp4").stat().st_size // 2
    # the facts and the piece are there already
    done = command("mask", clip, "-o", tmp_path / "out", *settings, data=data, limit=limit)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "takes no file so large" in done.stderr
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=["mask", "dry run"])
def test_weights_that_are_not_here_are_told_with_what_to_do(
    case: Case, clip: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
):
    (case.folder / "weights").mkdir()
    monkeypatch.setenv("MASKANYONE_WEIGHTS", str(case.folder / "weights"))
    answer = case.mask(clip, "-o", case.out, *options)
    assert answer.code == 2
    assert answer.err == (
        "centerface: these weights are not on this machine. Run `maskanyone weights get centerface`.\n"
    )
    assert not case.out.exists()


def test_a_data_folder_that_cannot_be_is_told(case: Case, clip: Path, monkeypatch: pytest.MonkeyPatch):
    (case.folder / "file").write_text("")
    monkeypatch.setenv("MASKANYONE_DATA", str(case.folder / "file" / "data"))
    assert "MASKANYONE_DATA" in case.refused(clip, "-o", case.out)


def test_a_fault_of_ours_is_told_in_one_line_and_its_details_lie_in_the_log(
    case: Case, clip: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MASKANYONE_DATA", str(case.folder / "data"))
    monkeypatch.setattr(maskanyone, "mask", fails, raising=False)
    answer = case.mask(clip, "-o", case.out)
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert str(case.folder / "data" / "errors.log") in answer.err
    assert "ZeroDivisionError" in (case.folder / "data" / "errors.log").read_text()


def fails(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError("no")


@pytest.mark.slow
def test_the_rest_of_a_batch_goes_on(case: Case, clip: Path, weights: Path):
    (clip.parent / "broken.mp4").write_bytes(b"no film")
    (clip.parent / "empty.mkv").write_bytes(b"")
    answer = case.mask(clip.parent, "-o", case.out, *QUICK)
    assert answer.code == 2
    assert sorted(tree(case.out)) == ["clip.mp4", "clip.report.html", "clip.report.json"]
    assert answer.out.startswith("clip.mp4  somebody hidden in ")
    assert answer.out.count("\n") == 1
    broken, empty = answer.err.splitlines()
    assert "broken.mp4: is not a video file" in broken
    assert "empty.mkv: is empty" in empty


@pytest.mark.slow
def test_json_is_one_object_a_recording_and_nothing_else(case: Case, clip: Path, weights: Path):
    (clip.parent / "broken.mp4").write_bytes(b"no film")
    answers = [case.mask(clip.parent, "-o", case.out, *QUICK, "--json") for _ in range(2)]
    for answer, status in zip(answers, ("masked", "skipped"), strict=True):
        assert (answer.code, answer.err) == (2, "")
        refused, done = (json.loads(line) for line in answer.out.splitlines())
        assert refused["recording"] == str(clip.parent / "broken.mp4")
        assert refused["status"] == "refused"
        assert refused["message"].endswith(".")
        assert done["status"] == status
        assert done["recording"] == str(clip)
        assert Path(done["result"]).is_file()
        assert json.loads(Path(done["report"]).read_text("utf-8"))["verdict"] == done["verdict"]
        assert done["frames"] == 25


@pytest.mark.parametrize("json_too", [False, True])
def test_a_dry_run_says_what_would_be_done_and_changes_nothing(
    case: Case, clip: Path, weights: Path, json_too: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MASKANYONE_DATA", str(case.folder / "data"))
    before = tree(case.folder)
    answer = case.mask(clip, "-o", case.out, "--dry-run", "--name", "P{n:02}", *(["--json"] if json_too else []))
    assert (answer.code, answer.err) == (0, "")
    made = {path: digest for path, digest in tree(case.folder).items() if path not in before}
    assert {path.partition(os.sep)[0] for path in made} <= {"data"}
    assert not any(made.values()), "a file was written"
    assert {path: made.get(path, digest) for path, digest in before.items()} == before
    if json_too:
        told = json.loads(answer.out)
        assert (told["status"], told["frames"]) == ("would be masked", 25)
        assert (told["width"], told["height"]) == sample.SIZE
        assert told["result"] == str(case.out / "P01.mp4")
        assert told["about_seconds"] > 0
        assert told["about_bytes"] > 0
    else:
        first, last = answer.out.splitlines()
        assert "25 frames, 1 s, 640 x 360" in first
        assert "Each face: solid fill; sound removed." in last
        assert "Nothing was changed." in last


def test_a_dry_run_tells_what_would_be_refused(case: Case, clip: Path, weights: Path):
    (clip.parent / "broken.mp4").write_bytes(b"no film")
    before = tree(case.folder)
    answer = case.mask(clip.parent, "-o", clip.parent, "--dry-run", "--json")
    assert answer.code == 2
    assert [json.loads(line)["status"] for line in answer.out.splitlines()] == ["refused", "refused"]
    assert tree(case.folder) == before


def command(*arguments: object, data: Path, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own. limit: the most bytes of any file."""
    program = PROGRAM if limit is None else (sys.executable, "-c", LIMITED, str(limit))
    words = [*program, *map(str, arguments)]
    return subprocess.run(words, env=environment(data), capture_output=True, text=True, timeout=120, check=False)
