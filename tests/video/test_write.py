"""Pieces are joined without a second encode, with every time exact, or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maskanyone.data import Colours, Timeline, Video
from maskanyone.errors import BadOutput, Failed
from maskanyone.video.encode import Output, PieceEncoder, constant_rate, output_base
from maskanyone.video.write import join

from .clips import CLICKS, Track, clicks, facts, record, through

SIZE = (32, 32)
BASES = [Fraction(1, n) for n in (2, 25, 1000, 600, 11_488, 12_800, 15_360, 44_100, 90_000, 1_000_000)]
BASES += [Fraction(1001, 30_000), Fraction(1001, 24_000), Fraction(125, 2997)]

unhurried = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def steps(draw: st.DrawFn) -> tuple[Fraction, list[int]]:
    """A time base and how long each frame is shown, in its ticks: constant, varying a little, or as it comes."""
    base = draw(st.sampled_from(BASES))
    count = draw(st.integers(1, 30))
    a_25th = max(1, round(Fraction(1, 25) / base))
    most = max(2, round(Fraction(draw(st.sampled_from([1, 20])) / base)))
    kind = draw(st.sampled_from(["constant", "constant but the last", "jitter", "any"]))
    if kind.startswith("constant"):
        last = draw(st.integers(1, most)) if kind.endswith("last") else a_25th
        return base, [a_25th] * (count - 1) + [last]
    if kind == "jitter":
        wobble = a_25th // 3
        return base, [a_25th + draw(st.integers(-wobble, wobble)) for _ in range(count)]
    return base, draw(st.lists(st.integers(1, most), min_size=count, max_size=count))


@given(steps(), st.integers(0, 10**7), st.integers(0, 5000), st.data())
@unhurried
def test_joining_keeps_every_time_and_the_last_length_exactly(tmp_path, film, first, lead, data):
    base, lengths = film
    count = len(lengths)
    zero = max(Fraction(0), Fraction(int((first * base - Fraction(lead, 1000)) * 10**6), 10**6))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, count - 1)), max_size=4))) if count > 1 else []
    video = facts(time_base=base, zero=zero)
    timeline = Timeline(np.array([first, *accumulate(lengths[:-1], initial=first)][1:], np.int64), lengths[-1])
    target = tmp_path / "result.mp4"
    join(video, timeline, pieces(video, timeline, cuts), target, sound=False)
    shown = written(target)
    assert [number for _, _, number in shown] == [shade(n) for n in range(count)]
    assert [b - a for (a, _, _), (b, _, _) in pairwise(shown)] == [n * base for n in lengths[:-1]]
    assert shown[-1][1] == lengths[-1] * base
    begins = first * base - zero
    assert abs(shown[0][0] - begins) <= output_base(video)[0]


@pytest.mark.parametrize("cuts", [(), (13,), (1, 2, 3), (7, 20, 39)])
@pytest.mark.parametrize("times", [None, [n * n // 3 + n for n in range(40)]])
def test_a_real_recording_keeps_its_times_in_however_many_pieces(cuts, times, tmp_path):
    source = record(tmp_path / "source.mkv", options={"bf": "3"}, times=times, sound=Track("aac"))
    target = tmp_path / "result.mp4"
    video = through(source, target, cuts=cuts)
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        meant = [frame.pts * stream.time_base - video.zero for frame in container.decode(stream)]
    assert [at for at, _, _ in written(target)] == meant
    heard = [at for at in CLICKS if at < (40 / 25 if times is None else 9)]
    assert clicks(target)[: len(heard)] == pytest.approx(heard, abs=0.005)


def test_pieces_of_one_film_have_equal_settings_and_a_piece_is_always_the_same(tmp_path):
    video = facts()
    timeline = Timeline(np.arange(30), 1)
    made = pieces(video, timeline, (7, 8, 25))
    heads = set()
    for data in made:
        path = tmp_path / "piece.mp4"
        path.write_bytes(data)
        with av.open(str(path)) as container:
            heads.add(container.streams.video[0].codec_context.extradata)
    assert len(heads) == 1
    assert made == pieces(video, timeline, (7, 8, 25))


@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(16, 15), Fraction(40, 33), Fraction(1, 2)])
@pytest.mark.parametrize(
    "colours", [Colours(), Colours(1, 1, 1), Colours(6, 6, 6), Colours(6, 6, 6, full_range=True), Colours(9, 14, 9)]
)
def test_colours_and_pixel_aspect_are_written_down(aspect, colours, tmp_path):
    video = facts(pixel_aspect=aspect, colours=colours)
    timeline = Timeline(np.arange(5), 1)
    target = tmp_path / "result.mp4"
    join(video, timeline, pieces(video, timeline), target, sound=False)
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        frame = next(container.decode(stream))
        assert stream.sample_aspect_ratio == aspect
        assert (frame.color_primaries, frame.color_trc, frame.colorspace) == (
            colours.primaries, colours.transfer, colours.matrix
        )  # fmt: skip
        assert frame.format.name == ("yuvj420p" if colours.full_range else "yuv420p")


def test_it_plays_in_every_browser(tmp_path):
    video = facts()
    timeline = Timeline(np.arange(30), 1)
    target = tmp_path / "result.mp4"
    join(video, timeline, pieces(video, timeline), target, sound=False)
    with av.open(str(target)) as container:
        context = container.streams.video[0].codec_context
        assert context.name == "h264"
        assert context.pix_fmt == "yuv420p"
        assert context.profile in ("High", "Main", "Baseline", "Constrained Baseline")
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_piece_too_few_or_in_the_wrong_place_is_noticed(tmp_path):
    video = facts()
    timeline = Timeline(np.arange(30), 1)
    first, second, _ = pieces(video, timeline, (10, 21))
    target = tmp_path / "result.mp4"
    with pytest.raises(Failed):
        join(video, timeline, [first, second], target, sound=False)
    jumping = Timeline(np.array([*range(10), *range(20, 40)]), 1)
    join(video, jumping, pieces(video, jumping, (10, 21)), target, sound=False)
    assert [at for at, _, _ in written(target)][9:11] == [Fraction(9, 25), Fraction(20, 25)]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full here")
def test_a_full_disk_is_told_in_a_sentence():
    video = facts()
    timeline = Timeline(np.arange(10), 1)
    with pytest.raises(BadOutput, match="no space left"):
        join(video, timeline, pieces(video, timeline), Path("/dev/full"), sound=False)


def test_a_folder_that_went_away_is_told_in_a_sentence(tmp_path):
    video = facts()
    timeline = Timeline(np.arange(10), 1)
    with pytest.raises(BadOutput, match="cannot be written to"):
        join(video, timeline, pieces(video, timeline), tmp_path / "gone" / "result.mp4", sound=False)


def test_a_stop_while_joining_is_passed_on(tmp_path):
    video = facts()
    timeline = Timeline(np.arange(10), 1)

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        join(video, timeline, pieces(video, timeline), tmp_path / "result.mp4", sound=False, tick=stop)


def shade(number: int) -> int:
    """Luma of the made frame of that number; neighbours are far apart."""
    return 30 + number * 53 % 190


def pieces(video: Video, timeline: Timeline, cuts: Sequence[int] = ()) -> list[bytes]:
    """Flat frames, encoded in pieces that begin at ``cuts``."""
    made = []
    for start, stop in pairwise([0, *cuts, len(timeline)]):
        encoder = PieceEncoder(video, SIZE, video.colours, Output(crf=10), constant_rate(timeline))
        for number in range(start, stop):
            frame: Any = VideoFrame(*SIZE, "yuvj420p" if video.colours.full_range else "yuv420p")
            for plane, value in zip(frame.planes, (shade(number), 128, 128), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            encoder.add(frame, int(timeline.pts[number]))
        made.append(encoder.finish())
    return made


def written(path: Path) -> list[tuple[Fraction, Fraction, int]]:
    """Of each frame when and how long it is shown, in seconds, and the shade nearest to its own."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        lengths = {p.pts: p.duration for p in container.demux(stream) if p.size}
    shades = np.array([shade(n) for n in range(190)])
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = []
        for frame in container.decode(stream):
            luma = frame.to_ndarray()[: SIZE[1]].mean()
            nearest = int(shades[np.abs(shades - luma).argmin()])
            found.append((frame.pts * stream.time_base, lengths[frame.pts] * stream.time_base, nearest))
    return found
