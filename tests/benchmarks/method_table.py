"""Draw every hiding method at four strengths and on further scenes: a table of pictures to be looked at.

    python tests/benchmarks/method_table.py                                    the made sample, docs/methods.png
    python tests/benchmarks/method_table.py --boxes face_boxes.json CLIP ...   real clips, sheets/methods_CLIP.png

Everything goes the way of a real run: regions, planes and composition are those of ``maskanyone.render``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from maskanyone import sample
from maskanyone.data import Colours, Moment, Pixels
from maskanyone.hide import Hider, hiders
from maskanyone.render.compose import lay
from maskanyone.render.regions import region
from maskanyone.video.picture import Picture
from maskanyone.video.probe import probe
from maskanyone.video.read import read

ROOT = Path(__file__).resolve().parents[2]
STRENGTHS = (0.1, 0.3, 0.6, 1.0)
TILE, GAP, LEFT, TOP = 188, 6, 108, 34
PAPER, WORDS, QUIET = (255, 255, 255), (34, 33, 31), (101, 99, 94)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shot:
    """A frame and the faces in it, the first of which is looked at. name: stands above its column."""

    name: str
    picture: Picture
    boxes: tuple[Box, ...]

    def shown(self, hider: Hider | None) -> Pixels:
        """The square around the first face, uint8 (TILE, TILE, 3), with every face hidden."""
        before = self.picture
        picture = Picture(before.y.copy(), before.u.copy(), before.v.copy(), before.colours)
        if hider is not None:
            for box in self.boxes:
                hide(picture, box, hider)
        return around(picture.rgb(), self.boxes[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path, help="recordings; without any, the made sample")
    parser.add_argument("--boxes", type=Path, help="JSON: clips by folder and name, with their frames' face boxes")
    chosen = parser.parse_args()
    if not chosen.clips:
        save(sheet(made_shots()), ROOT / "docs" / "methods.png")
    elif chosen.boxes is None:
        parser.error("recordings need --boxes")
    known = json.loads(chosen.boxes.read_text("utf-8"))["clips"] if chosen.boxes else {}
    for clip in chosen.clips:
        frames = known["/".join(clip.resolve().parts[-2:])]["frames"]
        save(sheet(real_shots(clip, frames)), ROOT / "sheets" / f"methods_{clip.stem}.png")


def made_shots() -> list[Shot]:
    """One frame of each scene of the sample that shows somebody."""
    wanted = {"portrait": 0.2, "walking by": 0.5, "far away": 0.25, "dark, leaning": 0.7}
    truth, pictures = sample.truth(), list(sample.frames())
    starts, stops = (0, *truth.cuts), (*truth.cuts, len(truth))
    shots = []
    for (name, share), start, stop in zip(wanted.items(), starts, stops, strict=False):
        index = round(start + share * (stop - start))
        boxes = tuple(face.box for face in sorted(truth.faces[index], key=lambda face: face.box[2] - face.box[0]))
        shots.append(Shot(name, picture_of(pictures[index]), boxes))
    return shots


def real_shots(clip: Path, annotated: dict[str, list[Any]]) -> list[Shot]:
    """The annotated frame with the largest face, and three spread over the clip."""
    faces = {
        int(index): tuple(sorted(map(box_of, rows), key=lambda box: box[1] - box[3]))
        for index, rows in annotated.items()
        if rows
    }
    first = max(faces, key=lambda index: faces[index][0][3] - faces[index][0][1])
    others = sorted(set(faces) - {first})
    spread = [others[round((len(others) - 1) * share)] for share in (0.1, 0.5, 0.9)]
    pictures = {}
    for frame in read(probe(clip)):
        if frame.index in {first, *spread}:
            pictures[frame.index] = frame.opened()[1]
        if len(pictures) == len({first, *spread}):
            break
    return [Shot(f"frame {index}", pictures[index], faces[index]) for index in (first, *spread)]


def sheet(shots: Sequence[Shot]) -> Image.Image:
    """Rows: before, then each method. Columns: the first shot at each strength, then the others as the method comes."""
    rows: list[tuple[str, str, list[Pixels]]] = []
    rows.append(("Before", "", [shots[0].shown(None)] * len(STRENGTHS) + [shot.shown(None) for shot in shots[1:]]))
    for method in hiders():
        tiles = [shots[0].shown(made(method, strength)) for strength in STRENGTHS]
        tiles += [shot.shown(made(method)) for shot in shots[1:]]
        rows.append((method.title, default(method), tiles))
    heads = [(f"strength {s:g}", shots[0].name) for s in STRENGTHS] + [("default", shot.name) for shot in shots[1:]]
    return drawn(rows, heads)


def made(method: type[Hider], strength: float | None = None) -> Hider:
    values = {"strength": strength} if strength and "strength" in method.Params.model_fields else {}
    return method(method.Params.model_validate(values))


def default(method: type[Hider]) -> str:
    strength = method.Params.model_fields.get("strength")
    return f"default {strength.default:g}" if strength else "no strength"


def drawn(rows: Sequence[tuple[str, str, list[Pixels]]], heads: Sequence[tuple[str, str]]) -> Image.Image:
    step = TILE + GAP
    page = Image.new("RGB", (LEFT + step * len(heads) + GAP, TOP + step * len(rows)), PAPER)
    pen, font, small = ImageDraw.Draw(page), ImageFont.load_default(16), ImageFont.load_default(13)
    for column, (head, note) in enumerate(heads):
        x = LEFT + step * column
        pen.text((x, 8), head, WORDS, font)
        pen.text((x + pen.textlength(head, font) + 8, 10), note, QUIET, small)
    for row, (title, note, tiles) in enumerate(rows):
        y = TOP + step * row
        pen.text((GAP + 4, y), title, WORDS, font)
        pen.text((GAP + 4, y + 22), note, QUIET, small)
        for column, tile in enumerate(tiles):
            page.paste(Image.fromarray(tile), (LEFT + step * column, y))
    return page


def hide(picture: Picture, box: Box, hider: Hider) -> None:
    area = region(np.array(box, np.float32), picture.size, hider.params, "00000000")
    if area is not None:
        crop = picture.rgb(area.rect)
        lay(picture, hider.hide(crop, area, Moment(0, 0.0, area.track, np.random.default_rng(0))), area)


def around(rgb: Pixels, box: Box) -> Pixels:
    """A square of two and a quarter faces, or what of the picture is as large."""
    side = round(min(2.25 * max(box[2] - box[0], box[3] - box[1]), *rgb.shape[:2]))
    x, y = (round(min(max((box[n] + box[n + 2] - side) / 2, 0), rgb.shape[1 - n] - side)) for n in (0, 1))
    how = cv2.INTER_AREA if side > TILE else cv2.INTER_CUBIC
    return cv2.resize(rgb[y : y + side, x : x + side], (TILE, TILE), interpolation=how).astype(np.uint8)


def picture_of(rgb: Pixels) -> Picture:
    blank, colours = np.empty(rgb.shape[:2], np.uint8), Colours(matrix=1)
    return Picture(*Picture(blank, blank, blank, colours).planes(rgb), colours)


def box_of(row: Sequence[Any]) -> Box:
    x, y, width, height = row[:4]
    return float(x), float(y), float(x + width), float(y + height)


def save(page: Image.Image, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    page.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {page.width} x {page.height} px")


if __name__ == "__main__":
    main()
