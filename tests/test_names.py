"""Every result has a place of its own, and neutral names lead back through the key file alone."""

from __future__ import annotations

import csv
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath
from threading import Barrier

import pytest
from filelock import SoftFileLock
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.errors import BadOutput
from maskanyone.names import VIDEO_SUFFIXES, Pseudonyms, check_apart, named, recordings

OUT = Path("/out")
#: few names, so that they meet often
words = st.sampled_from(["a", "A", "b", "a.b", "interview 1", "ü", "a.mkv", "a.mp4", ".hidden"])
suffixes = st.sampled_from([".mp4", ".mkv", ".MKV", ".avi", ""])
sources = st.builds(
    lambda folders, stem, suffix: Path("/in", *folders, stem + suffix),
    st.lists(st.sampled_from(["x", "y", "X"]), max_size=2),
    words,
    suffixes,
)


def test_one_recording_gives_its_stem():
    assert named([Path("/in/interview.mov")], OUT) == {Path("/in/interview.mov"): OUT / "interview.mp4"}


def test_recordings_keep_their_paths_below_their_common_folder():
    given_ = [Path("/in/day 1/a.mkv"), Path("/in/day 2/a.mkv"), Path("/in/b.mp4")]
    assert list(named(given_, OUT).values()) == [OUT / "day 1" / "a.mp4", OUT / "day 2" / "a.mp4", OUT / "b.mp4"]


def test_equal_stems_get_the_sources_suffix():
    given_ = [Path("/in/a.mkv"), Path("/in/A.mp4"), Path("/in/b.mp4")]
    assert list(named(given_, OUT).values()) == [OUT / "a.mkv.mp4", OUT / "A.mp4.mp4", OUT / "b.mp4"]


def test_a_relative_name_and_a_whole_one_lie_below_the_same_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    given_ = [Path("x/a.mkv"), tmp_path / "y" / "b.mkv"]
    assert list(named(given_, OUT).values()) == [OUT / "x" / "a.mp4", OUT / "y" / "b.mp4"]


def test_a_path_that_climbs_out_stays_below_the_results(monkeypatch, tmp_path):
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    given_ = [Path("../a.mkv"), Path("b.mkv")]
    assert list(named(given_, OUT).values()) == [OUT / "a.mp4", OUT / "deep" / "b.mp4"]


@given(st.lists(sources, min_size=1, max_size=12, unique=True))
def test_no_two_recordings_share_a_place_even_where_case_does_not_count(given_):
    targets = named(given_, OUT)
    assert list(targets) == given_
    assert len({str(target).casefold() for target in targets.values()}) == len(given_)
    for source, target in targets.items():
        assert target.suffix == ".mp4"
        assert OUT in target.parents
        assert target.name.startswith(source.stem)


@given(st.lists(sources, min_size=1, max_size=12, unique=True))
def test_reports_do_not_share_a_place_either(given_):
    reports = [str(target.with_name(f"{target.stem}.report.json")).casefold() for target in named(given_, OUT).values()]
    assert len(set(reports)) == len(reports)


def test_a_folder_gives_its_recordings_and_nothing_else(tmp_path):
    for name in ("b.mp4", "a.MKV", "notes.txt", ".hidden.mp4", "sub/c.avi", "sub/d.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.mp4").mkdir()
    found = recordings([tmp_path, tmp_path / "b.mp4"], tmp_path / "results")
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["a.MKV", "b.mp4", "sub/c.avi"]


def test_results_of_an_earlier_run_are_no_recordings(tmp_path):
    for name in ("a.mp4", "masked/a.mp4", "masked/deep/b.mp4", "elsewhere/c.mp4", "elsewhere/c.report.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "elsewhere" / "c.report.json").write_text('{"result": {"bytes": 1}}')
    assert recordings([tmp_path], tmp_path / "masked") == [tmp_path / "a.mp4"]


def test_a_recording_with_somebody_elses_report_beside_it_is_not_left_out(tmp_path):
    for name, report in (("a.mkv", '{"result": {"bytes": 1}}'), ("b.mp4", '{"result": {"bytes": 2}}'), ("c.mp4", "x")):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).with_suffix(".report.json").write_text(report)
    assert [path.name for path in recordings([tmp_path], tmp_path / "out")] == ["a.mkv", "b.mp4", "c.mp4"]


