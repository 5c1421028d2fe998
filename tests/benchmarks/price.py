"""What each measure against leaks costs: frames per second without it, and what is painted falsely.

    python tests/benchmarks/price.py [SHARED] [--runs N]

Speed is of whole processes on the looped 720p clip of ``faces.py``, each with an empty cache; the variants take turns.
False masking is that of the scorer, over the annotated clips that show nobody and two that show few.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.faces import LEAST_FRAMES, SHARED, SPEED_CLIPS, loop, scored  # noqa: E402

#: clips whose falsely painted share is measured
PLAIN = ("n_none/intel_cars.mp4", "n_none/openmpf_dog.mp4", "n_none/sam2_coffee.mp4", "b_conv/egoblur_face.mp4")
Plain = dict[str, Any]


def without(
    *, size: int = 0, turn: bool = False, steady: bool = False, closely: bool = False
) -> Callable[[Plain], None]:
    """Leave detectors of a kind out of a recipe's plain data."""

    def change(recipe: Plain) -> None:
        recipe["detect"] = [
            step
            for step in recipe["detect"]
            if not (
                step["params"].get("size") == size
                or (turn and step["params"].get("turn"))
                or (steady and step["params"].get("steady", 1) > 1)
                or (closely and step["closely"])
            )
        ]

    return change


def setting(part: str, key: str, value: Any) -> Callable[[Plain], None]:
    """Set one value of a recipe's plain data."""

    def change(recipe: Plain) -> None:
        recipe[part][key] = value

    return change


def persons(recipe: Plain) -> None:
    """Look for nobody but faces."""
    recipe["detect"] = [step for step in recipe["detect"] if step["method"] != "detect.yolox"]


MEASURES: dict[str, tuple[Callable[[Plain], None], ...]] = {
    "the default": (),
    "without the look for small faces (1280 px)": (without(size=1280),),
    "without turned looks": (without(turn=True),),
    "without the steadied look": (without(steady=True),),
    "without people and their heads": (persons,),
    "without the second look at hints": (without(closely=True),),
    "without following by the picture": (setting("track", "follow", 0),),
    "without hiding and searching again": (setting("audit", "rounds", 0),),
    "without the search": (setting("audit", "on", False),),
    "without all of these": (
        without(size=1280, turn=True, steady=True, closely=True),
        persons,
        setting("track", "follow", 0),
        setting("audit", "on", False),
    ),
}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--frames", type=int, default=LEAST_FRAMES, help="of the looped clip, at least")
    arguments = parser.parse_args()
    media = arguments.shared / "media"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        fewer, looped = narrowed(arguments.shared, work / "shared"), work / "looped.mp4"
        frames = loop(media / SPEED_CLIPS["720p"][0], looped, arguments.frames)
        recipes = {title: written(work, number, changes) for number, (title, changes) in enumerate(MEASURES.items())}
        speeds: dict[str, list[float]] = {title: [] for title in recipes}
        for run in range(arguments.runs):
            for title, recipe in recipes.items():
                seconds = masked([looped], work / "speed", work / f"data {run} {recipe.stem}", recipe)
                speeds[title].append(frames / seconds)
        print("| | frames a second | falsely painted |\n|---|---|---|")
        for title, recipe in recipes.items():
            out = work / recipe.stem
            for name in PLAIN:
                masked([media / name], out / Path(name).parent, work / f"data {recipe.stem}", recipe)
            stray = scored(fewer, out)["false_masking_by_clip"]
            print(f"| {title} | {statistics.median(speeds[title]):.1f} | {sum(stray.values()):.2%} |", flush=True)
    return 0


def narrowed(shared: Path, target: Path) -> Path:
    """The shared folder as the scorer knows it, with the truth of ``PLAIN`` alone."""
    (target / "media").mkdir(parents=True)
    (target / "tools").symlink_to((shared / "tools").resolve())
    for name in {Path(name).parent.name for name in PLAIN}:
        (target / "media" / name).symlink_to((shared / "media" / name).resolve())
    truth = json.loads((shared / "media" / "face_boxes.json").read_text())
    truth["clips"] = {name: clip for name, clip in truth["clips"].items() if name in PLAIN}
    (target / "media" / "face_boxes.json").write_text(json.dumps(truth))
    return target


def written(work: Path, number: int, changes: Sequence[Callable[[Plain], None]]) -> Path:
    """The default preset in magenta, changed, as a file."""
    from maskanyone import Recipe

    recipe = Recipe.preset("faces").with_values(["hide.face.colour=#ff00ff"]).data()
    for change in changes:
        change(recipe)
    path = work / f"variant{number}.json"
    path.write_text(json.dumps(recipe))
    return path


def masked(clips: Sequence[Path], out: Path, data: Path, recipe: Path) -> float:
    """Seconds that the command line takes."""
    command = [str(Path(sys.executable).with_name("maskanyone")), "mask", *map(str, clips), "-o", str(out)]
    began = time.perf_counter()
    subprocess.run(
        [*command, "--overwrite", "--recipe", str(recipe)],
        check=True,
        env=os.environ | {"MASKANYONE_DATA": str(data)},
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
