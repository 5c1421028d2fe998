"""Whatever a method does wrong, no face that was followed shows, and the report names the fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maskanyone
from maskanyone.data import Moment, Pixels, Region
from maskanyone.hide.solid import Solid
from maskanyone.render import piece
from maskanyone.render.guard import Guarded
from maskanyone.render.piece import SOLID, Hiding, Renderer
from maskanyone.runtime import crew
from maskanyone.video.picture import Picture
from tests.promises.faulty import (
    COVERED,
    PLACES,
    SHORT,
    Film,
    ellipse,
    ending,
    failing,
    hanging,
    looked,
    planned,
    recipe,
)
from tests.promises.runs import Memory


class Unsure(Solid):
    """Fills, but for the frames in which it fails."""

    def __init__(self, faults: Mapping[int, Callable[[Pixels], Any]]) -> None:
        super().__init__(Solid.Params())
        self._faults = faults

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Any:
        fails = moment.frame in self._faults
        return self._faults[moment.frame](crop) if fails else super().hide(crop, region, moment)


PICTURES: dict[str, Callable[[Pixels], Any]] = {
    "raises": failing,
    "ends the program": ending,
    "hangs": hanging,
    "nothing": lambda crop: None,
    "words": lambda crop: "hidden",
    "NaN": lambda crop: np.full(crop.shape, np.nan),
    "numbers that are no bytes": lambda crop: crop / 255,
    "too small": lambda crop: crop[2:, 2:],
    "too large": lambda crop: np.pad(crop, ((0, 2), (0, 2), (0, 0))),
    "turned": lambda crop: np.zeros((crop.shape[1] + 2, crop.shape[0], 3), np.uint8),
    "grey": lambda crop: crop[..., 0],
    "of no size": lambda crop: crop[:0],
    "as it was": lambda crop: crop.copy(),
}


HIDDEN = ("the first frame", "the first after a cut", "one within", "half a second", "all of a scene", "all frames")


@pytest.mark.parametrize("place", HIDDEN)
@pytest.mark.parametrize("answer", PICTURES)
def test_a_method_that_fails_uncovers_nobody_and_is_named(
    scenes: Film, answer: str, place: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    monkeypatch.setattr(piece, "Guarded", partial(Guarded, timeout=SHORT if answer == "hangs" else 20))
    faulty = dict.fromkeys(PLACES[place], PICTURES[answer])
    around = [frame for frame in scenes.outlines if min(faulty) - 2 <= frame <= max(faulty) + 2]
    bare, faults = rendered(scenes, Unsure(faulty), around[:40])
    assert not bare
    first = next(frame for frame in around if frame in faulty)
    assert any(fault.startswith(f"frame {first}: hide.solid ") for fault in faults)
    if answer != "hangs":
        assert {fault.partition(":")[0] for fault in faults} == {f"frame {f}" for f in around[:40] if f in faulty}


@pytest.mark.parametrize("answer", [failing, hanging])
def test_a_method_that_cannot_prepare_is_left_out_everywhere(
    scenes: Film, answer: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "_GRACE", SHORT)
    monkeypatch.setattr(piece, "Guarded", partial(Guarded, timeout=SHORT))
    hider = Unsure({})
    monkeypatch.setattr(hider, "prepare", answer)
    bare, faults = rendered(scenes, hider, list(scenes.outlines)[:10])
    assert not bare
    assert len(faults) == 10
    assert all("before the first frame" in fault for fault in faults)


@pytest.mark.slow
def test_a_method_that_works_is_not_named_where_people_pass_one_another(scenes: Film):
    """There it finds its own fill, and leaves it as it is."""
    assert rendered(scenes, Unsure({}), list(scenes.outlines)) == ([], [])


def test_the_measure_sees_a_method_that_hides_nothing(scenes: Film):
    frames = list(scenes.outlines)[:10]
    assert rendered(scenes, Unsure(dict.fromkeys(frames, lambda crop: crop ^ 1)), frames)[0] == frames


def rendered(film: Film, hider: Unsure, frames: Sequence[int]) -> tuple[list[int], list[str]]:
    """Frames in which less than nine tenths of a standing face have the fill's brightness, and what went wrong."""
    seen = looked(film, {})
    renderer = Renderer(film.video, seen.timeline, planned(film, seen), (Hiding("face", hider),))
    blank = np.zeros((2, 2), np.uint8)
    bare: list[int] = []
    for index in frames:
        _, picture = film.frames[index].opened()
        renderer.hide(picture, index)
        fill = Picture(blank, blank, blank, picture.colours).planes(np.full((2, 2, 3), SOLID, np.uint8))[0][0, 0]
        if any((picture.y[ellipse(box)] == fill).mean() < COVERED for _, box in film.outlines[index]):
            bare.append(index)
    renderer.close()
    return bare, renderer.faults


@pytest.mark.slow
def test_the_report_names_a_method_that_failed_and_the_next_run_asks_it_again(
    scenes: Film, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cache, clip = Memory(), scenes.video.path
    with monkeypatch.context() as patch:
        patch.setattr(Solid, "hide", lambda self, crop, region, moment: failing(crop))
        bad = maskanyone.mask(clip, tmp_path / "bad.mp4", recipe(), cache=cache)
    assert any(fault.startswith("frame 0: hide.solid raised RuntimeError") for fault in bad.report["faults"])
    assert "failed" in bad.report["verdict"]
    again = maskanyone.mask(clip, tmp_path / "again.mp4", recipe(), cache=cache)
    assert not again.report["faults"]
    assert again.report["faces"] == bad.report["faces"]
