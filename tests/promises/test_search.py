"""The finished file is searched by detectors that did not make it: who shows is named, and hidden in our results."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

import maskanyone
from maskanyone.data import Pixels, Video
from maskanyone.detect.blazeface import BlazeFace
from maskanyone.pipeline import auditing
from maskanyone.proof.pairs import chosen_frames, result_frames
from maskanyone.proof.wording import paragraph
from maskanyone.results import read_report
from maskanyone.sample import Truth, frames, make
from maskanyone.video.write import write_rgb
from tests.conftest import Sample
from tests.promises.runs import BLIND, Memory, ran, said

pytestmark = pytest.mark.slow
#: frames of the first scene, her portrait
PORTRAIT = range(10, 40)


@pytest.fixture(scope="module")
def known() -> Memory:
    """What is known of the sample, from the first look at it on."""
    return Memory()


@pytest.fixture(scope="module")
def result(sample: Sample, weights: Path, known: Memory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as the default masks it."""
    out = tmp_path_factory.mktemp("masked") / "sample.mp4"
    told = maskanyone.mask(sample.path, out, "faces", cache=known)
    assert told.report["audit"]["left"] == []
    return out


def test_our_own_result_passes(sample: Sample, result: Path, known: Memory) -> None:
    told = maskanyone.audit(sample.path, result, cache=known)
    assert told["leaks"] == []
    assert told["frames_searched"] == len(sample.truth)
    assert told["frames_missing"] == 0


@dataclass(frozen=True)
class Short:
    """The beginning of the sample, bare and masked. cache, data: of those that look at it, here and as a program."""

    path: Path
    result: Path
    bare: list[Pixels]
    masked: list[Pixels]
    cache: Memory
    data: Path


@pytest.fixture(scope="module")
def short(sample: Sample, result: Path, tmp_path_factory: pytest.TempPathFactory) -> Short:
    folder = tmp_path_factory.mktemp("short")
    bare, masked = (pictures(source)[: PORTRAIT.stop] for source in (sample.path, result))
    write_rgb(folder / "short.mp4", bare, 25)
    write_rgb(folder / "result.mp4", masked, 25)
    return Short(folder / "short.mp4", folder / "result.mp4", bare, masked, Memory(), folder / "data")


def test_an_unmasked_copy_is_a_leak(short: Short, tmp_path: Path) -> None:
    copy = Path(shutil.copy(short.path, tmp_path / "copy.mp4"))
    done = ran("audit", short.path, copy, data=short.data)
    assert done.returncode == 1
    assert done.stdout.startswith("leak: ")


def test_a_leaky_masker_is_named_by_its_frames(sample: Sample, result: Path, known: Memory, tmp_path: Path) -> None:
    masked, clear = pictures(result), pictures(sample.path)
    leaky = tmp_path / "leaky.mp4"
    write_rgb(leaky, [clear[n] if n in PORTRAIT else picture for n, picture in enumerate(masked)], 25)
    told = maskanyone.audit(sample.path, leaky, cache=known)
    named = {frame for leak in told["leaks"] for frame in range(leak["first_frame"], leak["last_frame"] + 1)}
    assert set(PORTRAIT) <= named
    assert named <= set(range(PORTRAIT.start - 1, PORTRAIT.stop + 1))


def test_a_result_that_lacks_frames(short: Short, tmp_path: Path) -> None:
    write_rgb(tmp_path / "less.mp4", short.masked[:-30], 25)
    assert maskanyone.audit(short.path, tmp_path / "less.mp4", cache=short.cache)["frames_missing"] == 30
    assert ran("audit", short.path, tmp_path / "less.mp4", data=short.data).returncode == 1


def test_frames_after_the_original_s_last_were_not_searched(sample: Sample, short: Short, tmp_path: Path) -> None:
    write_rgb(tmp_path / "long.mp4", [*short.masked, *pictures(sample.path)[200:210]], 25)
    done = ran("audit", short.path, tmp_path / "long.mp4", data=short.data)
    assert done.returncode == 1
    assert "10 frames are in the result that nobody searched" in done.stdout


