"""The data that passes from room to room: frozen, plain, without pixels of anybody.

Coordinates are float32 and continuous, in pixels of the upright picture (after rotation and mirroring, before pixel
aspect): (0, 0) is the outer corner of the first pixel, centres lie at +0.5. Boxes are ``x1 y1 x2 y2``; they may leave
the picture and are clipped only when drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Kind = Literal["face", "head", "person", "plate", "text"]
Shape = Literal["ellipse", "box"]

#: how a frame's box of a track came about
State = Literal["seen", "filled", "guessed", "mended", "by hand", "spared", "followed", "placed", "hinted"]
SEEN, FILLED, GUESSED, MENDED, BY_HAND, SPARED, FOLLOWED, PLACED, HINTED = range(9)
STATES: tuple[State, ...] = (
    "seen",
    "filled",
    "guessed",
    "mended",
    "by hand",
    "spared",
    "followed",
    "placed",
    "hinted",
)


class Store(Protocol):
    """Keeps bytes by key; may forget any of them."""

    def get(self, key: str) -> bytes | None:
        """The value, or none."""

    def put(self, key: str, value: bytes) -> None:
        """Keep a value."""


@dataclass(frozen=True)
class Span:
    """Frames ``start <= index < stop`` in order of presentation."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    @staticmethod
    def runs(flags: NDArray[np.bool_]) -> tuple[Span, ...]:
        """Runs of true values of bool (F,)."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
        return tuple(Span(int(start), int(stop)) for start, stop in edges.reshape(-1, 2))

    @staticmethod
    def flags(spans: Iterable[Span], frames: int) -> NDArray[np.bool_]:
        """bool (F,): frames that lie in one of the spans, the inverse of ``runs``."""
        flags = np.zeros(frames, bool)
        for span in spans:
            flags[span.start : span.stop] = True
        return flags


@dataclass(frozen=True)
class Detections:
    """What one or more producers found; N rows, sorted by frame.

    frame: int32 (N,). box: float32 (N, 4), px. score: float32 (N,), 0 to 1. kind: one for all rows.
    points: float32 (N, K, 2), px, NaN where a producer gives none. producer: int16 (N,), index into ``producers``.
    """

    frame: NDArray[np.int32]
    box: Float
    score: Float
    points: Float
    producer: NDArray[np.int16]
    producers: tuple[str, ...]
    kind: Kind = "face"

    def __len__(self) -> int:
        return len(self.frame)

    def part(self, rows: NDArray[np.bool_]) -> Detections:
        """Some of the rows. rows: bool (N,)."""
        columns = {name: getattr(self, name)[rows] for name in ("frame", "box", "score", "points", "producer")}
        return replace(self, **columns)

    @staticmethod
    def none(kind: Kind) -> Detections:
        """Nothing found, by nobody."""
        empty = np.zeros(0, np.float32)
        return Detections(
            np.zeros(0, np.int32), empty.reshape(0, 4), empty, empty.reshape(0, 0, 2), np.zeros(0, np.int16), (), kind
        )


@dataclass(frozen=True)
class Looks:
    """Who looked at which frame, and how it went: "looked and not found" is evidence, "not looked" is none.

    ran: bool (P, F): producer p ran on frame f without a fault. asked: bool (P, F): it was to look there.
    notes: for each fault, one sentence with producer and frame.
    aside: producers that see each picture turned or blurred: they may find more people, and vouch for no picture.
    """

    producers: tuple[str, ...]
    asked: NDArray[np.bool_]
    ran: NDArray[np.bool_]
    notes: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()

    def of(self, producers: tuple[str, ...]) -> Looks:
        """Those of some producers alone, without notes."""
        rows = [place for place, name in enumerate(self.producers) if name in producers]
        return Looks(tuple(self.producers[row] for row in rows), self.asked[rows], self.ran[rows], aside=self.aside)


@dataclass(frozen=True)
class Track:
    """One face (head, person ...) followed through consecutive frames.

    frame: int32 (T,), consecutive. box: float32 (T, 4), px, smoothed, never smaller than what was detected.
    state: uint8 (T,), index into ``STATES``; a spared box is not hidden. score: float32 (T,), NaN where not seen.
    starts, ends: why it has no earlier or later frame. id: from the first detection, so it survives a new link.
    """

    id: str
    kind: Kind
    frame: NDArray[np.int32]
    box: Float
    state: NDArray[np.uint8]
    score: Float
    support: tuple[str, ...] = ()
    starts: Literal["start", "cut", "edge", "found", "by hand"] = "found"
    ends: Literal["end", "cut", "edge", "lost", "by hand"] = "lost"

    def __len__(self) -> int:
        return len(self.frame)

    def part(self, rows: slice | NDArray[np.bool_]) -> Track:
        """Some consecutive frames of it, under its name. rows: of its own; as a mask bool (T,)."""
        return replace(
            self, frame=self.frame[rows], box=self.box[rows], state=self.state[rows], score=self.score[rows]
        )


@dataclass(frozen=True)
class Region:
    """The pixels of one frame that one track hides.

    rect: ``x1 y1 x2 y2`` in whole pixels on the chroma grid (even), inside the picture.
    core: bool (h, w), must be replaced; constant on each 2x2 block of the chroma grid.
    feather: uint8 (h, w), weight of the new pixels outside the core (0 inside the core and where nothing changes).
    box: the unclipped face (head ...) box the region was made from, px: what "relative to its size" refers to.
    """

    rect: tuple[int, int, int, int]
    core: NDArray[np.bool_]
    feather: Pixels
    box: tuple[float, float, float, float]
    track: str

    @property
    def size(self) -> float:
        """Longer side of the hidden thing, px."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1], 1.0)


