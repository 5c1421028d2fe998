"""One reading of a film in which all its doubts are decided: their sights are shown to detectors, each by itself."""

from __future__ import annotations

import logging
import os
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from itertools import islice

from maskanyone.data import Float, Video
from maskanyone.detect.closely import Shown, agreement, shown
from maskanyone.detect.look import Producer, Seen
from maskanyone.errors import MaskAnyoneError
from maskanyone.pipeline.watch import Watch
from maskanyone.runtime.crew import Crew, awaited
from maskanyone.track import FIRST, Doubt, Opinion, in_vain
from maskanyone.video.again import Again
from maskanyone.video.picture import Picture
from maskanyone.video.read import Frame

CLOSELY = "Looking closely"
#: frames up to which reading goes on rather than jumps
_NEAR = 60
#: places that wait for an answer while the next frames are read
_WAITING = 4
#: places of the whole film that are kept until it is known whether they are needed, each less than 0.5 MB
_KEPT = 200

#: one place as each of the detectors is shown it
_Place = list[Shown]


class _Case:
    """A doubt and what was said of it so far: first of the sights that are asked about in any case.

    kept: those of the others that were shown before it was known whether they are needed, by their number.
    """

    def __init__(self, doubt: Doubt, agree: float) -> None:
        self.doubt, self.kept = doubt, dict[int, _Place]()
        self._agree, self._answers = agree, dict[int, float | None]()

    @property
    def decided(self) -> bool:
        """Whether it is known if the others are needed."""
        return all(number in self._answers for number in range(min(FIRST, len(self.doubt.wanted))))

    @property
    def done(self) -> bool:
        """Whether the others are needless."""
        first = [self._answers[number] for number in range(FIRST) if number in self._answers]
        return self.decided and (None in first or self._in_vain())

    def said(self, number: int, score: float | None) -> None:
        """Take the answer about a sight. score: none where nobody could be asked."""
        self._answers[number] = score

    def opinion(self) -> Opinion:
        """All that was said; what was to be asked and has no answer has failed."""
        wanted = range(min(FIRST, len(self.doubt.wanted)) if self.done else len(self.doubt.wanted))
        answers = [self._answers.get(number) for number in wanted]
        scores = tuple(answer for answer in answers if answer is not None)
        return Opinion(scores, len(scores) < len(wanted))

    def _in_vain(self) -> bool:
        first = [self._answers.get(number) for number in range(FIRST)]
        return in_vain([score for score in first if score is not None], self._agree)


class Hearing:
    """Asks detectors about doubts. kinds: of the errors that there were."""

    def __init__(
        self,
        source: Video,
        seen: Seen,
        agree: float,
        producers: Sequence[Producer],
        watch: Watch,
        salvage: bool,
        timeout: float,
    ) -> None:
        """agree: score from which on one sight is agreed with. timeout: see ``Closely``."""
        self._source, self._seen, self._agree, self._salvage = source, seen, agree, salvage
        self._producers, self._watch, self._timeout = producers, watch, timeout
        self._waiting: deque[tuple[_Case, int, Future[float]]] = deque()
        self._kept = 0
        self.kinds: list[str] = []

    def of(self, doubts: Sequence[Doubt]) -> list[Opinion]:
        """What is said of each of them."""
        cases = [_Case(doubt, self._agree) for doubt in doubts]
        crew = Crew(max(1, os.cpu_count() or 1), "closely")
        try:
            for producer in self._producers:
                producer.detector.load()
            self._hear(cases, crew)
        except MaskAnyoneError:
            raise
        except Exception as error:
            self._note(error)
        finally:
            crew.dismiss()
        return [case.opinion() for case in cases]

    def _hear(self, cases: Sequence[_Case], crew: Crew) -> None:
        """Frame by frame; whose first sights said enough need not be read on for."""
        sights: dict[int, list[tuple[_Case, int, Float]]] = defaultdict(list)
        for case in cases:
            hint = case.doubt.hint
            for number, row in enumerate(case.doubt.wanted):
                sights[int(hint.frame[row])].append((case, number, hint.box[row]))
        frames = sorted(sights)
        needed = (index for index in frames if any(not case.done for case, *_ in sights[index]))
        for index, frame in self._frames(needed):
            self._watch.tick(CLOSELY, index - frames[0], frames[-1] - frames[0] + 1)
            picture = frame.opened()[1]
            for case, number, box in sights[index]:
                if not case.done:
                    self._show(case, number, picture, box, crew)
            while len(self._waiting) > _WAITING:
                self._take(crew)
        while self._waiting:
            self._take(crew)

    def _show(self, case: _Case, number: int, picture: Picture, box: Float, crew: Crew) -> None:
        """Ask about a sight, or keep it where it may not be needed and there is room."""
        if number < FIRST or case.decided or self._kept >= _KEPT:
            self._waiting.append((case, number, crew.call(self._best_at, picture, box)))
        else:
            self._kept += 1
            case.kept[number] = self._shown(picture, box)

    def _take(self, crew: Crew) -> None:
        """Wait for what is said of a sight; a detector that hangs ends all of it."""
        case, number, call = self._waiting.popleft()
        error = awaited(call, self._timeout, self._watch.ask)
        if error is not None:
            self._note(error)
        case.said(number, call.result() if error is None else None)
        if case.decided and case.kept:
            kept, case.kept = case.kept, {}
            self._kept -= len(kept)
            if not case.done:
                self._waiting += [(case, number, crew.call(self._best, place)) for number, place in kept.items()]

    def _best_at(self, picture: Picture, box: Float) -> float:
        return self._best(self._shown(picture, box))

    def _shown(self, picture: Picture, box: Float) -> _Place:
        aspect = float(self._source.pixel_aspect)
        return [shown(picture, box, aspect, producer.detector.params.size) for producer in self._producers]

    def _best(self, place: _Place) -> float:
        """The best score that any of them gives the place."""
        pairs = zip(self._producers, place, strict=True)
        return max(agreement(producer.detector, own) for producer, own in pairs)

    def _frames(self, indices: Iterator[int]) -> Iterator[tuple[int, Frame]]:
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
        self.kinds.append(type(error).__name__)
