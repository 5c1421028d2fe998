"""A second opinion on hints: their places are shown, each by itself, to detectors that look closely."""

from __future__ import annotations

import logging
import os
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone import keys
from maskanyone.arrays import packed, unpacked
from maskanyone.data import Float, Store, Video
from maskanyone.detect.closely import VERSION as CLOSE
from maskanyone.detect.closely import agreement, shown
from maskanyone.detect.look import TIMEOUT, Producer, Seen
from maskanyone.detect.look import VERSION as LOOK
from maskanyone.errors import MaskAnyoneError
from maskanyone.pipeline.watch import Watch
from maskanyone.runtime.crew import Crew, awaited
from maskanyone.track import FIRST, Doubt, Opinion, TrackParams, in_vain, vouched
from maskanyone.video.again import Again
from maskanyone.video.picture import Picture
from maskanyone.video.read import Frame
from maskanyone.video.tonemap import VERSION as TONEMAP

CLOSELY = "Looking closely"
#: frames up to which reading goes on rather than jumps
_NEAR = 60
#: places that wait for an answer while the next frames are read
_WAITING = 4
#: places asked about at most, for each frame of the film, and in a short one
_MOST, _MOST_SHORT = 1.0, 200


@dataclass
class _Answers:
    """What has been said of a stretch so far; see ``Opinion``."""

    scores: list[float] = field(default_factory=list)
    failed: bool = False


