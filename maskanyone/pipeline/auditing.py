"""The search of finished files: who searches, which frames thoroughly, and what of it is hidden afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone import registry
from maskanyone.data import FILLED, MENDED, SEEN, Detections, Float, Looks, Span, Track, Video
from maskanyone.detect import Detector
from maskanyone.detect.look import Seen
from maskanyone.errors import Cancelled
from maskanyone.pipeline.planning import times_of
from maskanyone.pipeline.watch import Watch
from maskanyone.proof.bound import bound
from maskanyone.proof.leaks import Leak, leaks
from maskanyone.proof.pairs import lag_of, pairs
from maskanyone.proof.search import KNOWN, Auditor, Finding, Searched, search
from maskanyone.recipe import Recipe
from maskanyone.track import Links, TrackParams, link
from maskanyone.video.probe import probe
from maskanyone.weights import store as weights

SEARCHING = "Searching the result"
#: who may search, the quickest first: method, longer side of the picture it is shown, least score that says anything
_SEARCHERS = (
    ("detect.ultraface", 640, 0.8),
    ("detect.blazeface", 640, 0.7),
    ("detect.mtcnn", 640, 0.8),
)
#: of the frames that nobody saw, how many are searched thoroughly: every n-th
_SPARSE = 4
_ANY = TrackParams(start=0, confirm=0)


@dataclass(frozen=True)
class Audited:
    """What the last search of a finished file gave. by: who searched. rounds: how often; mended: tracks that it hid.

    weights: what those who searched compute with.
    """

    by: tuple[str, ...]
    searched: Searched
    rounds: int
    mended: int
    weights: tuple[Mapping[str, Any], ...] = ()

    def data(self, times: NDArray[np.float64]) -> dict[str, Any]:
        """As the report tells it. times: float64 (F,), when each frame of the result is shown, s."""
        return _data(self.searched, self.by, times, "left") | {
            "rounds": self.rounds,
            "hidden_afterwards": self.mended,
            "weights": [dict(weight) for weight in self.weights],
        }


class Auditors:
    """Detectors of families that took no part, as far as their weights are here; use within ``with``."""

    def __init__(self, makers: Sequence[str] | None) -> None:
        """makers: methods that took part; none where nobody is to search."""
        families = {registry.implementation(method).family for method in makers or ()}
        self._wanted = (
            []
            if makers is None
            else [
                (made, longer, least)
                for made, longer, least in ((registry.implementation(m), *more) for m, *more in _SEARCHERS)
                if made.family not in families and all(map(weights.have, made.weights))
            ]
        )
        self._loaded: list[Detector] = []
        self.made: list[Auditor] = []

    @property
    def identities(self) -> tuple[Mapping[str, Any], ...]:
        """What exactly they compute with."""
        return tuple(weights.identity(name) for made, _, _ in self._wanted for name in made.weights)

    def __enter__(self) -> Auditors:
        for made, longer, least in self._wanted:
            params: Any = made.Params(size=longer, threshold=least)
            detector: Detector = made(params, {name: weights.ready(name) for name in made.weights})
            detector.load()
            self._loaded.append(detector)
            self.made.append(Auditor(made.title, detector.detect, longer, least))
        return self

    def __exit__(self, *_: object) -> None:
        for detector in self._loaded:
            detector.close()


class Audit:
    """The search of one result, again after each mending; use within ``with``.

    told: what came of the last one. stopped: what ended it before it was done.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._auditors = Auditors([step.method for step in recipe.detect] if recipe.audit.on else None)
        self._rounds = self._mended = 0
        self._changed: NDArray[np.bool_] | None = None
        self.told: Audited | None = None
        self.stopped = ""

    def __enter__(self) -> Audit:
        self._auditors.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._auditors.__exit__()

    def search(
        self, original: Video, result: Path, seen: Seen, links: Links, spans: Sequence[Span], watch: Watch
    ) -> tuple[Track, ...]:
        """Search the file, all of it or what the last mending has changed.

        Args:
            spans: of its pieces.

        Returns:
            Tracks that are to be hidden too, and after which it must be searched again.
        """
        made = self._auditors.made
        if not made:
            return ()
        frames = len(seen.timeline)
        try:
            told = searched(
                original,
                result,
                seen,
                links,
                made,
                lambda index: watch.tick(SEARCHING, index, frames),
                lambda index: bool(self._changed[index]) if self._changed is not None else True,
            )
        except Cancelled:
            raise
        except Exception as error:  # the result stands, and the report says that it was not searched
            self.told, self.stopped = None, f"{type(error).__name__}: {error}"
            return ()
        self._rounds += 1
        if self.told is not None:  # what was not changed is as it was found
            told = replace(self.told.searched, findings=told.findings)
        self.told = Audited(
            tuple(auditor.name for auditor in made),
            told,
            self._rounds,
            self._mended,
            self._auditors.identities,
        )
        more = mended(told.findings, original, seen) if self._rounds <= self._recipe.audit.rounds else ()
        self._mended += len(more)
        self._changed = _touched(more, spans, frames)
        return more

    def data(self, times: NDArray[np.float64]) -> dict[str, Any] | str:
        """As the report tells it: what was found, or why nothing was searched. times: see ``Audited.data``."""
        if self.told is not None:
            return self.told.data(times)
        return f"not finished ({self.stopped})" if self.stopped else "not done"


