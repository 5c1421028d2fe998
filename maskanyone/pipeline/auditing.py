"""The search of finished files: who searches, which frames thoroughly, and what of it is hidden afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone import registry
from maskanyone.data import FILLED, GUESSED, MENDED, SEEN, Detections, Float, Looks, Pixels, Span, Track, Video
from maskanyone.detect import Detector, Found
from maskanyone.detect.look import Seen
from maskanyone.detect.views import halved, turned
from maskanyone.errors import Cancelled
from maskanyone.pipeline.planning import times_of
from maskanyone.pipeline.watch import Watch
from maskanyone.proof.bound import bound
from maskanyone.proof.leaks import Leak, leaks
from maskanyone.proof.pairs import Original, lag_of, result_frames
from maskanyone.proof.search import KNOWN, NOBODY, Asked, Auditor, Finding, Look, People, Searched, search
from maskanyone.recipe import Recipe
from maskanyone.track import Links, TrackParams, link
from maskanyone.video.probe import probe
from maskanyone.weights import store as weights

SEARCHING = "Searching the result"
#: degrees by which pictures are turned for heads that hang or lie
_TURNS = (90, 180, 270)
#: of the frames of a stretch in which nobody was seen, every n-th is searched thoroughly, and at least one
_SPARSE = 12
#: most moments of the original that are searched as well, to learn how many people the search finds
_MOMENTS = 60
#: of a file that may be another tool's, every n-th frame is searched thoroughly
_CLOSELY = 5


@dataclass(frozen=True)
class _Searcher:
    """How one detector may search. turned: px of the pictures that are turned.

    least: scores below say nothing; further: the same of all looks but its quickest, which take more for faces.
    sizes: longer sides of the pictures it is shown, px, its quickest first. halves: of these, the one shown in halves.
    """

    method: str
    least: float
    further: float
    sizes: tuple[int, ...]
    turned: int
    halves: int = 0


#: who may search, the best for its time first; chosen by measurement (docs/benchmarks.md)
_SEARCHERS = (
    _Searcher("detect.ultraface", 0.8, 0.9, (384, 960), 384),
    _Searcher("detect.blazeface", 0.7, 0.7, (384, 640), 384, halves=640),
    _Searcher("detect.mtcnn", 0.8, 0.95, (320, 480), 320),
)
#: how many of those who took no part search; those left over only say whether they take for a face what is found
_FAMILIES = 2
_ANY = TrackParams(start=0, confirm=0)


@dataclass(frozen=True)
class Audited:
    """What the last search of a finished file gave. by: who searched. rounds: how often; mended: tracks that it hid.

    looks: see ``Auditors.looks``. weights: what those who searched compute with.
    """

    by: tuple[str, ...]
    searched: Searched
    rounds: int
    mended: int
    looks: Mapping[str, Any]
    weights: tuple[Mapping[str, Any], ...] = ()

    def data(self, times: NDArray[np.float64]) -> dict[str, Any]:
        """As the report tells it. times: float64 (F,), when each frame of the result is shown, s."""
        return _data(self.searched, self.by, times, "left") | {
            "rounds": self.rounds,
            "hidden_afterwards": self.mended,
            "looks": dict(self.looks),
            "weights": [dict(weight) for weight in self.weights],
        }


class Auditors:
    """Detectors of families that took no part, as far as their weights are here; use within ``with``."""

    def __init__(self, makers: Sequence[str] | None) -> None:
        """makers: methods that took part; none where nobody is to search."""
        families = {registry.implementation(method).family for method in makers or ()}
        known = () if makers is None else ((each, registry.implementation(each.method)) for each in _SEARCHERS)
        self._wanted = [
            (each, made) for each, made in known if made.family not in families and all(map(weights.have, made.weights))
        ]
        self._loaded: list[Detector] = []
        self.made: list[Auditor] = []

    @property
    def identities(self) -> tuple[Mapping[str, Any], ...]:
        """What exactly they compute with."""
        return tuple(weights.identity(name) for _, made in self._wanted for name in made.weights)

    @property
    def names(self) -> tuple[str, ...]:
        """Those who search."""
        return tuple(auditor.name for auditor in self.made if auditor.looks)

    @property
    def looks(self) -> dict[str, dict[str, list[int]]]:
        """For each who searches thoroughly, the sizes of its pictures, px, and by how much they are turned, degrees."""
        return {
            auditor.name: {
                "px": sorted({look.longer for look in auditor.looks}),
                "turned": sorted({look.turn for look in auditor.looks}),
            }
            for auditor in self.made
            if auditor.looks
        }

    def __enter__(self) -> Auditors:
        for number, (each, made) in enumerate(self._wanted):
            self.made.append(self._auditor(each, made, searches=number < _FAMILIES))
        return self

    def __exit__(self, *_: object) -> None:
        for detector in self._loaded:
            detector.close()

    def _auditor(self, each: _Searcher, made: type[Detector], *, searches: bool) -> Auditor:
        ready = {name: weights.ready(name) for name in made.weights}
        by_size: dict[int, Detector] = {}
        for size in {*each.sizes, each.turned} if searches else {each.turned}:
            params: Any = made.Params(size=size, threshold=each.least)
            detector: Detector = made(params, ready)
            detector.load()
            self._loaded.append(detector)
            by_size[size] = detector

        def seen(size: int, turn: int, picture: Pixels) -> Found:
            detect = by_size[size].detect
            return halved(detect, picture) if size == each.halves else turned(detect, picture, turn)

        ways = [(size, 0) for size in each.sizes] + [(each.turned, turn) for turn in _TURNS]
        looks = [
            Look(size, turn, each.further if number else each.least, partial(seen, size, turn))
            for number, (size, turn) in enumerate(ways)
        ]
        return Auditor(
            made.title,
            tuple(looks) if searches else (),
            lambda picture, turn: seen(each.turned, turn, picture),
            each.least,
        )


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
                self._changed,
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
            self._auditors.names,
            told,
            self._rounds,
            self._mended,
            self._auditors.looks,
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
    changed: NDArray[np.bool_] | None = None,
) -> Searched:
    """Search a result of ours. changed: bool (F,), the frames to search after a mending; none for all of them."""
    times = times_of(original, seen)
    moments = _once_a_second(times)
    doubted = _sampled(_unseen(links, len(times)), _SPARSE)
    turns = _in_turn(moments | doubted)
    both = moments & _spread(moments, _MOMENTS) & (changed is None)
    known = _people(links.tracks)

    def asked(index: int) -> Asked | None:
        if changed is not None and not changed[index]:
            return None
        if not (moments[index] or doubted[index]):
            return Asked()
        people = known(index) if moments[index] else NOBODY
        return Asked(True, (turns[index],), people, bool(both[index]), count=True)

    return _search(original, seen, probe(result), 0, auditors, asked, tick)


def compared(original: Video, result: Video, seen: Seen, links: Links, watch: Watch) -> dict[str, Any]:
    """Search any result of the original: those who are known from the original are looked for too. Plain data."""
    times = times_of(original, seen)
    moments = _once_a_second(times)
    known, supposed = _people(links.tracks, (SEEN, FILLED)), _people(links.tracks, (GUESSED,))

    def asked(index: int) -> Asked:
        moment = bool(moments[index])
        return Asked(
            thorough=moment or index % _CLOSELY == 0,
            turns=_TURNS,
            people=known(index),
            recall=moment,
            count=moment,
            check=True,
            supposed=supposed(index),
        )

    with Auditors(()) as auditors:
        told = _search(
            original,
            seen,
            result,
            lag_of(original, result),
            auditors.made,
            asked,
            lambda at: watch.tick(SEARCHING, at, len(times)),
        )
        by, looks = auditors.names, auditors.looks
    return _data(told, [*by, KNOWN], times - float(original.zero), "leaks") | {"looks": looks}


def _search(
    original: Video,
    seen: Seen,
    result: Video,
    lag: int,
    auditors: Sequence[Auditor],
    asked: Callable[[int], Asked | None],
    tick: Callable[[int], None],
) -> Searched:
    with closing(Original(original, seen.timeline.pts)) as frames, closing(result_frames(result, lag)) as results:
        return search(frames, results, auditors, asked, tick)


def _once_a_second(times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """bool (F,): the first frame of each second."""
    return np.asarray(np.diff(np.floor(times - times[0]), prepend=-1) > 0)


def _in_turn(deep: NDArray[np.bool_]) -> list[int]:
    """By how many degrees each frame's picture is turned; of those that are set, each by others than the last."""
    return [_TURNS[number % len(_TURNS)] for number in np.cumsum(deep)]


