"""A second opinion on hints: their places are shown, each by itself, to detectors that look closely."""

from __future__ import annotations

import io
import logging
import os
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from hashlib import sha256
from itertools import islice

import numpy as np

from maskanyone import keys
from maskanyone.data import Float, Store, Video
from maskanyone.detect.closely import VERSION as CLOSE
from maskanyone.detect.closely import agreement, shown
from maskanyone.detect.look import TIMEOUT, Producer, Seen
from maskanyone.detect.look import VERSION as LOOK
from maskanyone.errors import MaskAnyoneError
from maskanyone.pipeline.watch import Watch
from maskanyone.runtime.crew import Crew, awaited
from maskanyone.track import Doubt
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
#: where a second opinion cannot be had a hint counts as somebody: failure covers
_FAILED = 1.0


class Closely:
    """Asks about hints, or takes from the cache what was said of the same ones.

    faults: what went wrong, in words.
    """

    def __init__(
        self,
        source: Video,
        seen: Seen,
        producers: Sequence[Producer],
        cache: Store,
        watch: Watch,
        salvage: bool,
        timeout: float = TIMEOUT,
    ) -> None:
        """timeout: seconds that one place may take before its detector counts as hung."""
        self._source, self._seen, self._producers, self._cache = source, seen, producers, cache
        self._watch, self._salvage, self._timeout = watch, salvage, timeout
        self._kinds: list[str] = []
        self._left = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """A sentence, where anything went wrong."""
        told = []
        if self._kinds:
            kinds = ", ".join(dict.fromkeys(self._kinds))
            told.append(f"hints of faces could not all be looked at closely, and the rest of them is hidden: {kinds}")
        if self._left:
            told.append(f"there were too many hints of faces: the {self._left:,} faintest were not looked at closely")
        return tuple(told)

    def __call__(self, doubts: Sequence[Doubt]) -> None:
        """Fill in their scores; nothing where nobody is here who looks closely."""
        if not doubts or not self._producers:
            return
        doubts = self._worth(doubts)
        key = self._key(doubts)
        if (known := self._cache.get(key)) is not None:
            _fill(doubts, known)
            return
        crew = Crew(max(1, os.cpu_count() or 1), "closely")
        try:
            for producer in self._producers:
                producer.detector.load()
            self._ask(doubts, crew)
        except MaskAnyoneError:
            raise
        except Exception as error:
            self._note(error)
        finally:
            crew.dismiss()
        if not self._kinds:
            self._cache.put(key, _packed(doubts))
            return
        for doubt in doubts:
            if not doubt.settled and len(doubt.scores) < len(doubt.wanted):
                doubt.scores += [_FAILED] * (len(doubt.wanted) - len(doubt.scores))

    def _worth(self, doubts: Sequence[Doubt]) -> list[Doubt]:
        """As many as there is time for, in their order; the faintest are left out."""
        most = max(_MOST * len(self._seen.timeline), _MOST_SHORT)
        clearest = sorted(range(len(doubts)), key=lambda place: -doubts[place].best)
        places = np.cumsum([len(doubts[place].wanted) for place in clearest])
        kept = sorted(clearest[: int(np.searchsorted(places, most, side="right"))])
        self._left = len(doubts) - len(kept)
        return [doubts[place] for place in kept]

    def _ask(self, doubts: Sequence[Doubt], crew: Crew) -> None:
        """Go through the film once, and ask in each frame about all that are wanted there."""
        wanted: dict[int, list[tuple[Doubt, int]]] = defaultdict(list)
        for doubt in doubts:
            for row in doubt.wanted:
                wanted[int(doubt.track.frame[row])].append((doubt, row))
        frames = sorted(wanted)
        aspect = float(self._source.pixel_aspect)
        waiting: deque[tuple[Doubt, Future[float]]] = deque()
        for done, (index, frame) in enumerate(self._read(frames)):
            self._watch.tick(CLOSELY, done, len(frames))
            here = [(doubt, row) for doubt, row in wanted[index] if not doubt.settled]
            if here:
                picture = frame.opened()[1]
            for doubt, row in here:
                waiting.append((doubt, crew.call(self._best, picture, doubt.track.box[row], aspect)))
            while len(waiting) > _WAITING:
                doubt, call = waiting.popleft()
                doubt.scores.append(self._answer(call))
        for doubt, call in waiting:
            doubt.scores.append(self._answer(call))

    def _answer(self, call: Future[float]) -> float:
        """What was said of a place; a fault counts as somebody, unless the detector hangs, which ends all of it."""
        if (error := awaited(call, self._timeout, self._watch.ask)) is not None:
            self._note(error)
            return _FAILED
        return call.result()

    def _best(self, picture: Picture, box: Float, aspect: float) -> float:
        """The best score that any of them gives the place."""
        detectors = [producer.detector for producer in self._producers]
        return max(agreement(each, shown(picture, box, aspect, each.params.size)) for each in detectors)

    def _read(self, indices: Sequence[int]) -> Iterator[tuple[int, Frame]]:
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
        """Everything that the answers depend on."""
        digest = sha256()
        for doubt in doubts:
            rows = doubt.wanted
            digest.update(doubt.track.frame[rows].tobytes() + doubt.track.box[rows].tobytes())
        return keys.key(
            "closely",
            look=[LOOK, CLOSE, TONEMAP],
            agree=doubts[0].agree,
            source=self._source.sha256,
            salvage=self._salvage,
            places=digest.hexdigest(),
            by=[dict(producer.identity) for producer in self._producers],
            libraries=dict(keys.libraries("av", "numpy", "opencv-python")),
        )


def _packed(doubts: Sequence[Doubt]) -> bytes:
    """Scores, and of how many each doubt has some."""
    file = io.BytesIO()
    scores = np.array([score for doubt in doubts for score in doubt.scores], np.float64)
    np.savez(file, allow_pickle=False, scores=scores, count=np.array([len(doubt.scores) for doubt in doubts], np.int64))
    return file.getvalue()


def _fill(doubts: Sequence[Doubt], data: bytes) -> None:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        parts = np.split(arrays["scores"], np.cumsum(arrays["count"])[:-1])
    for doubt, scores in zip(doubts, parts, strict=True):
        doubt.scores[:] = scores.tolist()
