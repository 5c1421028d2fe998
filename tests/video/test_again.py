"""What attackers found: a second reading gives the frames of the first, and a source that changes is refused."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.codec.context import Flags
from av.video.frame import PictureType

import maskanyone
from maskanyone.data import Video
from maskanyone.errors import Cancelled
from maskanyone.video import again
from maskanyone.video.again import Again
from maskanyone.video.probe import probe
from maskanyone.video.read import check_same, read, read_ahead

FRAMES = 60


def picture(index: int, size: tuple[int, int]) -> np.ndarray:
    """A picture that tells its number by its grey."""
    return np.full((size[1], size[0], 3), 20 + 3 * index, np.uint8)


def clip(
    path: Path, codec: str, rate: int, options: dict[str, str], sizes: list[tuple[int, int]], keys: Sequence[int] = (),
    **how: str,
) -> Path:  # fmt: skip
    """A clip of grey steps; the size changes after equal parts where several are given. how: options of the file."""
    with av.open(str(path), "w", options=how) as container:
        stream = container.add_stream(codec, rate=rate, options=options)
        stream.pix_fmt, (stream.width, stream.height) = "yuv420p", sizes[0]
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(picture(index, sizes[0]), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, rate)
            frame.pict_type = PictureType.I if index in keys else PictureType.NONE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def resized(path: Path, sizes: list[tuple[int, int]], *, interlaced: bool) -> Path:
    """As many clips of grey steps as sizes, one after the other in one stream."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.pix_fmt, (stream.width, stream.height) = "yuv420p", sizes[0]
        for number, size in enumerate(sizes):
            encoder = av.CodecContext.create("libx264", "w")
            encoder.pix_fmt, (encoder.width, encoder.height) = "yuv420p", size
            encoder.time_base, encoder.options = Fraction(1, 25), {"bf": "0", "threads": "1"}
            encoder.flags |= Flags.interlaced_dct if interlaced else 0
            frames = (fielded(picture(index, size), index, interlaced=interlaced) for index in range(FRAMES))
            for packet in [p for frame in [*frames, None] for p in encoder.encode(frame)]:
                other = av.Packet(bytes(packet))
                other.pts = other.dts = packet.pts + number * FRAMES
                other.time_base, other.duration, other.is_keyframe = Fraction(1, 25), 1, packet.is_keyframe
                other.stream = stream
                container.mux(other)
    return path


def fielded(shown: np.ndarray, index: int, *, interlaced: bool) -> av.VideoFrame:
    """A frame that says whether it is made of two fields."""
    frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(format="yuv420p")
    frame.pts, frame.time_base = index, Fraction(1, 25)
    graph = av.filter.Graph()
    field = graph.add("setfield", mode="tff" if interlaced else "prog")
    graph.link_nodes(graph.add_buffer(frame), field, graph.add("buffersink"))
    graph.configure()
    graph.push(frame)
    return graph.pull()


def greys(frames) -> list[tuple[int, int, float]]:
    return [(frame.index, frame.pts, float(frame.small((16, 16)).mean())) for frame in frames]


