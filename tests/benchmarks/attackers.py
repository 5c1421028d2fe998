"""What software still recognises in masked faces: every hider at several strengths against two kinds of attackers.

    python tests/benchmarks/attackers.py [SHARED] [--work FOLDER] [--out FILE] [--sheets FOLDER]

Faces come from the shared clips, found, followed and hidden as for a film, before encoding. Each is then aligned by the
points of the clear picture. An *ignorant* attacker compares masked probes with clear pictures; a *parrot* has masked
its gallery in the same way and trained on it. Both look with two networks that had no part in masking, which run in an
environment that this script makes (in ``--work``, which it keeps and uses again, else in a temporary folder); a further
parrot compares pixels. Definitions: docs/attackers.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from maskanyone.data import Colours, Float, Moment, Pixels, Region  # noqa: E402
from maskanyone.hide import HideParams, Hider, hiders  # noqa: E402
from maskanyone.hide.solid import Solid  # noqa: E402
from maskanyone.render.compose import lay  # noqa: E402
from maskanyone.render.regions import region  # noqa: E402
from maskanyone.video.picture import Picture  # noqa: E402
from tests.benchmarks.faces import machine  # noqa: E402
from tests.benchmarks.networks import NETWORKS, RUNTIMES, Embedders, Network  # noqa: E402
from tests.benchmarks.people import MOVED, PEOPLE, Shot, gathered  # noqa: E402
from tests.benchmarks.recognition import Figure, Vectors, ignorant, parrot, rank1, verification  # noqa: E402

SHARED = ROOT.parent / "shared"

STRENGTHS: tuple[float | None, ...] = (0.1, 0.3, None, 0.75, 1.0)  # None: the method's default
FEWER: tuple[float | None, ...] = (0.1, None, 1.0)  # for faces made smaller
SIZES = (112, 48)  # px; longer side of the face
COLOURS = Colours(matrix=1)

#: five points of a face: eyes, nose, corners of the mouth, px in the aligned picture that each network was trained with
PLACES = {
    112: ((38.3, 51.6), (73.5, 51.6), (56.0, 71.7), (41.5, 92.3), (70.7, 92.3)),
    150: ((47.5, 46.6), (100.3, 46.6), (74.0, 76.6), (50.4, 103.0), (97.6, 103.0)),
}


class Mean(Hider):
    """The face's mean colour and nothing else: what light and camera alone tell of a recording."""

    id, title, protects, shows = "mean", "Mean colour", "", ""

    def hide(self, crop: Pixels, region: Region, moment: Moment) -> Pixels:
        mean = crop[region.core].mean(axis=0).round()
        return np.broadcast_to(mean.astype(np.uint8), crop.shape).copy()


#: not methods, but what the parrots learn from light and outline alone
CONTROLS = {"control: outline alone": Solid(Solid.Params(colour="#ffffff")), "control: mean colour": Mean(HideParams())}


PIXELS = "pixels"


@dataclass(frozen=True)
class Row:
    """One way to show the faces. view: ``inside`` is what lies inside the region alone, ``whole`` what a film shows.

    method, strength: of the hider, none for the clear picture. size: longer side of the face, px, none as it was.
    """

    view: str
    method: str
    hider: Hider | None
    strength: float | None = None
    default: bool = False
    size: int | None = None
    networks: tuple[Network, ...] = NETWORKS


