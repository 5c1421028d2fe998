"""Facts of films that nobody shot: made-up detections, looks and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskanyone.data import SEEN, Detections, Float, Looks, Track
from maskanyone.track import Links, TrackParams, link

SIZE = (640, 360)
unhurried = settings(deadline=None)  # the first example that needs scipy waits for its import
EVERYTHING = TrackParams(start=0, confirm=0)


@dataclass(frozen=True)
class Facts:
    """All that ``link`` asks for, but the parameters."""

    detections: Detections
    looks: Looks
    change: NDArray[np.float32]
    times: NDArray[np.float64]
    size: tuple[int, int] = SIZE

    def link(self, params: TrackParams = EVERYTHING) -> Links:
        return link(self.detections, self.looks, self.change, self.times, self.size, params)


def detections(rows: Sequence[tuple[int, Sequence[float], float, int]], producers: int = 3) -> Detections:
    """Of (frame, box, score, producer)."""
    return Detections(
        frame=np.array([row[0] for row in rows], np.int32),
        box=np.array([row[1] for row in rows], np.float32).reshape(-1, 4),
        score=np.array([row[2] for row in rows], np.float32),
        points=np.full((len(rows), 0, 2), np.nan, np.float32),
        producer=np.array([row[3] for row in rows], np.int16),
        producers=tuple(f"maker {number}" for number in range(producers)),
    )


def looks(ran: NDArray[np.bool_]) -> Looks:
    """Of bool (P, F)."""
    return Looks(tuple(f"maker {number}" for number in range(len(ran))), np.ones_like(ran), ran)


def facts(
    rows: Sequence[tuple[int, Sequence[float], float, int]], frames: int, rate: float = 30.0,
    cuts: Sequence[int] = (), times: NDArray[np.float64] | None = None, size: tuple[int, int] = SIZE,
) -> Facts:
    """A film in which a producer looked at every frame."""
    change = np.ones(frames, np.float32)
    change[list(cuts)] = 90
    seconds = np.arange(frames) / rate if times is None else times
    return Facts(detections(rows), looks(np.ones((3, frames), bool)), change, seconds, size)


def box(x: float, y: float, width: float = 40, height: float = 50) -> tuple[float, float, float, float]:
    """Around a middle."""
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def middles(boxes: Float) -> NDArray[np.float64]:
    """(N, 4) to (N, 2)."""
    return np.asarray((boxes[:, :2].astype(float) + boxes[:, 2:]) / 2)


def holds(outer: Float, inner: Float) -> NDArray[np.bool_]:
    """Whether boxes (N, 4) contain others, without tolerance."""
    return np.asarray((outer[..., :2] <= inner[..., :2]).all(-1) & (outer[..., 2:] >= inner[..., 2:]).all(-1))


def seen(track: Track) -> NDArray[np.int32]:
    """Frames in which it was detected."""
    return track.frame[track.state == SEEN]


def only(found: Links) -> Track:
    """The one track there is."""
    (track,) = found.tracks
    return track


def same(one: Links, other: Links) -> bool:
    """Equal to the last bit."""
    return (one.cuts, one.blind, len(one.tracks)) == (other.cuts, other.blind, len(other.tracks)) and all(
        (a.id, a.kind, a.support, a.starts, a.ends) == (b.id, b.kind, b.support, b.starts, b.ends)
        and all(
            np.array_equal(getattr(a, field), getattr(b, field), equal_nan=field != "frame")
            for field in ("frame", "box", "state", "score")
        )
        for a, b in zip(one.tracks, other.tracks, strict=True)
    )


@st.composite
def films(draw: st.DrawFn, most_frames: int = 40) -> Facts:
    """Up to four faces on wild ways, found now and then by up to three producers, under an uneven clock, with cuts."""
    frames = draw(st.integers(1, most_frames))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = random.choice([1 / 120, 1 / 30, 1 / 25, 0.1, 0.5], p=[0.2, 0.3, 0.3, 0.1, 0.1], size=frames)
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        width = random.uniform(8, 120)
        place, pace = random.uniform((0, 0), SIZE), random.uniform(0, 1.5) * width
        sight = random.uniform(0, 1)
        for frame in range(frames):
            place = place + random.normal(0, pace / 4, 2)
            for producer in np.flatnonzero(random.random(3) < sight):
                edges = np.array(box(*place, width, width * 1.25)) + random.normal(0, width / 20, 4)
                rows.append((frame, edges.tolist(), float(random.uniform(0.05, 1)), int(producer)))
    rows.sort(key=lambda row: row[0])
    ran = random.random((3, frames)) < draw(st.sampled_from([0.0, 0.2, 1.0]))
    cuts = draw(st.lists(st.integers(1, frames - 1), max_size=2)) if frames > 1 else []
    film = facts(rows, frames, cuts=cuts, times=np.cumsum(steps) - steps[0])
    return replace(film, looks=looks(ran))
