"""Facts as artefacts: what a look at a span of frames gave, packed for the cache, and the spans of a film joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone.arrays import packed, unpacked
from maskanyone.data import Detections, Float, Kind, Looks, Span, Timeline, Video
from maskanyone.detect import Detector, DetectParams
from maskanyone.detect.answers import MOST_NOTES
from maskanyone.written import counted


@dataclass(frozen=True)
class Producer:
    """A detector at work. identity: everything that its answers depend on, plain data."""

    name: str
    detector: Detector
    identity: Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """The facts of a whole film. detections: of faces. people: of whole people. looks: of all producers.

    hinted: detections of faces, and those that are mere hints.
    change: float32 (F,), mean difference of HSV to the frame before, 0 to 255.
    """

    timeline: Timeline
    detections: Detections
    people: Detections
    looks: Looks
    change: Float
    hinted: Detections


@dataclass(frozen=True)
class Part:
    """Facts of one span. found: per producer, frames looked at, whether it ran, and detections."""

    span: Span
    pts: NDArray[np.int64]
    duration: int
    lost: NDArray[np.bool_]
    change: Float
    last: bool
    found: dict[str, dict[str, NDArray[Any]]]

    def stored(self) -> dict[str, bytes]:
        """By name, what is kept: ``frames``, and each producer that ran on all that it was asked for."""
        frames = {
            "pts": self.pts,
            "duration": self.duration,
            "lost": self.lost,
            "change": self.change,
            "last": self.last,
        }
        whole = {name: arrays for name, arrays in self.found.items() if arrays["ran"].all()}  # next time it may work
        return {"frames": packed(frames)} | {name: packed(arrays) for name, arrays in whole.items()}

    @staticmethod
    def known(span: Span, stored: Mapping[str, bytes | None]) -> Part | None:
        """What was kept of a span, or none where any of it is missing."""
        arrays = {name: unpacked(data) for name, data in stored.items()}
        frames = arrays.pop("frames")
        if frames is None or any(found is None for found in arrays.values()):
            return None
        pts = frames["pts"]
        return Part(
            Span(span.start, span.start + len(pts)),
            pts,
            int(frames["duration"]),
            frames["lost"],
            frames["change"],
            bool(frames["last"]),
            {name: found for name, found in arrays.items() if found is not None},
        )


def joined(video: Video, parts: Sequence[Part], producers: Sequence[Producer]) -> Seen:
    """Consecutive parts as one film, detections in order of frames."""
    parts = [part for part in parts if len(part.pts)]
    pts = np.concatenate([part.pts for part in parts])
    lost = np.concatenate([part.lost for part in parts])
    timeline = Timeline(pts, parts[-1].duration, Span.runs(lost), video.damage)
    change = np.concatenate([part.change for part in parts])
    names = tuple(p.name for p in producers)
    asked, ran = np.zeros((len(names), len(pts)), bool), np.zeros((len(names), len(pts)), bool)
    notes: list[str] = []
    for number, name in enumerate(names):
        for part in parts:
            found = part.found[name]
            asked[number, found["asked"]] = True
            ran[number, found["asked"][found["ran"]]] = True
            notes += [str(note) for note in found["notes"]]
    hinted, people = (_detections(parts, [p for p in producers if p.detector.kind == k], k) for k in ("face", "person"))
    aside = tuple(p.name for p in producers if _aside(p.detector.params))
    looks = Looks(names, asked, ran, _few(notes, names, asked & ~ran), aside)
    return Seen(timeline, hinted.part(_counts(hinted, producers)), people, looks, change, hinted)


def _aside(params: DetectParams) -> bool:
    """Whether it looks at other pictures than the film's, so that it vouches for no frame."""
    return bool(params.turn or params.steady > 1 or params.soften)


def _counts(hinted: Detections, producers: Sequence[Producer]) -> NDArray[np.bool_]:
    """bool (N,): rows that are more than a hint. A broken score is doubt, and doubt hides."""
    least = {producer.name: producer.detector.params.threshold for producer in producers}
    asked = np.array([least[name] for name in hinted.producers], np.float32)
    return np.asarray(~(hinted.score < asked[hinted.producer]), bool)


def _few(notes: Sequence[str], names: Sequence[str], failed: NDArray[np.bool_]) -> tuple[str, ...]:
    """Of each producer's notes the first ones, and in how many more frames it failed. failed: bool (P, F)."""
    few: list[str] = []
    for name, frames in zip(names, failed.sum(axis=1).tolist(), strict=True):
        own = [note for note in notes if note.startswith(f"{name} ")][:MOST_NOTES]
        few += [*own, f"{name} failed in {counted(frames - len(own), 'more frame')}"] if frames > len(own) else own
    return tuple(few)


def _detections(parts: Sequence[Part], producers: Sequence[Producer], kind: Kind) -> Detections:
    """What producers of one kind found."""
    names = tuple(p.name for p in producers)
    if not names:
        return Detections.none(kind)
    rows = [
        part.found[name] | {"producer": np.full(len(part.found[name]["frame"]), number, np.int16)}
        for number, name in enumerate(names)
        for part in parts
    ]
    most = max(p.detector.points for p in producers)

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([r[name] for r in rows])

    points = [
        np.pad(r["points"], ((0, 0), (0, most - r["points"].shape[1]), (0, 0)), constant_values=np.nan) for r in rows
    ]
    order = np.argsort(column("frame"), kind="stable")
    return Detections(
        column("frame")[order],
        column("box")[order],
        column("score")[order],
        np.concatenate(points)[order],
        column("producer")[order],
        names,
        kind,
    )