def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path):
    assert recordings([tmp_path / "no.suffix.at.all"], tmp_path) == [tmp_path / "no.suffix.at.all"]


def test_every_usual_suffix_is_known():
    assert {".mp4", ".mov", ".mkv", ".avi", ".webm", ".mpg", ".ts", ".mts", ".3gp", ".wmv"} <= VIDEO_SUFFIXES


@pytest.mark.parametrize("link", ["same", "hard", "symbolic"])
def test_a_result_never_lands_on_another_recording_of_the_batch(link, tmp_path):
    first, other, target = tmp_path / "a.mkv", tmp_path / "b.mp4", tmp_path / "out.mp4"
    first.write_bytes(b"a")
    other.write_bytes(b"b")
    if link == "same":
        target = other
    else:
        linked(other, target, link)
    with pytest.raises(BadOutput, match="recording of this batch"):
        check_apart(target, [first, other])
    check_apart(tmp_path / "free.mp4", [first, other])


def test_neutral_names_count_up_and_say_nothing(tmp_path):
    given_ = [tmp_path / "Jane.mkv", tmp_path / "John.mp4"]
    targets = Pseudonyms("P{n:02}", tmp_path / "out").named(given_)
    assert list(targets.values()) == [tmp_path / "out" / "P01.mp4", tmp_path / "out" / "P02.mp4"]


def test_neutral_names_stay_the_same_from_run_to_run(tmp_path):
    out = tmp_path / "out"
    jane, john, mary = (tmp_path / name for name in ("Jane.mkv", "John.mp4", "Mary.mp4"))
    first = Pseudonyms("P{n:02}", out)
    before = first.take([jane, john])
    later = Pseudonyms("P{n:02}", out)
    after = later.take([mary, john, jane])
    assert {path: after[path] for path in before} == before
    assert after[mary] == out / "P03.mp4"
    assert Pseudonyms("P{n:02}", out).named([mary])[mary] == out / "P03.mp4"


def test_a_relative_name_is_the_same_recording(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = Pseudonyms("P{n:02}", Path("out"))
    assert set(names.named([Path("a.mp4"), tmp_path / "a.mp4"]).values()) == {Path("out/P01.mp4")}


def test_another_pattern_keeps_what_was_named_and_goes_on(tmp_path):
    out = tmp_path / "out"
    first = Pseudonyms("P{n:02}", out)
    first.take([tmp_path / "a.mp4"])
    targets = Pseudonyms("video-{n}", out).named([tmp_path / "a.mp4", tmp_path / "b.mp4"])
    assert [PurePath(target).name for target in targets.values()] == ["P01.mp4", "video-1.mp4"]


@pytest.mark.parametrize("before", [False, True])
def test_the_key_file_is_for_its_owner_alone_and_not_among_the_results(before, tmp_path):
    out = tmp_path / "out"
    names = Pseudonyms("P{n:02}", out)
    if before:
        names.key_file.write_text("result,recording\n", "utf-8")
        names.key_file.chmod(0o644)
    names.take([tmp_path / 'Jane ü, "x".mkv'])
    assert out not in names.key_file.parents
    if os.name != "nt":
        assert stat.S_IMODE(names.key_file.stat().st_mode) == 0o600
    with names.key_file.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{"result": "P01", "recording": str(tmp_path / 'Jane ü, "x".mkv')}]
    assert [path.name for path in tmp_path.iterdir()] == [names.key_file.name]


