"""Every odd, broken or hostile file is masked exactly or refused in one sentence."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

import maskanyone
from maskanyone.data import Pixels

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "formats"
ENTRIES: list[dict[str, Any]] = (
    json.loads((FOLDER / "expected.json").read_text("utf-8")) if (FOLDER / "expected.json").is_file() else []
)
#: masked in the fast run too: constant and variable rate, turned, odd, with sound to encode
FAST = set("plain_h264_aac.mp4 vfr.mp4 rot90.mp4 odd_641x361.webm prores_pcm.mov one_frame.mp4 fps_2.mp4".split())
SYNC = 0.005
#: transfer curves of PQ and HLG (ITU-T H.273)
HDR = (16, 18)
#: seconds before its first sound that an Opus track's first packet is stamped
OPUS_LEAD = Fraction(312, 48_000)
TAGS = {
    *("major_brand", "minor_version", "compatible_brands", "encoder", "comment"),
    *("language", "handler_name", "vendor_id"),
}
ORIENTATIONS = [(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


@dataclass(frozen=True)
class Outcome:
    """What became of one file. folder: where the result was to appear, and nothing else."""

    folder: Path
    result: maskanyone.Result | None
    refused: maskanyone.Refused | None

    @property
    def file(self) -> Path:
        """The result; a refused file that may be refused ends the test here."""
        if self.result is None:
            pytest.skip(f"refused, which is as good: {self.refused}")
        return self.result.video


def entries(wanted: Callable[[dict[str, Any]], Any] = lambda entry: True) -> Any:
    chosen = [
        pytest.param(
            entry,
            id=entry["file"],
            marks=[pytest.mark.slow] if entry["expect"] == "masked" and entry["file"] not in FAST else [],
        )
        for entry in ENTRIES
        if wanted(entry)
    ]
    return pytest.mark.parametrize("entry", chosen or [pytest.param({}, id="none")])


every_file = entries()
every_masked_file = entries(lambda entry: entry["expect"] == "masked")
every_refused_file = entries(lambda entry: entry["expect"] == "refused" and "also_ok" not in entry)
every_file_that_may_be_refused = entries(
    lambda entry: entry["expect"] == "refused" or "refused" in entry.get("also_ok", "")
)
every_damaged_file = entries(lambda entry: "if the loss is reported" in entry.get("also_ok", ""))


@pytest.fixture(scope="module")
def recipe(weights: Path) -> maskanyone.Recipe:
    """The preset that keeps the sound; faces are large in these files and are found at a small size."""
    return maskanyone.Recipe.preset("faces-voice-kept").with_values(["detect.centerface.size=320"])


@pytest.fixture(scope="module")
def outcome(
    shared: Path, recipe: maskanyone.Recipe, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[dict[str, Any]], Outcome]]:
    """Masks each file once, for all tests."""
    done: dict[str, Outcome] = {}

    def of(entry: dict[str, Any]) -> Outcome:
        name = entry["file"]
        if name not in done:
            folder = tmp_path_factory.mktemp("result")
            try:
                result = maskanyone.mask(FOLDER / name, folder / "result.mp4", recipe, anonymous=True)
                done[name] = Outcome(folder, result, None)
            except maskanyone.Refused as error:
                done[name] = Outcome(folder, None, error)
        return done[name]

    yield of
    for one in done.values():
        shutil.rmtree(one.folder, ignore_errors=True)


@every_file
def test_it_is_masked_or_refused_as_expected(entry, outcome):
    one = outcome(entry)
    found = "masked" if one.result else "refused"
    assert found == entry["expect"] or found in entry.get("also_ok", ""), one.refused
    if one.result is not None:
        there = {path.name for path in one.folder.iterdir()}
        assert there == {"result.mp4", "result.report.json", "result.report.html"}
        assert entry["expect"] == "masked" or one.result.report["damage"] or one.result.report["to_look_at"]
        assert one.result.report["audit"]["frames_searched"] == one.result.report["result"]["frames"]


@every_file_that_may_be_refused
def test_a_refusal_is_one_sentence_about_the_file_and_leaves_nothing(entry, outcome):
    one = outcome(entry)
    if one.refused is None:
        pytest.skip("masked")
    sentence = str(one.refused)
    assert entry["file"] in one.refused.subject
    assert re.fullmatch(r"[^\n]{10,300}\.", sentence)
    assert not re.search(r"Error|Exception|Traceback|\b0x|Errno", sentence)
    assert one.refused.what and one.refused.remedy
    assert list(one.folder.iterdir()) == []


@every_masked_file
def test_every_frame_keeps_its_time_exactly(entry, outcome):
    file = outcome(entry).file
    base = Fraction(entry["time_base"])
    meant = [time * base for time in listed(entry["pts"])]
    with av.open(str(file)) as result:
        stream = result.streams.video[0]
        found = [frame.pts * stream.time_base for frame in result.decode(stream)]
    assert len(found) == entry["frames"]
    assert [b - a for a, b in pairwise(found)] == [b - a for a, b in pairwise(meant)]
    with av.open(str(FOLDER / entry["file"])) as source:
        zero = Fraction(source.start_time, av.time_base)
    assert float(found[0]) == pytest.approx(float(meant[0] - zero), abs=2e-6)


@every_masked_file
def test_it_is_upright_in_even_size_with_its_pixel_aspect(entry, outcome):
    file = outcome(entry).file
    turned = entry["rotation_clockwise"] in (90, 270)
    width, height = entry["stored"][::-1] if turned else entry["stored"]
    aspect = 1 / Fraction(entry["pixel_aspect"]) if turned else Fraction(entry["pixel_aspect"])
    with av.open(str(file)) as result:
        stream = result.streams.video[0]
        frame = next(result.decode(stream))
        assert frame.side_data.get("DISPLAYMATRIX") is None
        assert (stream.width, stream.height) == (width + width % 2, height + height % 2)
        assert (stream.sample_aspect_ratio or 1) == aspect
    shown_width, shown_height = entry["displayed"]
    assert width * aspect / height == pytest.approx(shown_width / shown_height, rel=0.01)


@every_masked_file
def test_every_picture_is_the_one_of_that_moment_upright_and_in_its_colours(entry, outcome):
    file = outcome(entry).file
    numbers = sorted({0, 1, entry["frames"] // 2, entry["frames"] - 1} & set(range(entry["frames"])))
    meant = (entry["rotation_clockwise"] // 90, entry.get("mirrored", False))
    with av.open(str(FOLDER / entry["file"])) as source:
        if next(source.decode(source.streams.best("video"))).color_trc in HDR:
            pytest.skip("tone-mapped: its colours change")
    for shown, source in zip(pictures(file, numbers), pictures(FOLDER / entry["file"], numbers), strict=True):
        apart = {(t, m): differing(shown, oriented(source, t, m)) for t, m in ORIENTATIONS}
        assert apart[meant] <= 6
        assert apart[meant] == min(apart.values())


@every_masked_file
def test_it_holds_one_picture_track_one_sound_track_and_nothing_else(entry, outcome):
    file = outcome(entry).file
    with av.open(str(file)) as result:
        assert sorted(s.type for s in result.streams) == (["audio", "video"] if entry["audio"] else ["video"])
        assert not any(s.disposition & av.stream.Disposition.attached_pic for s in result.streams)
        assert result.chapters() == []
        tags = result.metadata.keys() | {key for s in result.streams for key in s.metadata}
    assert tags <= TAGS


@entries(lambda entry: entry.get("must_not_survive"))
def test_no_name_place_or_time_survives_in_the_result_or_the_anonymous_report(entry, outcome):
    one = outcome(entry)
    for file in one.folder.iterdir():
        data = file.read_bytes()
        for word in [*entry["must_not_survive"], entry["file"]]:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                assert word.encode(encoding) not in data, file.name


@entries(lambda entry: entry["expect"] == "masked" and entry["audio"])
def test_the_sound_lasts_as_long_and_is_in_step(entry, outcome):
    file = outcome(entry).file
    tolerance = float(re.search(r"within ([\d.]+) s", entry["tolerance"])[1])
    with av.open(str(FOLDER / entry["file"])) as source:
        zero = source.start_time / av.time_base
        kept = source.streams.audio.index(source.streams.best("audio"))
    said = entry["audio"][kept]
    before, after = heard(FOLDER / entry["file"], kept), heard(file, 0)
    assert after.seconds == pytest.approx(said["duration"], abs=tolerance)
    starts = said["start"] + (float(OPUS_LEAD) if said["codec"] == "opus" and said["start"] < 0 else 0)
    assert after.start == pytest.approx(starts - zero, abs=SYNC)
    assert abs(lag(before, after, zero)) <= SYNC


def test_plain_recordings_are_masked_where_the_face_is_with_the_preset_as_it_stands(shared, weights, tmp_path):
    result = maskanyone.mask(FOLDER / "plain_h264_aac.mp4", tmp_path / "result.mp4", "faces-voice-kept")
    numbers = list(range(75))
    eyes_to_mouth = np.s_[140:230, 120:180]  # looked at in all its three shots
    for shown, source in zip(
        pictures(result.video, numbers), pictures(FOLDER / "plain_h264_aac.mp4", numbers), strict=True
    ):
        assert shown[eyes_to_mouth].std(axis=(0, 1)).max() < 3  # one colour
        assert source[eyes_to_mouth].std(axis=(0, 1)).max() > 10
        assert differing(shown[:40], source[:40]) <= 3  # the wall above stays


@every_damaged_file
@pytest.mark.slow
def test_what_is_salvaged_from_a_damaged_file_says_so(entry, shared, recipe, tmp_path):
    result = maskanyone.mask(FOLDER / entry["file"], tmp_path / "result.mp4", recipe, salvage=True)
    assert result.report["damage"] or any("damaged" in row["reason"] for row in result.report["to_look_at"])
    assert 0 < result.report["result"]["frames"] <= 75


@every_refused_file
def test_salvage_opens_no_door(entry, shared, recipe, tmp_path):
    with pytest.raises(maskanyone.Refused, match=re.escape(entry["file"])):
        maskanyone.mask(FOLDER / entry["file"], tmp_path / "result.mp4", recipe, salvage=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_playlist_opens_no_other_file_and_no_connection(shared, weights, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not here")
    hostile = sorted(p for p in FOLDER.glob("hostile_*") if p.stat().st_size < 1000)
    others = {"plain_h264_aac.mp4", "ts_start_offset.ts"}
    for path in (*hostile, *(FOLDER / name for name in others)):
        shutil.copy(path, tmp_path)
    masks = textwrap.dedent("""
        import sys, maskanyone
        for name in sys.argv[1:]:
            try:
                maskanyone.mask(name, name + ".masked.mp4", "faces-voice-kept")
            except maskanyone.Refused:
                print("refused", name)
    """)
    follows = "import sys, av; av.open(sys.argv[1])"
    names = [path.name for path in hostile]
    calls, said = traced(tmp_path, masks, *names)
    assert said.split() == [word for name in names for word in ("refused", name)]
    assert all(f'{name}"' in calls for name in names)
    assert not any(f'{name}"' in calls for name in others)
    assert not re.search(r"connect\(\d+, \{sa_family=AF_INET", calls)
    control, _ = traced(tmp_path, follows, "hostile_concat.ffconcat")  # what the trace sees of a careless reader
    assert 'plain_h264_aac.mp4"' in control


def traced(folder: Path, code: str, *arguments: str) -> tuple[str, str]:
    """Files opened and connections tried by a Python process and its children, and what it printed."""
    log = folder / "trace.txt"
    run = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=open,openat,connect", "-o", log, sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if "ptrace" in run.stderr or not log.is_file():
        pytest.skip(f"strace may not trace here: {run.stderr.strip()}")
    assert run.returncode == 0, run.stderr
    return log.read_text(), run.stdout


def listed(times: Any) -> list[int]:
    if isinstance(times, list):
        return times
    return times.get("list") or [times["first"] + k * times["step"] for k in range(times["count"])]


def pictures(file: Path, numbers: list[int]) -> Iterator[Pixels]:
    """Frames by number, as FFmpeg's own scaler turns them into RGB; hidden ones are not counted."""
    with av.open(str(file)) as container:
        for number, frame in enumerate(container.decode(container.streams.best("video"))):
            if number in numbers:
                yield frame.to_ndarray(format="rgb24")
            if number >= numbers[-1]:
                return


