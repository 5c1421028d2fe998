"""A correction by hand renders its pieces again and no other; it is in the report, or nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import maskanyone
from maskanyone import sample
from maskanyone.data import MENDED, Span, Track
from maskanyone.detect.blazeface import BlazeFace
from maskanyone.edit import Edits
from maskanyone.pipeline import Audit, auditors
from maskanyone.pipeline.piecework import Pieces
from maskanyone.video.pieces import divided
from tests.edit.written import edit, key
from tests.edit.written import track as standing
from tests.promises.runs import QUICK, Memory, tree

FRAMES = 600


class Counting(Memory):
    """Notes every key that is put, with its value."""

    def __init__(self, values: dict[str, bytes] | None = None) -> None:
        super().__init__(values)
        self.put_: list[str] = []

    def put(self, key: str, value: bytes) -> None:
        self.put_.append(key)
        super().put(key, value)

    def pieces(self) -> set[str]:
        """Keys of finished pieces, MP4 files."""
        return {key for key, value in self.values.items() if value[4:8] == b"ftyp"}


def pictures(path: Path) -> list[str]:
    """A digest of each decoded picture."""
    with av.open(str(path)) as clip:
        return [hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest() for frame in clip.decode(video=0)]


def recipe(*values: str) -> maskanyone.Recipe:
    # nobody is followed, so that tracks are short and lie within pieces
    return maskanyone.Recipe.preset("faces").with_values([QUICK[1], "track.follow=0", "track.heads=false", *values])


@dataclass(frozen=True)
class Before:
    """The film without corrections. pieces: its spans. cache: what was kept of that run."""

    cache: Counting
    result: maskanyone.Result
    pieces: tuple[Span, ...]

    def differing(self, other: maskanyone.Result) -> list[int]:
        """Frames whose decoded pictures are others."""
        pairs = zip(pictures(self.result.video), pictures(other.video), strict=True)
        return [at for at, (one, two) in enumerate(pairs) if one != two]

    def of(self, track: dict[str, Any]) -> set[int]:
        """Numbers of the pieces that a track is in."""
        first, last = track["first_frame"], track["last_frame"]
        return {number for number, span in enumerate(self.pieces) if span.start <= last and first < span.stop}


@pytest.fixture(scope="module")
def before(weights: Path, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Before:
    cache = Counting()
    out = tmp_path_factory.mktemp("before") / "film.mp4"
    result = maskanyone.mask(film, out, recipe("audit.on=false"), cache=cache)
    found = maskanyone.analyse(film, recipe(), cache=cache)
    return Before(cache, result, divided(found.video, found.seen.timeline))


@pytest.mark.slow
@pytest.mark.parametrize("searched", [True, False])
def test_only_the_piece_with_the_correction_is_rendered_again(
    searched: bool, before: Before, film: Path, tmp_path: Path
) -> None:
    known, cache = before.cache, Counting(before.cache.values)
    piece = before.pieces[3]
    first, last = piece.start + 5, piece.start + 25
    drawn = edit("add", keys=[key(first, (10, 10, 60, 60)), key(last, (200, 90, 260, 150))])
    settings = [] if searched else ["audit.on=false"]
    edits = Edits.parse({"edits": [drawn]})
    new = maskanyone.mask(film, tmp_path / "film.mp4", recipe(*settings), cache=cache, edits=edits)
    assert len(cache.put_) == 1, "something else than the one piece was looked at or rendered"
    assert cache.pieces() - known.pieces() == set(cache.put_)
    assert all(cache.values[each] == value for each, value in known.values.items())
    changed = set(before.differing(new))
    assert set(range(first, last + 1)) <= changed <= set(range(piece.start, piece.stop))


@pytest.mark.slow
def test_every_kind_of_correction_touches_its_own_pieces_alone(before: Before, film: Path, tmp_path: Path) -> None:
    tracks = before.result.report["tracks"]
    early, middle = [track for track in tracks if len(before.of(track)) == 1][:2]
    late = next(pair for pair in pairwise(tracks) if before.of(pair[0]) == before.of(pair[1]))
    alone, both = before.of(early) | before.of(middle), before.of(late[0])
    assert len(alone) == 2 and not alone & both
    corrections = [
        edit("move", track=early["id"], keys=[key(early["first_frame"]), key(early["first_frame"] + 5)]),
        edit("delete", track=middle["id"], reason="a cup"),
        edit("join", tracks=[{"track": each["id"]} for each in late]),
    ]
    cache = Counting(before.cache.values)
    edits = Edits.parse({"edits": corrections})
    new = maskanyone.mask(film, tmp_path / "film.mp4", recipe("audit.on=false"), cache=cache, edits=edits)
    assert len(cache.put_) == len(alone | both)
    changed = before.differing(new)
    touched = {n for n, span in enumerate(before.pieces) if any(span.start <= at < span.stop for at in changed)}
    assert alone <= touched <= alone | both
    assert [each["do"] for each in new.report["corrections"]] == ["move", "delete", "join"]


@pytest.fixture
def clip(weights: Path, tmp_path: Path) -> Path:
    """Ten frames with one face."""
    sample.make(tmp_path / "clip.mp4", 0.4)
    return tmp_path / "clip.mp4"


@pytest.fixture
def mask(clip: Path, tmp_path: Path) -> Callable[..., maskanyone.Result]:
    """Masks the clip with these corrections."""
    cache = Memory()

    def masked(*several: dict[str, Any], name: str = "out", audit: bool = True, **options: Any) -> maskanyone.Result:
        edits = Edits.parse({"edits": list(several)}, "corrections.json")
        chosen = recipe(f"audit.on={str(audit).lower()}")
        return maskanyone.mask(clip, tmp_path / name / "clip.mp4", chosen, cache=cache, edits=edits, **options)

    return masked


def test_a_result_with_other_corrections_is_another(mask: Callable[..., maskanyone.Result]) -> None:
    plain = mask()
    drawn = edit("add", keys=[key(2, (2, 2, 40, 40))])
    with pytest.raises(maskanyone.BadOutput, match="add --overwrite"):
        mask(drawn)
    corrected = mask(drawn, overwrite=True)
    assert (corrected.skipped, mask(drawn).skipped) == (False, True)
    assert corrected.report["key"] != plain.report["key"]
    with pytest.raises(maskanyone.BadOutput):
        mask(drawn | {"author": "Somebody else"})


@pytest.mark.parametrize(
    "wrong", [edit("delete", track="nobody"), edit("delete", track="nobody", at=key(3, (2, 2, 9, 9)))]
)
def test_a_correction_that_does_not_fit_leaves_nothing_behind(
    wrong: dict[str, Any], mask: Callable[..., maskanyone.Result], clip: Path
) -> None:
    """Whether it is known before or only after the search of the result."""
    before = tree(clip.parent)
    with pytest.raises(maskanyone.BadEdits, match=r"^corrections\.json, edit 1: there is no"):
        mask(wrong)
    assert {name for name in tree(clip.parent) if not name.startswith("out")} == set(before)
    assert not list(clip.parent.rglob("out/*"))


def test_a_correction_that_waits_for_nobody_is_refused_before_anything_is_rendered(
    mask: Callable[..., maskanyone.Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditors, "SEARCHERS", ())
    monkeypatch.setattr(Pieces, "render", None)
    with pytest.raises(maskanyone.BadEdits, match="and nobody is here who could search the result"):
        mask(edit("delete", track="nobody", at=key(3, (2, 2, 9, 9))))


def test_a_correction_that_waits_for_a_search_that_breaks_off_is_refused_for_that(
    mask: Callable[..., maskanyone.Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BlazeFace, "detect", None)
    with pytest.raises(maskanyone.BadEdits, match=r"and the search of the result broke off \(TypeError\)"):
        mask(edit("delete", track="nobody", at=key(3, (2, 2, 9, 9))))


def test_whom_the_search_found_can_be_spared_too(
    mask: Callable[..., maskanyone.Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A track that is there only once the result has been searched."""
    found = standing("c0ffee00", 2, 6, (2, 2, 40, 40), MENDED)
    search = Audit.search

    def searched(self: Audit, *arguments: Any) -> tuple[Track, ...]:
        more = search(self, *arguments)
        return (*more, found) if self._rounds == 1 else more

    monkeypatch.setattr(Audit, "search", searched)
    mended = mask()
    (told,) = [each for each in mended.report["tracks"] if each["id"] == "c0ffee00"]
    assert told["frames"] == {"mended": 5}
    spared = mask(edit("delete", track="c0ffee00", at=told["at"], reason="a plate"), name="spared")
    (told,) = [each for each in spared.report["tracks"] if each["id"] == "c0ffee00"]
    assert told["frames"] == {"spared": 5}
    assert [each["number"] for each in spared.report["corrections"]] == [1]
    assert spared.report["audit"]["hidden_afterwards"] == 0
    assert pictures(spared.video) != pictures(mended.video)


