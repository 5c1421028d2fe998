from __future__ import annotations

import pytest
from pydantic import ValidationError

from maskanyone.hide.solid import Solid


def test_every_pixel_gets_the_colour(portrait):
    face = portrait(100)
    assert (face.hidden_by(Solid(Solid.Params(colour="#ff00fe"))) == (255, 0, 254)).all()


def test_the_picture_does_not_matter(portrait):
    hider = Solid(Solid.Params())
    assert (portrait(100).hidden_by(hider) == portrait(100, light=0.2).hidden_by(hider)).all()


@pytest.mark.parametrize("colour", ["red", "#fff", "#1234567", "ff00ff", "#ff00fg", "", "#ff00ff\n"])
def test_a_colour_that_is_none_is_refused(colour):
    with pytest.raises(ValidationError):
        Solid.Params(colour=colour)
