"""Names of results: the same for the same recordings, never two alike, and never outside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone.errors import BadOutput
from maskanyone.names import Pseudonyms, named, recordings

OUT = Path("out")
_parts = st.sampled_from(["a", "b", "A", "c.d"])
_paths = st.builds(
    lambda folders, stem, suffix: Path("/in", *folders, stem + suffix),
    st.lists(_parts, max_size=2), _parts, st.sampled_from([".mp4", ".MP4", ".mkv", ""]),
)  # fmt: skip


@given(st.lists(_paths, min_size=1, max_size=12, unique=True))
def test_every_recording_gets_a_result_of_its_own_in_the_folder(sources: list[Path]) -> None:
    targets = named(sources, OUT)
    assert list(targets) == sources
    assert len({str(target).casefold() for target in targets.values()}) == len(sources)
    for target in targets.values():
        assert target.suffix == ".mp4"
        assert OUT in target.parents
        assert ".." not in target.parts


def test_one_recording_lands_right_in_the_folder() -> None:
    assert named([Path("/far/away/talk.mkv")], OUT) == {Path("/far/away/talk.mkv"): OUT / "talk.mp4"}


def test_several_keep_their_paths_below_what_they_share() -> None:
    sources = [Path("/study/one/a.mp4"), Path("/study/two/a.mp4")]
    assert list(named(sources, OUT).values()) == [OUT / "one" / "a.mp4", OUT / "two" / "a.mp4"]


def test_recordings_of_a_folder_are_found_once_and_results_are_left(tmp_path: Path) -> None:
    results = ("out/e.mp4", "out/below/f.mp4", "g.mp4", "g.report.json")
    for name in ("b.MP4", "a.mov", "notes.txt", ".c.mp4", "below/d.webm", *results):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "g.report.json").write_text('{"result": {"bytes": 0}}')
    found = recordings([tmp_path, tmp_path / "a.mov", tmp_path / "notes.txt"], tmp_path / "out")
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["a.mov", "b.MP4", "below/d.webm", "notes.txt"]


@pytest.mark.parametrize("pattern", ["P{n:02}", "{n}", "person {n:03}", "P-{n}.x"])
def test_patterns_with_a_number_are_taken(pattern: str, tmp_path: Path) -> None:
    sources = [Path("/in/a.mp4"), Path("/in/b.mp4")]
    targets = Pseudonyms(pattern, tmp_path / "out").named(sources)
    assert [target.stem for target in targets.values()] == [pattern.format(n=1), pattern.format(n=2)]


@pytest.mark.parametrize(
    "pattern", ["", "P", "{n:d", "{}", "{m}", "{n}/x", "../{n}", "{n!r:>z}", "{n.nothing}", "-{n}", ".{n}", "{n}\n"]
)
def test_patterns_that_name_nothing_or_lead_elsewhere_are_refused(pattern: str, tmp_path: Path) -> None:
    with pytest.raises(BadOutput, match="is no pattern for names"):
        Pseudonyms(pattern, tmp_path / "out")


def test_the_key_file_is_read_again_and_numbers_go_on(tmp_path: Path) -> None:
    first = Pseudonyms("P{n}", tmp_path / "out")
    first.take([Path("/in/a.mp4"), Path("/in/b.mp4")])
    second = Pseudonyms("P{n}", tmp_path / "out")
    assert [t.stem for t in second.named([Path("/in/c.mp4"), Path("/in/a.mp4")]).values()] == ["P3", "P1"]
    assert second.key_file == tmp_path / "out.names.csv"