def oriented(picture: Pixels, turns: int, mirrored: bool) -> Pixels:
    return np.rot90(picture[:, ::-1] if mirrored else picture, -turns)


def differing(one: Pixels, other: Pixels) -> float:
    """Median difference: a mask covers less than half of a picture. An added row or column does not count."""
    height, width = other.shape[:2]
    if one.shape[0] - height not in (0, 1) or one.shape[1] - width not in (0, 1):
        return 255.0
    return float(np.median(np.abs(one[:height, :width].astype(np.int16) - other)))


@dataclass(frozen=True)
class Heard:
    """Decoded sound on one time line. samples: float64 (N,), all channels added. seconds: without its gaps."""

    samples: NDArray[np.float64]
    rate: int
    start: float
    seconds: float

    @property
    def length(self) -> float:
        return len(self.samples) / self.rate

    def between(self, start: float, stop: float, rate: int) -> NDArray[np.float64]:
        own = self.start + np.arange(len(self.samples)) / self.rate
        return np.interp(np.arange(start, stop, 1 / rate), own, self.samples, 0, 0)


def heard(file: Path, track: int) -> Heard:
    with av.open(str(file)) as container:
        frames = list(container.decode(container.streams.audio[track]))
    rate, start = frames[0].sample_rate, float(frames[0].pts * frames[0].time_base)
    parts: list[NDArray[np.float64]] = []
    length = 0
    for frame in frames:
        gap = round((float(frame.pts * frame.time_base) - start) * rate) - length
        if gap > SYNC * rate:  # less is a time that was rounded to milliseconds
            parts.append(np.zeros(gap))
        parts.append(mixed(frame))
        length = sum(map(len, parts))
    return Heard(np.concatenate(parts), rate, start, sum(frame.samples for frame in frames) / rate)


def mixed(frame: av.AudioFrame) -> NDArray[np.float64]:
    data = frame.to_ndarray().astype(np.float64)
    channels = len(frame.layout.channels)
    return data.sum(axis=0) if frame.format.is_planar else data.reshape(-1, channels).sum(axis=1)


def lag(before: Heard, after: Heard, zero: float) -> float:
    """Seconds by which the sound came later, from the peak of the cross-correlation within a quarter of a second."""
    rate, reach = 16_000, 4_000
    stop = max(before.start - zero + before.length, after.start + after.length)
    one, two = before.between(zero, zero + stop, rate), after.between(0, stop, rate)
    size = 2 ** int(np.ceil(np.log2(2 * len(one))))
    both = np.fft.irfft(np.fft.rfft(two, size) * np.conj(np.fft.rfft(one, size)), size)
    around = np.concatenate([both[-reach:], both[: reach + 1]])
    assert around.max() > 0.9 * np.linalg.norm(one) * np.linalg.norm(two), "the sound is another one"
    return float(int(around.argmax()) - reach) / rate