@pytest.mark.parametrize(
    ("name", "codec", "rate", "options"),
    [
        ("b-pictures.avi", "libx264", 25, {"bf": "3", "g": "12"}),
        ("many a millisecond.mkv", "libx264", 2000, {"bf": "0", "g": "12"}),
        ("plain.mp4", "libx264", 25, {"bf": "3", "g": "12"}),
        ("refresh.mp4", "libx264", 25, {"x264-params": "intra-refresh=1:keyint=12"}),
    ],
)
def test_reading_on_from_any_frame_gives_the_frames_of_the_first_reading(name, codec, rate, options, tmp_path: Path):
    video = probe(clip(tmp_path / name, codec, rate, options, [(64, 48)]))
    first = greys(read(video, salvage=True))
    for start in (1, 12, 13, 24, 30, len(first) - 1):
        assert greys(read(video, start, first[start][1], salvage=True)) == first[start:]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Frames with which second readings begin, as they are opened."""
    found: list[int] = []

    def noted(source: Video, start: int, *more: Any, **how: Any) -> Any:
        found.append(start)
        return read_ahead(source, start, *more, **how)

    monkeypatch.setattr(again, "read_ahead", noted)
    return found


def long_groups(path: Path) -> tuple[Video, list[tuple[int, int, float]]]:
    """A clip with a key frame every 30, and what a first reading gives."""
    video = probe(clip(path, "libx264", 25, {"g": "30", "bf": "2", "x264-params": "scenecut=0"}, [(64, 48)]))
    first = greys(read(video))
    assert [index for index, pts, _ in first if pts in video.keys] == [0, 30]
    return video, first


@pytest.mark.parametrize("asked", [[0, 1, 2, 40, 59], [3, 29, 30, 31], [40, 41, 5, 6], [10], [59, 0]])
def test_frames_that_are_asked_for_again_are_those_of_their_index(asked, tmp_path: Path):
    video, first = long_groups(tmp_path / "a.mp4")
    pts = np.array([pts for _, pts, _ in first])
    with closing(Again(video, pts, salvage=False)) as again:
        assert greys(again.frame(index) for index in asked) == [first[index] for index in asked]


@pytest.mark.parametrize(
    ("asked", "begin"),
    [([0, 29, 30, 59], [0]), ([0, 2, 59], [0, 59]), ([5, 40], [5, 40]), ([20, 40], [20]), ([40, 3], [40, 3])],
    ids=["one after the other", "over a group", "from a group to the next", "little is passed over", "back"],
)
def test_the_file_is_opened_anew_where_that_passes_over_much(asked, begin, begun, tmp_path: Path):
    video, first = long_groups(tmp_path / "a.mp4")
    pts = np.array([pts for _, pts, _ in first])
    with closing(Again(video, pts, salvage=False)) as again:
        for index in asked:
            again.frame(index)
    assert begun == begin


def test_a_file_whose_key_frames_are_none_is_read_through_once(begun, tmp_path: Path):
    options = {"x264-params": "intra-refresh=1:keyint=12"}
    video = probe(clip(tmp_path / "refresh.mp4", "libx264", 25, options, [(64, 48)]))
    first = greys(read(video))
    pts = np.array([pts for _, pts, _ in first])
    video = replace(video, keys=tuple(int(each) for each in pts), seekable=True)
    with closing(Again(video, pts, salvage=False)) as reading:
        assert greys(reading.frame(index) for index in (0, 28, 59)) == [first[index] for index in (0, 28, 59)]
    assert begun == [0, 28]


def test_whoever_waits_for_what_is_passed_over_may_stop(tmp_path: Path):
    video = replace(probe(clip(tmp_path / "a.mp4", "libx264", 25, {}, [(64, 48)])), seekable=False)
    pts, asked = np.array([frame.pts for frame in read(video)]), 0

    def ask() -> None:
        nonlocal asked
        asked += 1
        if asked == 20:
            raise Cancelled("the clip", "was stopped", "Run it again")

    with closing(Again(video, pts, salvage=False, ask=ask)) as reading:
        reading.frame(3)
        with pytest.raises(Cancelled):
            reading.frame(50)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_file_that_seeks_too_far_gives_the_frames_that_were_asked_for(codec, tmp_path: Path):
    """Its key frames are closer than pictures are reordered, and its demuxer seeks by decoding times."""
    options = {"bf": "3", "forced-idr": "1", "x264-params": "scenecut=0", "x265-params": "log-level=none"}
    path = clip(tmp_path / "a.mp4", codec, 25, options, [(64, 48)], (20, 21, 22, 30, 32, 33), use_editlist="0")
    video = probe(path)
    first = greys(read(video))
    assert video.seekable and len(video.keys) >= 7
    for start in range(1, len(first)):
        assert greys(islice(read(video, start, first[start][1]), 3)) == first[start : start + 3], start


def test_nothing_is_read_on_once_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    video = replace(probe(clip(tmp_path / "a.mp4", "libx264", 25, {}, [(64, 48)])), seekable=False)
    pts = np.array([frame.pts for frame in read(video)])
    passed, go_on = list[int](), threading.Event()

    def slow(self: Any) -> None:
        passed.append(1)
        go_on.wait(10)
        real(self)

    def ask() -> None:
        if passed:
            raise Cancelled("the clip", "was stopped", "Run it again")

    real = Again._pass_over
    monkeypatch.setattr(Again, "_pass_over", slow)
    with closing(Again(video, pts, salvage=False, ask=ask)) as reading, pytest.raises(Cancelled):
        reading.frame(50)
    go_on.set()
    for thread in [each for each in threading.enumerate() if each.name == "decode"]:
        thread.join(10)
    assert len(passed) == 1


@pytest.mark.parametrize("suffix", ["ts", "mkv"])
@pytest.mark.parametrize("interlaced", [False, True])
def test_a_size_that_changes_is_brought_to_the_first(interlaced, suffix, tmp_path: Path):
    sizes = [(64, 48), (96, 64), (64, 48)]
    video = probe(resized(tmp_path / f"a.{suffix}", sizes, interlaced=interlaced))
    assert video.interlaced == interlaced
    found = list(read(video))
    assert len(found) == video.packets == 3 * FRAMES
    assert {frame.opened()[1].size for frame in found} == {(64, 48)}
    assert {frame.thumbnail(32).shape for frame in found} == {(24, 32, 3)}
    shades = [float(frame.small((16, 16)).mean()) for frame in found]
    assert shades == pytest.approx([20 + 3 * index for index in range(FRAMES)] * 3, abs=4)


def test_a_source_that_changed_is_refused(tmp_path: Path):
    path = clip(tmp_path / "a.mp4", "libx264", 25, {}, [(64, 48)])
    video = probe(path)
    check_same(video)
    clip(tmp_path / "b.mp4", "libx264", 25, {}, [(64, 48)]).replace(path)
    with pytest.raises(maskanyone.Unreadable, match="was changed while it was read"):
        list(read(video))


def test_a_source_that_is_gone_is_refused_in_a_sentence(tmp_path: Path):
    path = clip(tmp_path / "a.mp4", "libx264", 25, {}, [(64, 48)])
    video = probe(path)
    path.unlink()
    with pytest.raises(maskanyone.Unreadable):
        list(read(video))


def test_pictures_of_another_size_come_in_the_first_ones_size(tmp_path: Path):
    parts = [clip(tmp_path / f"{n}.mkv", "libvpx", 25, {}, [size]) for n, size in enumerate([(64, 48), (128, 96)])]
    joined = tmp_path / "joined.mkv"
    with av.open(str(joined), "w") as container:
        stream, shift = None, 0
        for part in parts:
            with av.open(str(part)) as source:
                stream = stream or container.add_stream_from_template(source.streams.video[0])
                for packet in source.demux(video=0):
                    if packet.size:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = stream
                        container.mux(packet)
            shift += 40 * FRAMES
    video = probe(joined)
    assert {frame.opened()[1].size for frame in read(video, salvage=True)} == {(64, 48)}


@pytest.mark.parametrize("size", [(108, 240), (120, 266), (16, 400), (400, 16)])
def test_narrow_pictures_can_be_compared_with_their_neighbours(size, tmp_path: Path):
    video = probe(clip(tmp_path / "a.mp4", "libx264", 25, {}, [size]))
    assert {frame.thumbnail(128).shape[1] for frame in read(video)} == {128}