class Closely:
    """Asks about hints, or takes from the cache what was said of the same ones.

    faults: what went wrong, in words. told: how many stretches of hints there were, how many were asked about, at how
    many places in all, and how many were agreed with.
    """

    def __init__(
        self,
        source: Video,
        seen: Seen,
        params: TrackParams,
        producers: Sequence[Producer],
        cache: Store,
        watch: Watch,
        salvage: bool,
        timeout: float = TIMEOUT,
    ) -> None:
        """producers: at least one. timeout: seconds that one place may take before its detector counts as hung."""
        self._source, self._seen, self._agree = source, seen, params.agree
        self._producers, self._cache, self._watch, self._salvage = producers, cache, watch, salvage
        self._timeout = timeout
        self._kinds: list[str] = []
        self.told: dict[str, int] = {"hints": 0, "asked_about": 0, "places": 0, "agreed": 0}

    @property
    def faults(self) -> tuple[str, ...]:
        """A sentence, where anything went wrong."""
        told = []
        if self._kinds:
            kinds = ", ".join(dict.fromkeys(self._kinds))
            told.append(f"hints of faces could not all be looked at closely, and the rest of them is hidden: {kinds}")
        if left := self.told["hints"] - self.told["asked_about"]:
            told.append(f"there were too many hints of faces: the {left:,} faintest were not looked at closely")
        return tuple(told)

    def __call__(self, doubts: Sequence[Doubt]) -> list[Opinion | None]:
        """What is said of each of them; none of the faintest, where there are too many."""
        worth = self._worth(doubts)
        asked = [doubts[place] for place in worth]
        said = self._said(asked) if asked else []
        agreed = sum(vouched(each, doubt.sights, self._agree) for each, doubt in zip(said, asked, strict=True))
        places = sum(len(each.scores) for each in said)
        self.told = {"hints": len(doubts), "asked_about": len(asked), "places": places, "agreed": agreed}
        opinions: list[Opinion | None] = [None] * len(doubts)
        for place, opinion in zip(worth, said, strict=True):
            opinions[place] = opinion
        return opinions

    def _worth(self, doubts: Sequence[Doubt]) -> list[int]:
        """The places of as many as there is time for, the clearest."""
        most = max(_MOST * len(self._seen.timeline), _MOST_SHORT)
        clearest = sorted(range(len(doubts)), key=lambda place: -doubts[place].best)
        places = np.cumsum([len(doubts[place].wanted) for place in clearest])
        return sorted(clearest[: int(np.searchsorted(places, most, side="right"))])

    def _said(self, doubts: Sequence[Doubt]) -> list[Opinion]:
        key = self._key(doubts)
        if (known := unpacked(self._cache.get(key))) is not None:
            return _read(known)
        answers = [_Answers() for _ in doubts]
        crew = Crew(max(1, os.cpu_count() or 1), "closely")
        try:
            for producer in self._producers:
                producer.detector.load()
            self._ask(doubts, answers, crew)
        except MaskAnyoneError:
            raise
        except Exception as error:
            self._note(error)
            for doubt, own in zip(doubts, answers, strict=True):
                own.failed |= len(own.scores) < len(doubt.wanted) and not in_vain(own.scores, self._agree)
        finally:
            crew.dismiss()
        said = [Opinion(tuple(own.scores), own.failed) for own in answers]
        if not self._kinds:
            self._cache.put(key, _kept([each.scores for each in said]))
        return said

    def _ask(self, doubts: Sequence[Doubt], answers: Sequence[_Answers], crew: Crew) -> None:
        """Go through the film for the first sights of all, and again for the others of those that need more."""
        rows = [doubt.wanted[:FIRST] for doubt in doubts]
        self._ask_about(doubts, rows, answers, crew, 0.0)
        needless = [own.failed or in_vain(own.scores, self._agree) for own in answers]
        rest = [() if done else doubt.wanted[FIRST:] for doubt, done in zip(doubts, needless, strict=True)]
        self._ask_about(doubts, rest, answers, crew, 0.5)

    def _ask_about(
        self,
        doubts: Sequence[Doubt],
        rows: Sequence[Sequence[int]],
        answers: Sequence[_Answers],
        crew: Crew,
        done: float,
    ) -> None:
        """Ask about some rows of each, frame by frame. done: part of the work before."""
        wanted: dict[int, list[tuple[_Answers, Float]]] = defaultdict(list)
        for doubt, some, own in zip(doubts, rows, answers, strict=True):
            for row in some:
                wanted[int(doubt.hint.frame[row])].append((own, doubt.hint.box[row]))
        frames = sorted(wanted)
        aspect = float(self._source.pixel_aspect)
        waiting: deque[tuple[_Answers, Future[float]]] = deque()
        for number, (index, frame) in enumerate(self._frames(frames)):
            self._watch.tick(CLOSELY, round(1000 * (done + number / len(frames) / 2)), 1000)
            picture = frame.opened()[1]
            waiting += [(own, crew.call(self._best, picture, box, aspect)) for own, box in wanted[index]]
            while len(waiting) > _WAITING:
                self._take(*waiting.popleft())
        while waiting:
            self._take(*waiting.popleft())

    def _take(self, own: _Answers, call: Future[float]) -> None:
        """Wait for what is said of a place; a detector that hangs ends all of it."""
        if (error := awaited(call, self._timeout, self._watch.ask)) is not None:
            self._note(error)
            own.failed = True
        else:
            own.scores.append(call.result())

    def _best(self, picture: Picture, box: Float, aspect: float) -> float:
        """The best score that any of them gives the place."""
        detectors = [producer.detector for producer in self._producers]
        return max(agreement(each, shown(picture, box, aspect, each.params.size)) for each in detectors)

    def _frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Frame]]:
        """Some of the frames, in order."""
        pts = self._seen.timeline.pts
        with closing(Again(self._source, pts, salvage=self._salvage, ask=self._watch.ask)) as again:
            at = -1
            for index in indices:
                if at < 0 or index - at > _NEAR:
                    frames, at = again.since(index), index - 1
                frame = next(islice(frames, index - at - 1, None))
                at = index
                yield index, frame

    def _note(self, error: BaseException) -> None:
        logging.getLogger(__name__).error("looking closely broke off", exc_info=error)
        self._kinds.append(type(error).__name__)

    def _key(self, doubts: Sequence[Doubt]) -> str:
        """Everything that the answers depend on, and how many of them there are."""
        digest = sha256()
        for doubt in doubts:
            rows = list(doubt.wanted)
            digest.update(doubt.hint.frame[rows].tobytes() + doubt.hint.box[rows].tobytes() + b";")
        return keys.key(
            "closely",
            look=[LOOK, CLOSE, TONEMAP],
            first=[FIRST, self._agree],
            source=self._source.sha256,
            salvage=self._salvage,
            places=digest.hexdigest(),
            by=[dict(producer.identity) for producer in self._producers],
            libraries=dict(keys.libraries("av", "numpy", "opencv-python")),
        )


def _kept(said: Sequence[Sequence[float]]) -> bytes:
    """Scores, and how many of them belong to each stretch."""
    scores = np.array([score for each in said for score in each], np.float64)
    return packed({"scores": scores, "count": np.array([len(each) for each in said], np.int64)})


def _read(known: Mapping[str, NDArray[Any]]) -> list[Opinion]:
    """The inverse of ``_kept``, unpacked."""
    parts = np.split(known["scores"], np.cumsum(known["count"])[:-1])
    return [Opinion(tuple(part.tolist())) for part in parts]
