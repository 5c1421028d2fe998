"""What every hiding method promises. A new method needs its row here."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from types import SimpleNamespace
from typing import Any, get_args

import cv2
import numpy as np
import pytest
import skimage.data
from jsonschema import Draft202012Validator

from maskanyone.data import SEEN, Colours, Kind, Moment, Pixels, Plan, Region, Timeline, Track
from maskanyone.hide import Hider, Level, hiders
from maskanyone.render import piece
from maskanyone.render.compose import lay
from maskanyone.render.guard import Guarded
from maskanyone.render.regions import region
from maskanyone.sample import FACE
from maskanyone.video.picture import Picture


@dataclass(frozen=True)
class Row:
    """weak, strong: parameters at both ends of the method's strength. alike: mean difference, in grey levels, that the
    same face may show at two sizes after hiding."""

    weak: dict[str, Any] = field(default_factory=dict)
    strong: dict[str, Any] = field(default_factory=dict)
    alike: float = 0


ROWS = {
    "hide.solid": Row({"colour": "#ffffff"}, {}),
    "hide.blur": Row({"strength": 0.1}, {"strength": 1}, alike=2.5),
    "hide.pixelate": Row({"strength": 0.1}, {"strength": 1}, alike=3),
    "hide.contours": Row({"strength": 0.1}, {"strength": 1}, alike=12),
}

BOXES = {
    "inside": (172.0, 70.0, 278.0, 183.0),
    "on odd and broken pixels": (101.3, 51.9, 160.4, 130.2),
    "beyond the corner": (-60.0, -45.5, 50.2, 70.0),
    "larger than the picture": (-300.0, -200.0, 900.0, 800.0),
    "of one pixel": (200.0, 150.0, 200.4, 150.6),
    "in the last corner": (319.0, 239.0, 400.0, 300.0),
}
SIZE = (320, 240)

every_method = pytest.mark.parametrize("method", hiders(), ids=lambda method: method.id)
every_place = pytest.mark.parametrize("box", BOXES.values(), ids=BOXES.keys())


def test_every_method_has_its_row():
    assert {method.id for method in hiders()} == set(ROWS)


@every_method
def test_it_says_what_it_is_and_how_far_it_protects(method):
    assert method.id.startswith("hide.")
    assert method.version >= 1
    assert method.level in get_args(Level)
    assert method.title
    assert "." not in method.title
    for sentence in (method.protects, method.shows, inspect.getdoc(method)):
        assert sentence.endswith(".")
    assert set(method.targets) <= set(get_args(Kind))
    assert method.targets


@every_method
def test_its_parameters_make_a_form(method):
    schema = method.Params.model_json_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    for name, part in schema["properties"].items():
        assert_permitted(part, schema, name)
        assert part["title"], name
        assert part["description"].endswith("."), name
        assert "default" in part, name
    Draft202012Validator(schema).validate(method.Params().model_dump(mode="json"))


@every_method
@every_place
@pytest.mark.parametrize("outline", [{}, {"shape": "box", "margin": 0}, {"feather": 0.3}], ids=str)
@pytest.mark.parametrize("end", ["weak", "strong"])
def test_the_core_is_covered_and_nothing_outside_changes(method, box, outline, end):
    """Every pixel of the core is the hider's; every pixel outside core and feather is the picture's, to the bit."""
    picture, before = frame(), frame()
    hider = made(method, end, **outline)
    area = region_of(box, hider)
    hidden = hider.hide(picture.rgb(area.rect), area, moment())
    lay(picture, hidden, area)
    x1, y1, x2, y2 = area.rect
    new = picture.planes(hidden)
    for plane, old, its, step in zip(planes(picture), planes(before), new, (1, 2, 2), strict=True):
        inside = plane[y1 // step : y2 // step, x1 // step : x2 // step]
        core = area.core[::step, ::step]
        assert (inside[core] == its[core]).all()
        touched = np.zeros(plane.shape, bool)
        touched[y1 // step : y2 // step, x1 // step : x2 // step] = core | (area.feather[::step, ::step] > 0)
        assert (plane[~touched] == old[~touched]).all()


@every_method
@every_place
@pytest.mark.parametrize("end", ["weak", "strong"])
def test_it_returns_a_new_picture_of_the_same_size(method, box, end):
    hider = made(method, end)
    area = region_of(box, hider)
    crop = frame().rgb(area.rect)
    before, core = crop.copy(), area.core.copy()
    crop.flags.writeable = False
    hidden = hider.hide(crop, area, moment())
    assert (crop == before).all()
    assert (area.core == core).all()
    assert hidden.shape == crop.shape
    assert hidden.dtype == np.uint8
    assert not np.shares_memory(hidden, crop)


@every_method
@every_place
def test_few_pixels_stay_as_they_were(method, box):
    """Even at its weakest; the sharpest picture there is (noise) leaves no doubt."""
    hider = made(method, "weak")
    area = region_of(box, hider)
    height, width = area.core.shape
    crop = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert (hider.hide(crop, area, moment()) == crop).all(axis=2).mean() < 0.05


@every_method
@pytest.mark.parametrize("end", ["weak", "strong"])
@pytest.mark.parametrize("size", [60, 1000])
def test_strength_is_relative_to_the_size_of_the_face(method, size, end):
    hider = made(method, end)
    one, two = (hidden_face(hider, pixels) for pixels in (240, size))
    assert np.abs(one - two).mean() <= ROWS[method.id].alike


@every_method
@every_place
def test_two_of_it_hide_alike(method, box):
    """Whatever either of them has hidden before."""
    one, two = made(method, "weak"), made(method, "weak")
    other = region_of(BOXES["inside"], one)
    two.hide(255 - frame().rgb(other.rect), other, moment(5))
    area = region_of(box, one)
    crop = frame().rgb(area.rect)
    assert (one.hide(crop, area, moment()) == two.hide(crop, area, moment())).all()


@pytest.mark.parametrize("method", [m for m in hiders() if m.level == "gone"], ids=lambda method: method.id)
def test_what_is_called_gone_does_not_depend_on_what_was_there(method):
    hider = made(method, "strong")
    area = region_of(BOXES["inside"], hider)
    x1, y1, x2, y2 = area.rect
    one, two = frame(), frame()
    two.y[y1:y2, x1:x2] ^= np.where(area.core, 255, 0).astype(np.uint8)
    for picture in (one, two):
        lay(picture, hider.hide(picture.rgb(area.rect), area, moment()), area)
    assert all((a == b).all() for a, b in zip(planes(one), planes(two), strict=True))


def raises(self: Hider, crop: Pixels, region: Region, moment: Moment) -> Any:
    raise RuntimeError("no")


def ends(self: Hider, crop: Pixels, region: Region, moment: Moment) -> Any:
    raise SystemExit(0)


def hangs(self: Hider, crop: Pixels, region: Region, moment: Moment) -> Any:
    time.sleep(1.5)
    return crop


def uncovers(self: Hider, crop: Pixels, region: Region, moment: Moment) -> Any:
    region.core[:] = False
    return crop


def returns(change: Any) -> Any:
    return lambda self, crop, region, moment: change(crop)


FAULTS = {
    "raises": raises,
    "ends the program": ends,
    "hangs": hangs,
    "uncovers its region": uncovers,
    "NaN": returns(lambda crop: np.full(crop.shape, np.nan, np.float32)),
    "numbers that are no bytes": returns(lambda crop: crop.astype(np.float64)),
    "bytes with a sign": returns(lambda crop: crop.astype(np.int8)),
    "too small": returns(lambda crop: crop[:-2]),
    "grey": returns(lambda crop: crop[..., 0]),
    "four channels": returns(lambda crop: np.dstack([crop, crop[..., 0]])),
    "nothing": returns(lambda crop: None),
    "a list": returns(lambda crop: crop.tolist()),
}


@every_method
@pytest.mark.parametrize("fault", FAULTS)
def test_a_method_that_fails_ends_in_solid(method, fault, monkeypatch):
    monkeypatch.setattr(piece, "Guarded", partial(Guarded, timeout=0.3 if fault == "hangs" else 20))
    broken = type("Broken", (method,), {"hide": FAULTS[fault]})
    hider = broken(broken.Params(feather=0.2))
    area = region_of(BOXES["inside"], hider)
    picture, before, solid = frame(), frame(), np.empty((*area.core.shape, 3), np.uint8)
    solid[:] = piece.SOLID
    for renderer in rendering(hider):
        renderer.hide(picture, 0)
        assert len(renderer.faults) == 1
        assert "frame 0" in renderer.faults[0]
        assert method.id in renderer.faults[0]
    x1, y1, x2, y2 = area.rect
    hidden = (area.core | (area.feather > 0))[::2, ::2]
    for plane, old, its, step in zip(planes(picture), planes(before), picture.planes(solid), (1, 2, 2), strict=True):
        mask = hidden.repeat(2, 0).repeat(2, 1) if step == 1 else hidden
        inside = plane[y1 // step : y2 // step, x1 // step : x2 // step]
        assert (inside[mask] == its[mask]).all()
        inside[mask] = old[y1 // step : y2 // step, x1 // step : x2 // step][mask]
        assert (plane == old).all()


def test_a_method_that_hung_is_not_waited_for_again(monkeypatch):
    timeout = 1.0
    monkeypatch.setattr(piece, "Guarded", partial(Guarded, timeout=timeout))
    broken = type("Broken", (hiders()[0],), {"hide": hangs})
    for renderer in rendering(broken(broken.Params())):
        renderer.hide(frame(), 0)
        begin = time.monotonic()
        for index in range(1, 9):
            renderer.hide(frame(), index)
        assert time.monotonic() - begin < timeout, "it was waited for once more"
        assert len(renderer.faults) == 9


def assert_permitted(part: dict[str, Any], schema: dict[str, Any], name: str) -> None:
    """Shapes that the form knows: object, number, integer, boolean, string, enum, colour, array of enum, oneOf."""
    assert not {"if", "then", "else", "anyOf", "allOf", "not", "patternProperties"} & set(part), name
    if "$ref" in part:
        assert_permitted(schema["$defs"][part["$ref"].rsplit("/", 1)[1]], schema, name)
    elif "oneOf" in part:
        assert "discriminator" in part, name
    elif "enum" in part or "const" in part:
        assert part.get("type") == "string", name
    elif part["type"] in ("number", "integer"):
        assert {"minimum", "maximum"} <= set(part), name
        assert "unit" in part or part.get("display") == "percent", name
    elif part["type"] == "array":
        assert "enum" in part["items"], name
    elif part["type"] == "object":
        for inner, its in part["properties"].items():
            assert_permitted(its, schema, f"{name}.{inner}")
    else:
        assert part["type"] in ("string", "boolean"), name


def made(method: type[Hider], end: str, **outline: Any) -> Hider:
    return method(method.Params(**getattr(ROWS[method.id], end), **outline))


def moment(index: int = 0) -> Moment:
    return Moment(index, index / 25, "t", np.random.default_rng(index))


def region_of(box: tuple[float, float, float, float], hider: Hider, size: tuple[int, int] = SIZE) -> Region:
    area = region(np.array(box, np.float32), size, hider.params, "00000000")
    assert area is not None
    return area


def frame(size: tuple[int, int] = SIZE, scale: float = 1) -> Picture:
    """The portrait in the planes of a picture, uint8 4:2:0."""
    whole = skimage.data.astronaut()
    if scale < 1:
        whole = cv2.GaussianBlur(whole, (0, 0), 0.4 / scale).astype(np.uint8)
    corner = scale / 2 - 0.5  # cv2 counts from the centres of pixels
    rgb = cv2.warpAffine(whole, np.array([[scale, 0, corner], [0, scale, corner]]), size, flags=cv2.INTER_LINEAR)
    blank, colours = np.empty(rgb.shape[:2], np.uint8), Colours(matrix=1)
    return Picture(*Picture(blank, blank, blank, colours).planes(rgb.astype(np.uint8)), colours)


def planes(picture: Picture) -> tuple[Pixels, Pixels, Pixels]:
    return picture.y, picture.u, picture.v


def hidden_face(hider: Hider, pixels: int) -> np.ndarray:
    """The hidden face alone, float64 (100, 100, 3), from a picture in which it is so many px high."""
    scale = pixels / (FACE[3] - FACE[1])
    size = round(SIZE[0] * scale) // 2 * 2, round(SIZE[1] * scale) // 2 * 2
    box = tuple(side * scale for side in FACE)
    picture, area = frame(size, scale), region_of((box[0], box[1], box[2], box[3]), hider, size)
    hidden = hider.hide(picture.rgb(area.rect), area, moment())
    step, (x, y) = pixels / 100, (side - start for side, start in zip(box[:2], area.rect[:2], strict=True))
    smooth = cv2.GaussianBlur(hidden, (0, 0), max(2 * step, 0.1))
    place = np.array([[step, 0, x + step / 2 - 0.5], [0, step, y + step / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(smooth, place, (100, 100), flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(float)


def rendering(hider: Hider) -> Iterator[piece.Renderer]:
    """Hides one face that stands still for ten frames."""
    frames = np.arange(10, dtype=np.int32)
    track = Track(
        "00000000", "face", frames, np.tile(np.array(BOXES["inside"], np.float32), (10, 1)),
        np.full(10, SEEN, np.uint8), np.ones(10, np.float32),
    )
    film: Any = SimpleNamespace(upright=SIZE, time_base=Fraction(1, 25), name="film")
    timeline = Timeline(frames.astype(np.int64), 1)
    renderer = piece.Renderer(film, timeline, Plan((track,), (), 0), (piece.Hiding("face", hider),))
    yield renderer
    renderer.close()