OTHERWISE: dict[str, Callable[[Pixels], Pixels]] = {
    "mirrored": lambda picture: picture[:, ::-1],
    "turned": np.rot90,
    "upside down": lambda picture: picture[::-1, ::-1],
    "cut": lambda picture: picture[20:-10, 60:],
    "moved": lambda picture: np.roll(picture, 160, axis=1),
    "larger, and cut": lambda picture: cv2.resize(picture, None, fx=1.3, fy=1.3)[40:-20, 50:-60],
    "with bars above and below": lambda picture: np.pad(picture, ((60, 60), (0, 0), (0, 0))),
}


@pytest.mark.parametrize("how", sorted(OTHERWISE))
def test_somebody_is_found_however_the_pictures_lie(short: Short, tmp_path: Path, how: str) -> None:
    """And nobody in a masked film."""
    for name, film in (("bare", short.bare), ("masked", short.masked)):
        laid = [np.ascontiguousarray(OTHERWISE[how](picture)) for picture in film]
        write_rgb(tmp_path / f"{name}.mp4", [picture[: len(picture) & ~1] for picture in laid], 25)
    told = maskanyone.audit(short.path, tmp_path / "bare.mp4", cache=short.cache)
    assert told["laid_otherwise"]
    named = {frame for leak in told["leaks"] for frame in range(leak["first_frame"], leak["last_frame"] + 1)}
    assert set(PORTRAIT) <= named
    told = maskanyone.audit(short.path, tmp_path / "masked.mp4", cache=short.cache)
    assert told["leaks"] == []


def test_a_cover_picture_was_not_searched(short: Short, tmp_path: Path) -> None:
    """It may show the person; players and file managers do."""
    covered = tmp_path / "covered.mp4"
    with av.open(str(short.result)) as source, av.open(str(covered), "w") as target:
        film = target.add_stream_from_template(source.streams.video[0])
        cover = target.add_stream("mjpeg", width=64, height=64, pix_fmt="yuvj420p")
        cover.disposition = av.stream.Disposition.attached_pic
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = film
                target.mux(packet)
        target.mux(cover.encode(av.VideoFrame(64, 64, "yuvj420p")))
        target.mux(cover.encode(None))
    done = ran("audit", short.path, covered, data=short.data)
    assert done.returncode == 1
    assert "a cover picture, which nobody searched" in done.stdout


def test_files_that_are_swapped_do_not_pass(short: Short) -> None:
    """A face where the original shows nobody: the masked file was taken for the original."""
    done = ran("audit", short.result, short.path, data=short.data)
    assert done.returncode == 1
    assert "a face where the original shows nobody" in done.stdout
    assert maskanyone.audit(short.path, short.result, cache=short.cache)["frames_strange"] == 0


def test_of_another_film_nothing_is_said(short: Short, tmp_path: Path) -> None:
    """The scenes' colours the other way round, as another recording's would be; a result of ours is alike."""
    write_rgb(tmp_path / "other.mp4", [255 - picture for picture in short.bare], 25)
    done = ran("audit", short.path, tmp_path / "other.mp4", data=short.data)
    assert done.returncode == 1
    assert "differ almost everywhere" in done.stdout
    assert "95 %" not in done.stdout and "No leak found" not in done.stdout
    assert not maskanyone.audit(short.path, short.result, cache=short.cache)["films_unlike"]


