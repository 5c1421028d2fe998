"""Frames come upright, whole, in order, with their own times, wherever the reading begins."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from maskanyone.data import Pixels, Timeline
from maskanyone.video.pieces import divided
from maskanyone.video.probe import probe
from maskanyone.video.read import Frame, ahead, read

from .clips import drawn, record

X264 = {"bf": "3", "g": "12"}
#: by what makes seeking hard: codec, container, options of the encoder, more
HARD = {
    "B-pictures.mp4": ("libx264", X264, {}),
    "B-pictures.mkv": ("libx264", X264, {}),
    "B-pictures.ts": ("libx264", X264, {}),
    "open groups.mp4": ("libx264", X264 | {"x264-params": "open-gop=1"}, {}),
    "open groups.mkv": ("libx264", X264 | {"x264-params": "open-gop=1"}, {}),
    "key frames side by side.mp4": (
        "libx264", {"bf": "3", "g": "99", "forced-idr": "1", "x264-params": "scenecut=0:min-keyint=1"},
        {"keys": (10, 11, 12, 20, 22)},
    ),
    "key frames alone.mov": ("libx264", {"g": "1"}, {}),
    "variable rate.mkv": ("libx264", X264, {"times": [n * n // 3 for n in range(1, 41)]}),
    "first picture late.mp4": ("libx264", X264, {"times": list(range(30, 70))}),
    "fragmented.mp4": ("libx264", X264, {"container": {"movflags": "frag_keyframe+empty_moov"}}),
    "HEVC, open groups.mp4": ("libx265", {"x265-params": "keyint=12:bframes=4:open-gop=1:log-level=none"}, {}),
    "VP9.webm": ("libvpx-vp9", {"g": "10", "cpu-used": "8", "deadline": "realtime"}, {}),
    "VP8.webm": ("libvpx", {"g": "10", "deadline": "realtime"}, {}),
    "MPEG-4.avi": ("mpeg4", {"g": "10", "bf": "2"}, {}),
    "pictures that stay on.avi": ("mpeg4", {"g": "10"}, {"times": [n + n // 7 for n in range(40)]}),
    "one key frame.mp4": ("libx264", {"g": "99", "x264-params": "scenecut=0"}, {}),
}  # fmt: skip
#: the eight ways a camera can be held, as FFmpeg's display matrices
MATRICES = [
    (1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0),
    (-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, 1, 0), (0, -1, -1, 0),
]  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_reading_on_from_any_frame_gives_the_frames_of_reading_through(name, tmp_path):
    codec, options, more = HARD[name]
    video = probe(record(tmp_path / name, codec, options, **more))
    through = [seen(frame) for frame in read(video)]
    assert len(through) == 40
    assert len({digest for _, _, _, digest in through}) == 40
    for start in range(1, 40):
        on = [seen(frame) for frame in islice(read(video, start, through[start][1]), 5)]
        assert on == through[start : start + 5], start


@pytest.mark.parametrize(
    "name", ["media/b_conv/montage_eight.mp4", "media/c_crowd/intel_one_by_one.mp4", "formats/opengop_bframes.mp4"]
)
@pytest.mark.slow
def test_every_piece_of_a_real_clip_begins_with_the_frames_of_reading_through(name, shared):
    video = probe(shared / name)
    most = 450
    through = [seen(frame) for frame in islice(read(video), most)]
    timeline = Timeline(np.array([pts for _, pts, _, _ in through], np.int64), 1)
    starts = {span.start for span in divided(video, timeline)} - {0}
    at_keys = set(np.searchsorted(timeline.pts, video.keys)) - {0, len(through)}
    for start in sorted(starts | set(list(at_keys)[:12])):
        on = [seen(frame) for frame in islice(read(video, int(start), through[start][1]), 10)]
        assert on == through[start : start + 10]


@pytest.mark.parametrize("name", HARD)
def test_times_are_the_containers_own(name, tmp_path):
    codec, options, more = HARD[name]
    path = record(tmp_path / name, codec, options, **more)
    video = probe(path)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = sorted(p.pts * stream.time_base for p in container.demux(stream) if p.size and p.pts is not None)
    found = [frame.pts * video.time_base for frame in read(video)]
    if not name.endswith("avi"):  # which gives no time to pictures out of order
        assert found == times
    assert np.allclose(np.diff(np.array(found, float)), np.diff(np.array(more.get("times", range(40))) / 25), atol=1e-3)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("size", [(96, 64), (95, 63)])
def test_pictures_are_turned_and_mirrored_as_the_display_matrix_says(matrix, size, tmp_path):
    a, b, c, d = (n << 16 for n in matrix)
    path = record(
        tmp_path / "turned.mov", "mjpeg", {"q": "2"}, size=size, pix_fmt="yuvj420p", count=3,
        matrix=(a, b, 0, c, d, 0, 0, 0, 1 << 30),
    )  # fmt: skip
    video = probe(path)
    stored = planes_of(path)
    for frame, planes in zip(read(video), stored, strict=True):
        _, picture = frame.opened()
        for mine, plane in zip((picture.y, picture.u, picture.v), planes, strict=True):
            shown = placed(plane, matrix)
            assert np.array_equal(mine[: shown.shape[0], : shown.shape[1]], shown)
        assert video.upright == placed(planes[0], matrix).shape[::-1]


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_small_picture_lies_as_the_large_one_does(matrix, tmp_path):
    a, b, c, d = (n << 16 for n in matrix)
    path = record(tmp_path / "turned.mp4", count=2, matrix=(a, b, 0, c, d, 0, 0, 0, 1 << 30))
    video = probe(path)
    for frame in read(video):
        small = frame.small((video.upright[0] // 2, video.upright[1] // 2))
        large = frame.opened()[1].rgb()
        halved = large.reshape(small.shape[0], 2, small.shape[1], 2, 3).mean(axis=(1, 3))
        others = [np.rot90(halved, 2), halved[::-1], halved[:, ::-1]]
        assert apart(small, halved) < 8
        assert apart(small, halved) < min(apart(small, other) for other in others) / 2


@pytest.mark.parametrize("size", [(95, 64), (96, 63), (95, 63)])
@pytest.mark.parametrize(
    ("codec", "suffix", "pix_fmt"), [("mjpeg", "mov", "yuvj420p"), ("libvpx-vp9", "webm", "yuv420p")]
)
def test_odd_sizes_become_even_by_one_repeated_row_or_column(size, codec, suffix, pix_fmt, tmp_path):
    path = record(tmp_path / f"odd.{suffix}", codec, {"b": "2M"}, size=size, pix_fmt=pix_fmt, count=3)
    width, height = size
    for frame, (y, u, v) in zip(read(probe(path)), planes_of(path), strict=True):
        _, picture = frame.opened()
        assert picture.size == (width + width % 2, height + height % 2)
        assert np.array_equal(picture.y[:height, :width], y)
        assert np.array_equal(picture.u, u)
        assert np.array_equal(picture.v, v)
        assert np.array_equal(picture.y[-1], picture.y[height - 1])
        assert np.array_equal(picture.y[:, -1], picture.y[:, width - 1])


def test_plain_planes_come_as_decoded_to_the_last_bit(tmp_path):
    path = record(tmp_path / "plain.mp4", count=10)
    for frame, planes in zip(read(probe(path)), planes_of(path), strict=True):
        _, picture = frame.opened()
        assert all(np.array_equal(a, b) for a, b in zip((picture.y, picture.u, picture.v), planes, strict=True))


def test_a_frame_can_be_opened_twice_and_each_is_its_own(tmp_path):
    frame = next(iter(read(probe(record(tmp_path / "plain.mp4", count=2)))))
    _, first = frame.opened()
    kept = first.y.copy()
    first.y[:] = 0
    assert np.array_equal(frame.opened()[1].y, kept)


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [("libx264", "yuv444p", "mp4"), ("libx264", "yuv420p10le", "mkv"), ("ffv1", "yuv422p10le", "mkv"),
     ("ffv1", "bgr0", "mkv"), ("ffv1", "gray", "mkv"), ("png", "rgb24", "mov"), ("prores_ks", "yuv422p10le", "mov")],
)  # fmt: skip
def test_other_pixel_formats_become_plain_ones_that_look_the_same(codec, pix_fmt, suffix, tmp_path):
    options = {"crf": "4"} if codec == "libx264" else {}
    path = record(tmp_path / f"other.{suffix}", codec, options, pix_fmt=pix_fmt, count=3)
    for frame, picture in zip(read(probe(path)), drawn(3), strict=True):
        shown = frame.opened()[1].rgb().astype(np.int16)
        assert np.abs(shown - picture)[:12].max() <= 4  # above the speckles
        assert np.median(np.abs(shown - picture)) <= 4


def test_frames_come_ahead_in_order_and_the_thread_ends_with_the_reader(tmp_path):
    video = probe(record(tmp_path / "plain.mp4"))
    before = threading.active_count()
    assert [frame.index for frame in ahead(read(video), depth=2)] == list(range(40))
    frames = ahead(read(video), depth=2)
    assert next(frames).index == 0
    frames.close()
    assert threading.active_count() == before


def test_a_fault_in_the_decoding_thread_reaches_the_reader():
    def broken() -> Iterator[Frame]:
        raise RuntimeError("told")
        yield

    with pytest.raises(RuntimeError, match="told"):
        list(ahead(broken()))


def seen(frame: Frame) -> tuple[int, int, int, str]:
    """What tells one frame from another."""
    target, _ = frame.opened()
    return frame.index, frame.pts, frame.duration, hashlib.sha256(target.to_ndarray().tobytes()).hexdigest()


def planes_of(path: Path) -> list[list[Pixels]]:
    """Planes as stored, by FFmpeg's own packing."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    found = []
    for frame in frames:
        rows = [np.array(plane, np.uint8, copy=True).reshape(plane.height, plane.line_size) for plane in frame.planes]
        found.append([row[:, : plane.width] for row, plane in zip(rows, frame.planes, strict=True)])
    return found


def placed(plane: NDArray[Any], matrix: tuple[int, int, int, int]) -> NDArray[Any]:
    """Each pixel goes where the display matrix sends it: (x, y) to (a x + c y, b x + d y), moved to the corner."""
    a, b, c, d = matrix
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
    across, down = a * x + c * y, b * x + d * y
    across, down = across - across.min(), down - down.min()
    shown = np.zeros((down.max() + 1, across.max() + 1), plane.dtype)
    shown[down, across] = plane
    return shown


def apart(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def test_the_made_pictures_differ():
    """What the tests above stand on."""
    pictures = list(drawn(40))
    assert len({picture.tobytes() for picture in pictures}) == 40
