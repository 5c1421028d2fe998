from __future__ import annotations

import numpy as np
import pytest

from maskanyone.hide.pixelate import Pixelate


def pixelate(strength: float) -> Pixelate:
    return Pixelate(Pixelate.Params(strength=strength))


@pytest.mark.parametrize(("strength", "blocks"), [(0.1, 16), (0.4, 10.08), (1, 4)])
@pytest.mark.parametrize("size", [64, 200, 1000])
def test_blocks_are_counted_along_the_face(portrait, size, strength, blocks):
    face = portrait(size)
    steps = np.flatnonzero((np.diff(face.hidden_by(pixelate(strength)).astype(int), axis=0) != 0).any(axis=(1, 2)))
    assert np.diff(steps) == pytest.approx(size / blocks, abs=1)


@pytest.mark.parametrize("strength", [0.1, 0.6, 1])
@pytest.mark.parametrize("size", [80, 200, 1000])
def test_a_face_of_any_size_is_hidden_alike(portrait, size, strength):
    reference, other = portrait(400), portrait(size)
    one = reference.face(reference.hidden_by(pixelate(strength))).astype(float)
    two = other.face(other.hidden_by(pixelate(strength))).astype(float)
    assert np.abs(one - two).mean() < 6


def test_a_block_shows_the_average_of_its_pixels(portrait):
    face = portrait(160)
    hidden = face.hidden_by(pixelate(1))
    x, y = (round(corner - side) for corner, side in zip(face.region.box[:2], face.region.rect[:2], strict=True))
    block = slice(y + 40, y + 80), slice(x + 40, x + 80)
    assert (hidden[block] == hidden[y + 50, x + 50]).all()
    assert hidden[y + 50, x + 50] == pytest.approx(face.crop[block].mean(axis=(0, 1)), abs=1)


def test_the_average_of_the_whole_is_kept(portrait):
    face = portrait(200)
    assert face.hidden_by(pixelate(0.6)).mean() == pytest.approx(face.crop.mean(), abs=0.5)


@pytest.mark.parametrize("move", [2, 7, 13])
def test_the_grid_goes_with_the_face(portrait, move):
    """A face that moves by whole pixels looks the same, wherever the even rectangle begins."""
    before, after = portrait(200), portrait(200, x=move)
    one, two = (face.face(face.hidden_by(pixelate(0.6))).astype(float) for face in (before, after))
    assert np.abs(one - two).mean() < 3


def test_a_face_that_leaves_the_picture_keeps_its_grid(portrait):
    whole, cut = portrait(200), portrait(200, x=-400)
    assert cut.region.box[0] < 0
    assert cut.region.rect[0] == 0
    one, two = (face.hidden_by(pixelate(1)) for face in (whole, cut))
    assert np.abs(_last_block(one, whole) - _last_block(two, cut)).max() <= 3


def test_no_sliver_is_left_at_the_edge_of_the_crop(portrait):
    for x in range(-400, -280, 7):
        face = portrait(200, x=x)
        hidden = face.hidden_by(pixelate(1))
        steps = np.flatnonzero((np.diff(hidden.astype(int), axis=1) != 0).any(axis=(0, 2))) + 1
        widths = np.diff([0, *steps, hidden.shape[1]])
        assert widths.min() >= 16


def test_less_detail_is_left_the_stronger(portrait):
    face = portrait(200)
    colours = [len(np.unique(face.hidden_by(pixelate(s)).reshape(-1, 3), axis=0)) for s in (0.1, 0.3, 0.6, 1)]
    assert colours == sorted(colours, reverse=True)
    assert colours[0] > 8 * colours[3]


def test_the_smallest_face_does_not_stay_as_it_is(portrait):
    face = portrait(3)
    assert (face.hidden_by(pixelate(0.1)) != face.crop).any(axis=2).mean() > 0.5


def _last_block(pixels, face) -> np.ndarray:
    """Colour of the block of 50 px before the face's lower right corner."""
    x, y = (round(face.region.box[n + 2] - face.region.rect[n] - 25) for n in (0, 1))
    return pixels[y, x].astype(int)