def test_what_is_no_video_is_refused(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("This is not a video.")
    done = ran("audit", sample.path, tmp_path / "text.mp4", data=tmp_path / "data")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_whom_the_makers_missed_is_hidden_after_the_search(sample: Sample, weights: Path, tmp_path: Path) -> None:
    recipe = maskanyone.Recipe.preset("faces").with_values(BLIND)
    blind = recipe.with_values(["audit.on=false"])
    told = maskanyone.mask(sample.path, tmp_path / "blind.mp4", blind, cache=Memory())
    assert told.report["tracks"] == []
    assert told.report["audit"] == "not done"
    told = maskanyone.mask(sample.path, tmp_path / "mended.mp4", recipe, cache=Memory())
    audit = told.report["audit"]
    assert audit["hidden_afterwards"] >= 1
    assert audit["rounds"] >= 2
    assert any(part["state"] == "mended" for part in told.report["to_look_at"])
    seen = share_seen(sample.truth, pictures(sample.path), pictures(tmp_path / "mended.mp4"), PORTRAIT)
    assert seen == 0


def test_after_a_mending_all_that_changed_is_searched_again_and_nothing_else(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing changes where the film is grey, in all its pieces but the first."""
    scenes = list(frames(2))
    write_rgb(tmp_path / "film.mp4", [*scenes, *[np.full_like(scenes[0], 128)] * 150], 25)
    first: list[np.ndarray] = []
    again: list[list[int]] = []

    def opened(result: Video, *others: Any, **more: Any) -> Any:
        first.extend(pictures(Path(result.path)))
        return result_frames(result, *others, **more)

    def chosen(result: Video, times: Any, flags: Any, ask: Any) -> Any:
        again.append(np.flatnonzero(flags).tolist())
        return chosen_frames(result, times, flags, ask)

    monkeypatch.setattr(auditing, "result_frames", opened)
    monkeypatch.setattr(auditing, "chosen_frames", chosen)
    recipe = maskanyone.Recipe.preset("faces").with_values(BLIND)
    told = maskanyone.mask(tmp_path / "film.mp4", tmp_path / "result.mp4", recipe, cache=Memory())
    audit = told.report["audit"]
    assert audit["hidden_afterwards"] >= 1
    assert audit["left"] == []
    last = pictures(tmp_path / "result.mp4")
    changed = {number for number, (one, two) in enumerate(zip(first, last, strict=True)) if (one != two).any()}
    searched = set().union(*again)
    assert len(again) == audit["rounds"] - 1
    assert changed and changed <= searched
    assert max(searched) < 100


def broken(*_: object) -> None:
    raise RuntimeError("no memory for Ada Lovelace")


@pytest.mark.parametrize("in_python", [True, False])
def test_a_search_that_fails_leaves_the_result_and_says_so(
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    in_python: bool,
) -> None:
    """The report names the kind of error alone; its words, in which a name or a path may stand, are in the log."""
    monkeypatch.setenv("MASKANYONE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(BlazeFace, "detect", broken)
    make(tmp_path / "clip.mp4", 0.4)
    if in_python:
        maskanyone.mask(tmp_path / "clip.mp4", tmp_path / "out" / "clip.mp4", "faces", cache=Memory())
    else:
        answer = said(capsys, "mask", tmp_path / "clip.mp4", "-o", tmp_path / "out")
        assert (answer.code, answer.err) == (0, "")
        assert "no memory for Ada" in (tmp_path / "data" / "errors.log").read_text("utf-8")
    report = read_report(tmp_path / "out" / "clip.report.json")
    assert report is not None
    assert report["audit"] == "not finished (RuntimeError)"
    assert "not finished" in report["verdict"]
    assert "search of the finished file was not finished" in paragraph(report)
    assert "was not searched" not in paragraph(report)
    assert any("was not finished" in said for said in report["not_protected"])
    assert "Ada" not in str(report)
    assert "no memory for Ada" in caplog.text
    assert (tmp_path / "out" / "clip.mp4").is_file()


def share_seen(truth: Truth, before: Sequence[np.ndarray], after: Sequence[np.ndarray], frames: range) -> float:
    """Share of true faces in these frames whose middle is as it was."""
    seen = []
    for frame in frames:
        for face in truth.faces[frame]:
            x, y = round((face.box[0] + face.box[2]) / 2), round((face.box[1] + face.box[3]) / 2)
            spot = np.s_[y - 5 : y + 5, x - 5 : x + 5]
            seen.append(np.abs(before[frame][spot].astype(int) - after[frame][spot]).mean() < 10)
    return float(np.mean(seen))


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as clip:
        return [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