def main() -> int:
    """Print and write the table; exit 1 where a method called "gone" is recognised better than by chance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks" / "attackers.json")
    parser.add_argument("--sheets", type=Path, help="folder for pictures of what the attackers see")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        look = Embedders(work)
        shots = gathered(arguments.shared / "media", work)
        print(f"{len(shots)} pictures of {len(PEOPLE)} people after {time.perf_counter() - began:.0f} s", flush=True)
        report = measured(shots, look, arguments.sheets)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(written(report))
    print(table(report))
    return 0 if all(near_chance(row) for row in report["rows"] if (row["view"], row["method"]) == SOLID_ROW) else 1


SOLID_ROW = ("inside", Solid.id)


# ---- what is shown ---------------------------------------------------------------------------------------------


def rows() -> Iterator[Row]:
    """All that is measured, the clear picture first in each view and size: it is the ignorant attacker's gallery."""
    for size in (None, *SIZES):
        networks = NETWORKS if size is None else NETWORKS[:1]
        yield Row("inside", "clear", None, size=size, networks=networks)
        for method in hiders():
            given = method.Params.model_fields.get("strength")
            if given is None:
                yield Row("inside", method.id, made(method), None, True, size, networks)
                continue
            for strength in STRENGTHS if size is None else FEWER:
                value = given.default if strength is None else strength
                yield Row("inside", method.id, made(method, strength=value), value, strength is None, size, networks)
        if size is None:
            for name, hider in CONTROLS.items():
                yield Row("inside", name, hider)
    yield Row("whole", "clear", None)
    for margin in (0.0, 0.2, 0.5):
        for shape in ("ellipse", "box"):
            if margin == 0.2 or shape == "ellipse":
                name = f"{Solid.id}, margin {margin:g}, {shape}"
                yield Row("whole", name, made(Solid, margin=margin, shape=shape))
    for method in hiders():
        given = method.Params.model_fields.get("strength")
        if given is not None:
            yield Row("whole", method.id, made(method), given.default, True)


def made(method: type[Hider], **values: Any) -> Hider:
    return method(method.Params.model_validate(values))


def shown(shot: Shot, row: Row) -> Pixels:
    """The cut as the row shows it. Outside the region of a default mask ``inside`` is plain, the same for all."""
    picture = picture_of(shot.cut)
    if row.hider is not None:
        area = region(shot.box, picture.size, row.hider.params, "0")
        assert area is not None
        hidden = row.hider.hide(picture.rgb(area.rect), area, Moment(0, 0.0, "0", np.random.default_rng(0)))
        lay(picture, hidden, area)
    rgb = picture.rgb()
    if row.view == "inside":
        around = region(shot.box, picture.size, made(Solid).params, "0")
        assert around is not None
        rgb[~inner(around, rgb.shape[:2])] = PLAIN
    return rgb


def inner(area: Region, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Bool (h, w): the core but for the pixels at its edge, whose colour comes in part from outside."""
    inside = np.zeros(shape, np.uint8)
    x1, y1, x2, y2 = area.rect
    inside[y1:y2, x1:x2] = area.core
    return cv2.erode(inside, np.ones((5, 5), np.uint8), borderValue=1) > 0


def picture_of(rgb: Pixels) -> Picture:
    blank = np.empty(rgb.shape[:2], np.uint8)
    return Picture(*Picture(blank, blank, blank, COLOURS).planes(rgb), COLOURS)


def plain() -> Pixels:
    """The fill's colour as it comes out of a film's planes, uint8 (3,): a filled face cannot be told from around it."""
    solid = made(Solid)
    area = Region((0, 0, 8, 8), np.ones((8, 8), bool), np.zeros((8, 8), np.uint8), (0, 0, 8, 8), "0")
    picture = picture_of(np.zeros((8, 8, 3), np.uint8))
    lay(picture, solid.hide(picture.rgb(), area, Moment(0, 0.0, "0", np.random.default_rng(0))), area)
    return np.asarray(picture.rgb()[4, 4], np.uint8)


PLAIN = plain()


def aligned(picture: Pixels, points: Float, side: int) -> Pixels:
    """The face upright in a square of ``side`` px, its points as near to a network's places as may be."""
    matrix = similarity(points, np.array(PLACES[side]))
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    if scale < 0.67:  # made smaller first, so that no pixel is skipped
        size = max(2, round(picture.shape[1] * scale)), max(2, round(picture.shape[0] * scale))
        by = np.array(size) / picture.shape[1::-1]
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = similarity(points * by, np.array(PLACES[side]))
    border = tuple(int(n) for n in PLAIN)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=border), np.uint8
    )