def searched(
    original: Video,
    result: Path,
    seen: Seen,
    links: Links,
    auditors: Sequence[Auditor],
    tick: Callable[[int], None],
    wanted: Callable[[int], bool],
) -> Searched:
    """Search those frames of a result of ours that are wanted."""
    times = times_of(original, seen)
    grid = _once_a_second(times)
    doubted = _unseen(links, len(times)) & (np.arange(len(times)) % _SPARSE == 0)
    known = _people(links.tracks)

    def people(index: int) -> tuple[Float, Float]:
        return known(index) if grid[index] else _NOBODY

    def deep(index: int) -> bool:
        return bool(grid[index] or doubted[index])

    return search(pairs(original, probe(result)), auditors, people, deep, tick, wanted=wanted)


def compared(original: Video, result: Video, seen: Seen, links: Links, watch: Watch) -> dict[str, Any]:
    """Search any result of the original: those who are known from the original are looked for too. Plain data."""
    times = times_of(original, seen)
    grid = _once_a_second(times)
    both = pairs(original, result, lag_of(original, result))
    with Auditors(()) as auditors:
        told = search(
            both,
            auditors.made,
            _people(links.tracks, (SEEN, FILLED)),
            lambda at: bool(grid[at]),
            lambda at: watch.tick(SEARCHING, at, len(times)),
            check=True,
        )
        by = [auditor.name for auditor in auditors.made]
    return _data(told, [*by, KNOWN], times - float(original.zero), "leaks")


def _once_a_second(times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """bool (F,): the first frame of each second."""
    return np.asarray(np.diff(np.floor(times - times[0]), prepend=-1) > 0)


def _data(told: Searched, by: Sequence[str], times: NDArray[np.float64], left: str) -> dict[str, Any]:
    """What a search gave. times: when each frame is shown, s. left: what those who show are called."""
    found = leaks(told.findings)
    return {
        "by": list(by),
        "frames_searched": told.frames,
        "frames_searched_by_all": told.deep,
        "frames_missing": told.missing,
        left: [_told(leak, times) for leak in found if leak.sure],
        "perhaps": [_told(leak, times) for leak in found if not leak.sure],
        "bound": bound(told.people, told.known).data(any(leak.sure for leak in found)),
    }


def _told(leak: Leak, times: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "first_frame": leak.first,
        "last_frame": leak.last,
        "from_s": round(float(times[leak.first]), 3),
        "to_s": round(float(times[leak.last]), 3),
        "box": list(leak.box),
        "shows": leak.shows,
        "by": list(leak.by),
    }


def mended(findings: Sequence[Finding], original: Video, seen: Seen) -> tuple[Track, ...]:
    """Tracks through what was found, led on like all others."""
    if not findings:
        return ()
    frames = len(seen.timeline)
    names = tuple(dict.fromkeys(finding.by for finding in findings))
    rows = sorted(findings, key=lambda finding: finding.frame)
    found = Detections(
        np.array([row.frame for row in rows], np.int32),
        np.array([row.box for row in rows], np.float32),
        np.array([row.score for row in rows], np.float32),
        np.zeros((len(rows), 0, 2), np.float32),
        np.array([names.index(row.by) for row in rows], np.int16),
        names,
        seen.detections.kind,
    )
    everywhere: NDArray[np.bool_] = np.ones((len(names), frames), bool)
    times = times_of(original, seen)
    made = link(found, Looks(names, everywhere, everywhere), seen.change, times, original.upright, _ANY)
    return tuple(
        replace(track, state=np.where(track.state == SEEN, MENDED, track.state).astype(np.uint8))
        for track in made.tracks
    )


def _touched(tracks: Sequence[Track], spans: Sequence[Span], frames: int) -> NDArray[np.bool_]:
    """bool (F,): frames of pieces in which one of the tracks is."""
    touched = np.zeros(frames, bool)
    for track in tracks:
        touched[track.frame] = True
    for span in spans:
        touched[span.start : span.stop] = touched[span.start : span.stop].any()
    return touched


def _unseen(links: Links, frames: int) -> NDArray[np.bool_]:
    """bool (F,): somebody is hidden whom no detector saw there."""
    flags = np.zeros(frames, bool)
    for track in links.tracks:
        flags[track.frame[track.state != SEEN]] = True
    return flags


def _people(tracks: Sequence[Track], states: Sequence[int] = (SEEN,)) -> Callable[[int], tuple[Float, Float]]:
    """Boxes, float32 (N, 4), of those who are in one of these states in a frame, and their tracks' best scores (N,)."""
    boxes: dict[int, list[Float]] = {}
    best: dict[int, list[float]] = {}
    for track in tracks:
        score = float(np.nanmax(track.score, initial=0))
        for row in np.flatnonzero(np.isin(track.state, states)):
            boxes.setdefault(int(track.frame[row]), []).append(track.box[row])
            best.setdefault(int(track.frame[row]), []).append(score)
    known = {frame: (np.stack(rows), np.array(best[frame], np.float32)) for frame, rows in boxes.items()}
    return lambda frame: known.get(frame, _NOBODY)


_NOBODY = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
