"""Which detectors, at which sizes, should look at which frames? The table that decides the default.

Annotated clips are taken as they are and made hard by code (grain, dark, motion blur, small and compressed), each
detector configuration finds and follows faces in them, and its masks are compared with the truth by the definitions of
coverage, recall and false masking. Ideal masks, before encoding.

    python tests/benchmarks/detectors.py [MEDIA] [--out docs/benchmarks/detectors.json]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import cv2
import numpy as np

from maskanyone import Recipe, analyse
from maskanyone.render.regions import region
from maskanyone.store.cache import Cache

ROOT = Path(__file__).resolve().parents[2]
CENTER, YUNET = "detect.centerface", "detect.yunet"
OUTLINE = SimpleNamespace(margin=0.2, shape="ellipse", feather=0.0)


def step(method: str, size: int, every: int = 1, offset: int = 0, threshold: float = 0.2) -> dict[str, Any]:
    """One detector of a configuration."""
    return {"method": method, "params": {"size": size, "every": every, "offset": offset, "threshold": threshold}}


CONFIGURATIONS = {
    "CenterFace 640": [step(CENTER, 640)],
    "CenterFace 416": [step(CENTER, 416)],
    "CenterFace 640 and 416 in turn": [step(CENTER, 640, 2, 0), step(CENTER, 416, 2, 1)],
    "CenterFace 640 and 416, both": [step(CENTER, 640), step(CENTER, 416)],
    "CenterFace 640 and 416 in turn, YuNet 640": [
        step(CENTER, 640, 2, 0),
        step(CENTER, 416, 2, 1),
        step(YUNET, 640, 1, 0, 0.3),
    ],
    "CenterFace 640 in turn with YuNet 640": [step(CENTER, 640, 2, 0), step(YUNET, 640, 2, 1, 0.3)],
}


def grain(picture: Any, random: np.random.Generator) -> Any:
    """Night vision: strong noise."""
    return np.clip(picture + random.normal(0, 28, picture.shape), 0, 255).astype(np.uint8)


def dark(picture: Any, random: np.random.Generator) -> Any:
    """Under-exposed, with the noise that comes with it."""
    return np.clip(picture * 0.18 + random.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)


def motion(picture: Any, random: np.random.Generator) -> Any:
    """Blurred along a direction that changes slowly."""
    length = max(3, picture.shape[1] // 45) | 1
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turned = cv2.warpAffine(
        kernel,
        cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), random.uniform(0, 180), 1),
        (length, length),
    )
    return cv2.filter2D(picture, -1, turned / max(turned.sum(), 1e-6))


def coarse(picture: Any, random: np.random.Generator) -> Any:
    """Small and strongly compressed, then enlarged."""
    small = cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 12])[1]
    return cv2.resize(cv2.imdecode(packed, 1), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


HARDSHIPS: dict[str, Callable[[Any, np.random.Generator], Any] | None] = {
    "as it is": None,
    "grain": grain,
    "dark": dark,
    "motion blur": motion,
    "coarse": coarse,
}


def hardened(source: Path, target: Path, change: Callable[[Any, np.random.Generator], Any]) -> None:
    """Write a clip with every picture changed; frames and sizes stay."""
    random = np.random.default_rng(1)
    with av.open(str(source)) as before, av.open(str(target), "w") as after:
        stream = before.streams.video[0]
        made: Any = after.add_stream("libx264", rate=stream.average_rate, options={"crf": "16", "preset": "veryfast"})
        made.pix_fmt = "yuv420p"
        for number, frame in enumerate(before.decode(stream)):
            picture = change(frame.to_ndarray(format="rgb24"), random)
            if not made.codec_context.is_open:
                made.width, made.height = picture.shape[1] // 2 * 2, picture.shape[0] // 2 * 2
            new = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[: made.height, : made.width]), format="rgb24")
            new.pts, new.time_base = number, Fraction(1) / stream.average_rate
            after.mux(made.encode(new))
        after.mux(made.encode(None))


def judged(clip: Path, entry: dict[str, Any], recipe: Recipe, cache: Cache) -> dict[str, float]:
    """Counts of one clip under one configuration."""
    began = time.perf_counter()
    analysis = analyse(clip, recipe, cache=cache)
    row = dict.fromkeys(("faces", "covered", "bare", "turned", "turned_covered", "stray", "pixels"), 0.0)
    row |= {"seconds": time.perf_counter() - began, "frames": float(len(analysis.seen.timeline))}
    width, height = (n + n % 2 for n in analysis.video.upright)
    for number, boxes in entry["frames"].items():
        painted = np.zeros((height, width), bool)
        for track in analysis.links.tracks:
            at = int(number) - int(track.frame[0])
            if 0 <= at < len(track) and (area := region(track.box[at], (width, height), OUTLINE, track.id)) is not None:
                x1, y1, x2, y2 = area.rect
                painted[y1:y2, x1:x2] |= area.core
        for share, flags in shares(painted, boxes):
            name = "turned" if flags.get("turned") else "faces"
            row[name] += 1
            row["turned_covered" if flags.get("turned") else "covered"] += share >= 0.9
            row["bare"] += name == "faces" and share < 0.5
        if entry.get("everyone", True):
            outside = np.ones(painted.shape, bool)
            for x, y, w, h, *_ in boxes:
                outside[
                    max(0, int(y - h / 2)) : int(y + 1.5 * h + 1), max(0, int(x - w / 2)) : int(x + 1.5 * w + 1)
                ] = False
            row["stray"] += int((painted & outside).sum())
            row["pixels"] += int(outside.sum())
    return row


def shares(painted: Any, boxes: list[Any]) -> Iterator[tuple[float, dict[str, Any]]]:
    """For each true face that counts: the painted share of the ellipse inscribed in its box, and its flags."""
    ys, xs = np.ogrid[: painted.shape[0], : painted.shape[1]]
    for x, y, w, h, *rest in boxes:
        flags = rest[0] if rest else {}
        inside = ((xs + 0.5 - x - w / 2) / (w / 2)) ** 2 + ((ys + 0.5 - y - h / 2) / (h / 2)) ** 2 <= 1
        if not flags.get("ignore") and max(w, h) >= 12 and inside.any():
            yield float(painted[inside].mean()), flags


def main() -> int:
    """Print the table, one row a configuration and hardship."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("media", type=Path, nargs="?", default=ROOT.parent / "shared" / "media")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks" / "detectors.json")
    parser.add_argument("--frames", type=int, default=450, help="leave out clips longer than this")
    arguments = parser.parse_args()
    clips = json.loads((arguments.media / "face_boxes.json").read_text())["clips"]
    table: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "cache")
        for hardship, change in HARDSHIPS.items():
            made: dict[Path, dict[str, Any]] = {}
            for name, entry in clips.items():
                source = arguments.media / name
                with av.open(str(source)) as opened:
                    if opened.streams.video[0].frames > arguments.frames:
                        continue
                target = Path(folder) / hardship.replace(" ", "_") / (name.replace("/", "_") + ".mp4")
                target.parent.mkdir(exist_ok=True)
                if change is not None:
                    hardened(source, target, change)
                made[source if change is None else target] = entry
            for title, steps in CONFIGURATIONS.items():
                recipe = Recipe.parse(Recipe.preset("faces").model_dump(mode="json") | {"detect": steps})
                rows = [judged(clip, entry, recipe, cache) for clip, entry in made.items()]
                total = {key: sum(row[key] for row in rows) for key in rows[0]}
                table.append(
                    {
                        "hardship": hardship,
                        "detectors": title,
                        "recall": round(total["covered"] / total["faces"], 4),
                        "faces": int(total["faces"]),
                        "bare": int(total["bare"]),
                        "turned": f"{int(total['turned_covered'])} of {int(total['turned'])}",
                        "false_masking": round(total["stray"] / total["pixels"], 5),
                        "ms_a_frame": round(1000 * total["seconds"] / total["frames"], 1),
                    }
                )
                print(json.dumps(table[-1]), flush=True)
        cache.close()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(table, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
