"""One reading of a film in which all its doubts are decided: their sights are shown to detectors, each by itself."""

from __future__ import annotations

import logging
import os
from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass

from maskanyone.data import Float, Video
from maskanyone.detect.closely import Shown, agreement, shown
from maskanyone.detect.look import Producer, Seen
from maskanyone.errors import MaskAnyoneError
from maskanyone.pipeline.watch import Watch
from maskanyone.runtime.crew import Crew, awaited
from maskanyone.track import FIRST, Doubt, Opinion, in_vain
from maskanyone.video.again import Again
from maskanyone.video.picture import Picture

CLOSELY = "Looking closely"
#: places, for each core, that wait for an answer while the next frames are read
_WAITING = 2
#: bytes of places that are kept at any one time until it is known whether they are needed
_KEPT = 80_000_000

#: one place as each of the detectors is shown it
_Place = list[Shown]


@dataclass(frozen=True)
class _Answer:
    """About one sight: a score, or the error that kept anybody from being asked."""

    score: float = 0.0
    error: BaseException | None = None


class _Case:
    """A doubt and what was said of it so far; the first sights are those that are asked about in any case.

    kept: those of the others that were shown before it was known whether they are needed, by their number.
    """

    def __init__(self, doubt: Doubt, agree: float) -> None:
        self.doubt, self.kept = doubt, dict[int, _Place]()
        self._agree, self._answers = agree, dict[int, _Answer]()
        self._first = range(min(FIRST, len(doubt.wanted)))

    @property
    def first_answered(self) -> bool:
        """Whether it is known if the others are needed."""
        return all(number in self._answers for number in self._first)

    @property
    def others_needless(self) -> bool:
        """Whether the first said enough, or failed."""
        if not self.first_answered:
            return False
        first = [self._answers[number] for number in self._first]
        return any(answer.error for answer in first) or in_vain([answer.score for answer in first], self._agree)

    def said(self, number: int, answer: _Answer) -> None:
        """Take what was said of a sight."""
        self._answers[number] = answer

    def opinion(self) -> Opinion:
        """All that was said and needed; where one that was needed has no answer, it has failed."""
        needed = self._needed()
        scores = tuple(answer.score for answer in needed if answer and not answer.error)
        return Opinion(scores, len(scores) < len(needed))

    def errors(self) -> list[BaseException]:
        """What went wrong with sights that were needed."""
        return [answer.error for answer in self._needed() if answer and answer.error]

    def _needed(self) -> list[_Answer | None]:
        wanted = self._first if self.others_needless else range(len(self.doubt.wanted))
        return [self._answers.get(number) for number in wanted]


class SecondLook:
    """Asks detectors about doubts. kinds: of the errors because of which something is hidden."""

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
        self._kept, self._hands = 0, max(1, os.cpu_count() or 1)
        self.kinds: list[str] = []

    def of(self, doubts: Sequence[Doubt]) -> list[Opinion]:
        """What is said of each of them."""
        cases = [_Case(doubt, self._agree) for doubt in doubts]
        self._waiting.clear()
        self._kept = 0
        crew = Crew(self._hands, "closely")
        try:
            for producer in self._producers:
                producer.detector.load()
            self._look(cases, crew)
        except MaskAnyoneError:
            raise
        except Exception as error:
            self._note(error, "looking closely broke off")
        finally:
            crew.dismiss()
        for fault in (fault for case in cases for fault in case.errors()):
            self._note(fault, "a place could not be looked at closely")
        return [case.opinion() for case in cases]

    def _look(self, cases: Sequence[_Case], crew: Crew) -> None:
        """Frame by frame; whose first sights said enough need not be read on for."""
        sights: dict[int, list[tuple[_Case, int, Float]]] = defaultdict(list)
        for case in cases:
            hint = case.doubt.hint
            for number, row in enumerate(case.doubt.wanted):
                sights[int(hint.frame[row])].append((case, number, hint.box[row]))
        frames = sorted(sights)
        needed = (index for index in frames if any(not case.others_needless for case, *_ in sights[index]))
        pts = self._seen.timeline.pts
        with closing(Again(self._source, pts, salvage=self._salvage, ask=self._watch.ask)) as again:
            for index in needed:
                frame = again.frame(index)
                self._watch.tick(CLOSELY, index - frames[0], frames[-1] - frames[0] + 1)
                picture = frame.opened()[1]
                for case, number, box in sights[index]:
                    if not case.others_needless:
                        self._show(case, number, picture, box, crew)
                while len(self._waiting) > _WAITING * self._hands:
                    self._take(crew)
        while self._waiting:
            self._take(crew)

    def _show(self, case: _Case, number: int, picture: Picture, box: Float, crew: Crew) -> None:
        """Ask about a sight, or keep it where it may not be needed and there is room."""
        if number < FIRST or case.first_answered or self._kept >= _KEPT:
            self._waiting.append((case, number, crew.call(self._best_at, picture, box)))
            return
        try:
            place = self._shown(picture, box)
        except Exception as error:
            case.said(number, _Answer(error=error))
        else:
            case.kept[number] = place
            self._kept += _bytes(place)

    def _take(self, crew: Crew) -> None:
        """Wait for what is said of a sight; a detector that hangs ends all of it."""
        self._watch.ask()
        case, number, call = self._waiting.popleft()
        error = awaited(call, self._timeout, self._watch.ask)
        case.said(number, _Answer(error=error) if error is not None else _Answer(call.result()))
        if case.first_answered and case.kept:
            kept, case.kept = case.kept, {}
            self._kept -= sum(map(_bytes, kept.values()))
            if not case.others_needless:
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

    def _note(self, error: BaseException, words: str) -> None:
        kind = type(error).__name__
        if kind not in self.kinds:  # a detector that fails may fail in every frame of a film
            logging.getLogger(__name__).error(words, exc_info=error)
            self.kinds.append(kind)


def _bytes(place: _Place) -> int:
    return sum(picture.nbytes for picture, _ in place)