def similarity(points: Any, places: Any) -> Any:
    """2x3 matrix that turns, scales and moves points onto places with the least squares (Umeyama 1991)."""
    start, goal = points.mean(axis=0), places.mean(axis=0)
    left, right = (points - start) @ [1, 1j], (places - goal) @ [1, 1j]
    turn = np.vdot(left, right) / np.vdot(left, left).real
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.hstack([linear, (goal - linear @ start)[:, None]])


def evened(faces: Pixels) -> Vectors:
    """Pixels as vectors (N, D): 28 x 28, without each colour's mean and contrast, which are mostly the camera's."""
    small = np.stack([cv2.resize(face, (28, 28), interpolation=cv2.INTER_AREA) for face in faces]).astype(np.float64)
    small -= small.mean(axis=(1, 2), keepdims=True)
    small /= np.maximum(small.std(axis=(1, 2), keepdims=True), 1)
    return small.reshape(len(small), -1)


# ---- what they achieve -----------------------------------------------------------------------------------------


def measured(shots: Sequence[Shot], look: Embedders, sheets: Path | None) -> dict[str, Any]:
    """The whole report."""
    people = np.array([shot.person for shot in shots], np.intp)
    probes = np.array([shot.probe for shot in shots])
    report: dict[str, Any] = {
        "machine": machine(),
        "people": len(PEOPLE),
        "gallery": int((~probes).sum()),
        "probes": int(probes.sum()),
        "chance": {"rank1": round(1 / len(PEOPLE), 4), "eer": 0.5},
        "face_px": [round(float(n)) for n in np.percentile([max(s.box[2:] - s.box[:2]) for s in shots], [0, 50, 100])],
        "weights": {network.name: network.weight.sha256 for network in NETWORKS},
        "runtimes": RUNTIMES,
        "rows": [],
    }
    clear: dict[str, Vectors] = {}
    sized = {size: [shot.scaled(size) if size else shot for shot in shots] for size in (None, *SIZES)}
    for row in rows():
        pictures = [shown(shot, row) for shot in sized[row.size]]
        faces = {
            side: np.stack([aligned(p, s.points, side) for p, s in zip(pictures, sized[row.size], strict=True)])
            for side in {network.side for network in row.networks}
        }
        seen = {network.name: look(network, faces[network.side]) for network in row.networks}
        seen[PIXELS] = evened(faces[112])
        clear = seen if row.hider is None else clear
        report["rows"].append(told(row, judged(seen, clear, people, probes)))
        print(line(report["rows"][-1]), flush=True)
        if sheets:
            save(sheets, row, faces, people, probes)
    return report


def judged(seen: dict[str, Vectors], clear: dict[str, Vectors], people: Any, probes: Any) -> dict[str, Any]:
    """Each attacker's figures by network."""
    attackers: dict[str, tuple[Callable[..., Vectors], dict[str, Vectors], list[str]]] = {
        "ignorant": (ignorant, clear, [name for name in seen if name != PIXELS]),
        "parrot": (parrot, seen, [name for name in seen if name != PIXELS]),
        "pixels": (parrot, seen, [PIXELS]),
    }
    result: dict[str, Any] = {}
    for attacker, (compare, gallery, names) in attackers.items():
        scores = {n: compare(gallery[n][~probes], people[~probes], seen[n][probes]) for n in names}
        result[attacker] = {
            name: {
                "rank1": figure(rank1(score, people[probes])),
                "eer": figure(verification(score, people[probes])),
                "other_shot": figure(rank1(*among(score, people[probes]))),
            }
            for name, score in scores.items()
        }
    return result


def among(scores: Vectors, truth: Any) -> tuple[Vectors, Any]:
    """The probes of those who are seen in two shots, still against everybody."""
    some = np.isin(truth, MOVED)
    return scores[some], truth[some]


