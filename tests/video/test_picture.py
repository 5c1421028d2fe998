"""A rectangle goes to RGB and back as the picture's own colours say."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskanyone.data import Colours
from maskanyone.video.picture import Picture

SIZE, HD = (64, 48), (64, 720)
#: codes of ITU-T H.273; 2 is "not said"
MATRICES = (1, 2, 5, 6, 7, 9)

matrices = st.sampled_from(MATRICES)
levels = st.integers(0, 255)


def picture(size: tuple[int, int], matrix: int, full: bool, y: object = 0, u: object = 128, v: object = 128) -> Picture:
    width, height = size
    shapes = [(height, width)] + 2 * [(height // 2, width // 2)]
    planes = [np.broadcast_to(np.asarray(p, np.uint8), s).copy() for p, s in zip((y, u, v), shapes, strict=True)]
    return Picture(*planes, Colours(matrix=matrix, full_range=full))


@given(matrices, st.booleans(), st.sampled_from([SIZE, HD]), st.tuples(levels, levels, levels))
def test_a_colour_survives_the_way_to_planes_and_back_within_two_levels(matrix, full, size, colour):
    flat = np.full((4, 4, 3), colour, np.uint8)
    y, u, v = picture(size, matrix, full).planes(flat)
    back = picture((4, 4), matrix, full, y, u, v)
    back.y = np.resize(y, (size[1], 4))  # the height decides how colours that say nothing are read
    seen = back.rgb((0, 0, 4, 4))
    assert np.abs(seen.astype(int) - flat).max() <= 2


@given(matrices, st.booleans(), st.tuples(levels, levels, levels), st.integers(0, 10**6))
def test_planes_survive_the_way_to_rgb_and_back_within_two_levels(matrix, full, colour, seed):
    start = picture(SIZE, matrix, full)
    y, u, v = start.planes(np.full((48, 64, 3), colour, np.uint8))  # a colour that there is
    ripple = np.random.default_rng(seed).integers(-1, 2, y.shape)
    start.y, start.u, start.v = np.clip(y.astype(int) + ripple, 16, 235).astype(np.uint8), u, v
    seen = start.rgb()
    if ((seen == 0) | (seen == 255)).any():
        return  # clipped: not every sample is a colour
    for before, after in zip((start.y, start.u, start.v), start.planes(seen), strict=True):
        assert np.abs(before.astype(int) - after).max() <= 2


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("matrix", "name"), [(6, "bt601"), (5, "bt470"), (7, "smpte240m"), (1, "bt709"), (9, "bt2020")]
)
def test_it_agrees_with_ffmpeg(matrix, name, full):
    random = np.random.default_rng(matrix)
    blocks = random.integers(0, 256, (6, 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    mine = picture(SIZE, matrix, full)
    mine.y, mine.u, mine.v = mine.planes(blocks)
    theirs = by_ffmpeg(mine, name, full)
    inside = np.zeros((48, 64), bool)  # at the edges of blocks the two interpolate colour differently
    inside.reshape(6, 8, 8, 8)[:, 3:5, :, 3:5] = True
    assert np.abs(mine.rgb()[inside].astype(int) - theirs[inside]).max() <= 2
    assert np.abs(mine.rgb()[inside].astype(int) - blocks[inside]).max() <= 2


def test_the_test_above_tells_matrices_and_ranges_apart():
    mine = picture(SIZE, 1, False)
    mine.y, mine.u, mine.v = mine.planes(np.full((48, 64, 3), (200, 60, 30), np.uint8))
    for name, full in (("bt601", False), ("bt709", True)):
        assert np.abs(mine.rgb().astype(int) - by_ffmpeg(mine, name, full)).max() > 5


def test_colours_that_say_nothing_are_read_by_height():
    colour = np.full((2, 2, 3), (200, 60, 30), np.uint8)
    for size, meant in ((SIZE, 6), (HD, 1)):
        unsaid, said = (picture(size, matrix, False).planes(colour) for matrix in (2, meant))
        assert all(np.array_equal(a, b) for a, b in zip(unsaid, said, strict=True))


@given(st.integers(0, 10**6), st.data())
def test_a_rectangle_is_a_part_of_the_whole(seed, data):
    random = np.random.default_rng(seed)
    whole = picture(SIZE, 1, False)
    whole.y = random.integers(16, 236, whole.y.shape, np.uint8)
    x1, x2 = sorted(data.draw(st.lists(st.integers(0, 32), min_size=2, max_size=2, unique=True)))
    y1, y2 = sorted(data.draw(st.lists(st.integers(0, 24), min_size=2, max_size=2, unique=True)))
    rect = (2 * x1, 2 * y1, 2 * x2, 2 * y2)
    assert np.array_equal(whole.rgb(rect), whole.rgb()[rect[1] : rect[3], rect[0] : rect[2]])


def test_white_and_black_are_the_ends_of_the_range():
    for full, low, high in ((False, 16, 235), (True, 0, 255)):
        for matrix in MATRICES:
            y, u, v = picture(SIZE, matrix, full).planes(np.array([[[0] * 3] * 2] * 2, np.uint8))
            assert (y == low).all() and (u == 128).all() and (v == 128).all()
            y, u, v = picture(SIZE, matrix, full).planes(np.array([[[255] * 3] * 2] * 2, np.uint8))
            assert (y == high).all() and (u == 128).all() and (v == 128).all()


def by_ffmpeg(mine: Picture, matrix: str, full: bool) -> NDArray[np.uint8]:
    """The whole picture as RGB, by FFmpeg's scaler when it rounds properly."""
    stacked = np.concatenate([mine.y.ravel(), mine.u.ravel(), mine.v.ravel()]).reshape(-1, mine.y.shape[1])
    frame = av.VideoFrame.from_ndarray(stacked, format="yuv420p")
    graph = av.filter.Graph()
    scale = graph.add(
        "scale",
        in_color_matrix=matrix,
        in_range="pc" if full else "tv",
        out_range="pc",
        flags="bilinear+accurate_rnd+full_chroma_int",
    )
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25))
    graph.link_nodes(source, scale, graph.add("format", pix_fmts="rgb24"), graph.add("buffersink")).configure()
    graph.push(frame)
    return graph.pull().to_ndarray()