@dataclass(frozen=True)
class Colours:
    """How the samples of a picture are to be read (ITU-T H.273 code points)."""

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    full_range: bool = False


@dataclass(frozen=True)
class Sound:
    """The one sound track that may be kept."""

    index: int
    codec: str
    channels: int
    rate: int
    tracks: int


@dataclass(frozen=True)
class Video:
    """Facts of a source, from its headers and packets; read in a limited child.

    stored, upright: width and height in pixels, as coded and after the display matrix.
    turns: quarter turns clockwise to upright; mirrored: left-right flip, before the turns.
    pixel_aspect: of the upright picture. zero: seconds that a player shows as 0.
    packets: those with a picture to show; discarded: those that an edit list hides.
    keys: presentation times (in ``time_base``) of key frames, sorted. seekable: reading may start at any of them.
    index: of the picture track in the file. duration: seconds to the end of the last track.
    stamp: device, inode, bytes and time of change of the file when it was probed.
    dropped: in words, what of the file is left out. damage: in words, what its packets show of a loss.
    """

    path: str
    name: str
    sha256: str
    bytes: int
    index: int
    container: str
    codec: str
    pixel_format: str
    stored: tuple[int, int]
    upright: tuple[int, int]
    turns: int
    mirrored: bool
    pixel_aspect: Fraction
    time_base: Fraction
    frame_rate: Fraction
    zero: Fraction
    packets: int
    discarded: int
    keys: tuple[int, ...]
    seekable: bool
    interlaced: bool
    colours: Colours
    sound: Sound | None
    duration: float
    dropped: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    stamp: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Timeline:
    """When each frame is shown, from decoding it once.

    pts: int64 (F,), strictly increasing, in the source's time base. last: duration of the last frame, same unit.
    lost: spans whose pictures cannot be trusted (damage), to be covered wholly.
    """

    pts: NDArray[np.int64]
    last: int
    lost: tuple[Span, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pts)


@dataclass(frozen=True)
class Plan:
    """Who is hidden where. covered: spans whose whole picture is replaced."""

    tracks: tuple[Track, ...]
    covered: tuple[Span, ...]
    seed: int


@dataclass(frozen=True)
class Film:
    """What a method may know of the whole film before it hides anything."""

    size: tuple[int, int]
    frames: int
    seed: int


@dataclass(frozen=True)
class Moment:
    """Where a method is. random: drawn from recipe seed, track and frame, so the same in every run."""

    frame: int
    seconds: float
    track: str
    random: np.random.Generator = field(repr=False)