def test_a_deleted_face_shows_and_the_report_says_who_decided_it(
    mask: Callable[..., maskanyone.Result], clip: Path
) -> None:
    tracks = mask().report["tracks"]
    track = max(tracks, key=lambda each: each["frames"].get("seen", 0))
    several = [edit("delete", track=each["id"], reason="she agreed") for each in tracks]
    result = mask(*several, name="shown", audit=False)
    report = result.report
    assert report["faces"]["frames_hidden"] == 0
    assert report["faces"]["tracks"] == 0
    assert all(set(each["frames"]) == {"spared"} for each in report["tracks"])
    told = report["corrections"][tracks.index(track)]
    assert (told["author"], told["reason"], told["from_s"]) == ("A. Rater", "she agreed", track["from_s"])
    assert "spares what was found: it shows" in report["verdict"]
    page = result.page_file.read_text("utf-8")
    for words in ("Corrections by hand", "A. Rater", "she agreed", "2026-11-26 14:05+01:00", track["id"]):
        assert words in page
    with av.open(str(clip)) as source, av.open(str(result.video)) as shown:
        one, other = (next(each.decode(video=0)).to_ndarray(format="gray") for each in (source, shown))
    x1, y1, x2, y2 = (round(side) for side in track["at"]["box"])
    assert np.abs(one[y1:y2, x1:x2].astype(int) - other[y1:y2, x1:x2]).mean() < 3
    report = mask(*several, name="searched").report
    assert report["audit"]["left"] == []
    assert report["audit"]["spared"]
    assert "but those whom corrections by hand spare" in report["verdict"]
    assert next(each for each in report["tracks"] if each["id"] == track["id"])["frames"] == {"spared": 10}


def test_the_verdict_speaks_of_heads_only_where_one_is_hidden(mask: Callable[..., maskanyone.Result]) -> None:
    plain = mask(audit=False)
    head = mask(edit("add", kind="head", keys=[key(2, (2, 2, 40, 40))]), name="head", audit=False)
    assert plain.report["verdict"].startswith("At least one face is hidden in ")
    assert head.report["verdict"].startswith("At least one face or head is hidden in ")


def test_an_analysis_is_corrected_in_code(clip: Path) -> None:
    found = maskanyone.analyse(clip, recipe(), cache=(cache := Memory()))
    edits = Edits.parse({"edits": [edit("split", track=found.links.tracks[0].id, from_={"s": 0.2})]})
    corrected = maskanyone.analyse(clip, recipe(), edits=edits, cache=cache)
    assert len(corrected.links.tracks) == len(found.links.tracks) + 1