def test_a_key_file_is_never_among_the_results_however_the_folder_is_written(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    for folder in (Path(), Path("."), Path("../out"), out / "..", Path("sub")):
        key = Pseudonyms("P{n:02}", folder).key_file.resolve()
        assert folder.resolve() not in key.parents


def test_a_name_in_an_old_encoding_leads_back_too(tmp_path):
    names = Pseudonyms("P{n:02}", tmp_path / "out")
    old = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    names.take([old])
    assert Pseudonyms("P{n:02}", tmp_path / "out").named([old])[old].name == "P01.mp4"


@pytest.mark.parametrize(
    "pattern",
    ["P", "", "P{m}", "P{}", "{n", "../{n}", "a/{n}", "{n}/../../x", ".{n}", "{n.__class__}", "P{n:zz}", "{0}",
     "P{n:0300}"],
)  # fmt: skip
def test_a_pattern_that_gives_no_names_is_refused(pattern, tmp_path):
    with pytest.raises(BadOutput, match="pattern"):
        Pseudonyms(pattern, tmp_path / "out")


@pytest.mark.parametrize("text", ["nonsense", "a,b\n1,2\n", "result;recording\n", "\n"])
def test_a_file_that_is_no_key_file_is_not_written_over(text, tmp_path):
    (tmp_path / "out.names.csv").write_text(text, "utf-8")
    names = Pseudonyms("P{n:02}", tmp_path / "out")
    for ask in (names.named, names.take):
        with pytest.raises(BadOutput, match="is no key file of names"):
            ask([tmp_path / "a.mp4"])
    assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == [text]


def test_what_others_wrote_into_the_key_file_stays(tmp_path):
    jane, john = str(tmp_path / "Jane.mp4"), tmp_path / "John.mp4"
    before = [["age", "result", "recording", "notes"], ["31", "P02", jane, "x, y"], ["", "P01"], [], ["40", "", "", ""]]
    names = Pseudonyms("P{n:02}", tmp_path / "out")
    with names.key_file.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(before)
    assert names.take([john, Path(jane)]) == {
        john: tmp_path / "out" / "P03.mp4", Path(jane): tmp_path / "out" / "P02.mp4"
    }  # fmt: skip
    with names.key_file.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [*before, ["", "P03", str(john), ""]]


def test_two_runs_at_once_never_take_the_same_name(tmp_path):
    both = Barrier(4)

    def run(number: int) -> dict[Path, Path]:
        names = Pseudonyms("P{n:02}", tmp_path / "out")
        both.wait()
        return {source: target for m in range(5) for source, target in names.take([Path(f"/in/{number}-{m}")]).items()}

    with ThreadPoolExecutor(4) as pool:
        taken = dict(item for targets in pool.map(run, range(4)) for item in targets.items())
    assert len(taken) == len(set(taken.values())) == 20
    assert Pseudonyms("P{n:02}", tmp_path / "out").named(list(taken)) == taken
    assert [path.name for path in tmp_path.iterdir()] == ["out.names.csv"]


def test_a_key_file_that_another_run_holds_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("maskanyone.names._PATIENCE", 0.1)
    with (
        SoftFileLock(tmp_path / ".out.names.csv.lock"),
        pytest.raises(BadOutput, match=r"is being written by another run. Wait for that, or delete .*lock\."),
    ):
        Pseudonyms("P{n:02}", tmp_path / "out").take([Path("/in/a.mp4")])


def test_only_asking_for_names_writes_nothing(tmp_path):
    Pseudonyms("P{n:02}", tmp_path / "out").named([Path("/in/a.mp4")])
    assert not list(tmp_path.iterdir())


def linked(source: Path, target: Path, kind: str) -> None:
    try:
        if kind == "hard":
            target.hardlink_to(source)
        else:
            target.symlink_to(source)
    except OSError as error:
        pytest.skip(f"no such links here: {error}")


def test_a_pattern_that_repeats_itself_is_refused(tmp_path: Path):
    many = [Path(f"/in/{number}.mp4") for number in range(12)]
    with pytest.raises(BadOutput, match="gives the same name twice"):
        Pseudonyms("P{n!s:.1}", tmp_path / "out").named(many)
