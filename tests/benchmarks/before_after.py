"""Draw the README's picture, docs/before-after.jpg: three moments of the made sample, before and after the preset."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import av
import numpy as np
from PIL import Image

import maskanyone
from maskanyone.data import Pixels
from maskanyone.sample import make

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = (30, 131, 205)
WIDTH, HEIGHT, GAP = 448, 252, 8


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.mp4", Path(folder) / "after.mp4"
        make(before)
        maskanyone.mask(before, after, "faces")
        rows = [pictures(before), pictures(after)]
    sheet = Image.new("RGB", (len(MOMENTS) * (WIDTH + GAP) - GAP, 2 * (HEIGHT + GAP) - GAP), "white")
    for row, shown in enumerate(rows):
        for column, picture in enumerate(shown):
            small = Image.fromarray(picture).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
            sheet.paste(small, (column * (WIDTH + GAP), row * (HEIGHT + GAP)))
    sheet.save(ROOT / "docs" / "before-after.jpg", quality=90, subsampling=0)
    return 0


def pictures(clip: Path) -> list[Pixels]:
    with av.open(str(clip)) as opened:
        frames = {n: frame for n, frame in enumerate(opened.decode(video=0)) if n in MOMENTS}
        return [np.asarray(frames[n].to_ndarray(format="rgb24"), np.uint8) for n in MOMENTS]


if __name__ == "__main__":
    sys.exit(main())