def figure(found: Figure) -> dict[str, float]:
    return {key: round(value, 4) for key, value in asdict(found).items()}


def told(row: Row, attackers: dict[str, Any]) -> dict[str, Any]:
    """A row of the report; ``worst`` is the network that recognises most, for each figure by itself."""
    worst = {
        attacker: {
            "rank1": max((by[name]["rank1"] for name in by), key=lambda f: f["value"]),
            "eer": min((by[name]["eer"] for name in by), key=lambda f: f["value"]),
            "other_shot": max((by[name]["other_shot"] for name in by), key=lambda f: f["value"]),
        }
        for attacker, by in attackers.items()
    }
    return {
        "view": row.view,
        "method": row.method,
        "strength": row.strength,
        "default": row.default,
        "size": row.size,
        "attackers": attackers,
        "worst": worst,
    }


def written(report: dict[str, Any]) -> str:
    """JSON with a line for each row."""
    head = json.dumps({key: value for key, value in report.items() if key != "rows"}, indent=1)
    return head[:-2] + ',\n "rows": [\n  ' + ",\n  ".join(map(json.dumps, report["rows"])) + "\n ]\n}\n"


def near_chance(row: dict[str, Any]) -> bool:
    """Whether no attacker's interval lies wholly on the better side of chance."""
    return all(
        found["rank1"]["low"] <= 1 / len(PEOPLE) + 1e-4 and found["eer"]["high"] >= 0.5 - 1e-4
        for found in row["worst"].values()
    )


def line(row: dict[str, Any], keys: Sequence[str] = ("rank1", "eer")) -> str:
    """One row of the table in Markdown, %."""
    name = row["method"] + (f" {row['strength']:g}" if row["strength"] is not None else "")
    if row["default"] and row["strength"] is not None:
        name += " (default)"
    cells = [
        f"{100 * found[key]['value']:.0f} ({100 * found[key]['low']:.0f}–{100 * found[key]['high']:.0f})"
        for found in row["worst"].values()
        for key in keys
    ]
    return f"| {name} | {' | '.join(cells)} |"


def table(report: dict[str, Any]) -> str:
    """All tables in Markdown."""
    lines, chance = [], f" | {100 / report['people']:.0f} | 50"
    for view, size in dict.fromkeys((row["view"], row["size"]) for row in report["rows"]):
        lines += ["", f"{view}, {f'faces of at most {size} px' if size else 'faces as they are'}", ""]
        names = [f"{attacker} {key}" for attacker in ("ignorant", "parrot", "pixels") for key in ("rank-1", "EER")]
        lines += [f"| shown | {' | '.join(names)} |", "|---" * 7 + "|"]
        lines += [line(row) for row in report["rows"] if (row["view"], row["size"]) == (view, size)]
        lines += [f"| chance{chance * 3} |"]
    lines += ["", f"inside, rank-1 of the {len(MOVED)} people whose probes come from another shot", ""]
    lines += ["| shown | ignorant | parrot | pixels |", "|---" * 4 + "|"]
    lines += [line(row, ["other_shot"]) for row in report["rows"] if (row["view"], row["size"]) == ("inside", None)]
    return "\n".join(lines)


def save(folder: Path, row: Row, faces: Mapping[int, Pixels], people: Any, probes: Any) -> None:
    """One picture a person of gallery and probes, as the networks see them."""
    folder.mkdir(parents=True, exist_ok=True)
    for side, some in faces.items():
        strips = [
            np.hstack([some[(people == p) & (probes == w)][2] for p in range(len(PEOPLE))]) for w in (False, True)
        ]
        name = f"{row.view}_{row.size or 'own'}_{row.method}_{row.strength or ''}_{side}.png".replace(" ", "_")
        cv2.imwrite(str(folder / name), cv2.cvtColor(np.vstack(strips), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    sys.exit(main())