def _spread(flags: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """bool (F,): of the frames that are set, at most so many, evenly spread."""
    places = np.flatnonzero(flags)
    chosen = np.zeros_like(flags)
    chosen[places[np.unique(np.linspace(0, len(places) - 1, most).round().astype(int))] if len(places) else []] = True
    return chosen


def _sampled(flags: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """bool (F,): of each run of frames that are set, every so many-th one, and at least the one in the middle."""
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False)).reshape(-1, 2)
    chosen = np.zeros_like(flags)
    for start, stop in edges:
        chosen[start + (min(step, stop - start) - 1) // 2 : stop : step] = True
    return chosen


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
        "bound": bound(told.checks, told.people, told.known).data(any(leak.sure for leak in found)),
    }


def _told(leak: Leak, times: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "first_frame": leak.first,
        "last_frame": leak.last,
        "from_s": round(float(times[leak.first]), 3),
        "to_s": round(float(times[leak.last]), 3),
        "box": list(leak.box),
        "frames": [list(run) for run in leak.runs],
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


def _people(tracks: Sequence[Track], states: Sequence[int] = (SEEN,)) -> Callable[[int], People]:
    """Boxes, float32 (N, 4), of those who are in one of these states in a frame, and their tracks' best scores (N,)."""
    boxes: dict[int, list[Float]] = {}
    best: dict[int, list[float]] = {}
    for track in tracks:
        score = float(np.nanmax(track.score, initial=0))
        for row in np.flatnonzero(np.isin(track.state, states)):
            boxes.setdefault(int(track.frame[row]), []).append(track.box[row])
            best.setdefault(int(track.frame[row]), []).append(score)
    known = {frame: (np.stack(rows), np.array(best[frame], np.float32)) for frame, rows in boxes.items()}
    return lambda frame: known.get(frame, NOBODY)
