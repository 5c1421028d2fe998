"""Look at a film once: detections, evidence of cuts, and who looked at which frame with what outcome.

A look is a function of a span of frames. Its answer is facts, kept under the hash of exactly what made them, so a
second run, or one with one detector more, looks only where nobody has looked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, TimeoutError
from functools import partial
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maskanyone.data import Pixels, Span, Store, Video
from maskanyone.detect import MOST_STEADY, Found
from maskanyone.detect.answers import Answers
from maskanyone.detect.facts import Part, Producer, Seen, joined
from maskanyone.detect.views import Shown, View, seen
from maskanyone.errors import Failed
from maskanyone.runtime.crew import Crew, awaited
from maskanyone.video.read import Frame, check_same, read_ahead

__all__ = ["SPAN", "TIMEOUT", "VERSION", "Key", "Producer", "Seen", "look", "look_around"]

#: goes up when the same detectors would be shown other pictures
VERSION = 7
SPAN = 256
#: frames that are read again before a span, as many as any view remembers
_LEAD = MOST_STEADY - 1
#: seconds that one picture may take before its detector counts as hung
TIMEOUT = 60.0
_CUT_WIDTH = 128
_MOST_AROUND = 1000
#: pictures that wait for each thread: while one takes its time over a large picture, the others have enough to do
_WAITING = 6
#: seconds: after a longer pause every detector looks, since a turn would come too late
_LONGEST_TURN = 0.15

Key = Callable[[str, Span, Mapping[str, Any]], str]


def look(
    video: Video,
    producers: Sequence[Producer],
    facts: Store,
    key: Key,
    *,
    salvage: bool,
    tick: Callable[[int], None],
    timeout: float = TIMEOUT,
) -> Seen:
    """Look at every frame, or take from ``facts`` what is known already.

    Args:
        facts: ``get(key)`` and ``put(key, bytes)``.
        key: gives the key of an artefact: its kind, its span, and what else made it.
        tick: called with each frame's index; may raise to stop.

    Raises:
        Damaged: a loss, and ``salvage`` is off.
    """
    eyes = _Eyes(video, producers, timeout)
    parts: list[Part] = []
    reader: _Reader | None = None
    try:
        while not parts or not parts[-1].last:
            start = parts[-1].span.stop if parts else 0
            span = Span(start, start + SPAN)
            names = {"frames": key("frames", span, {})} | {
                p.name: key("detections", span, p.identity) for p in producers
            }
            part = Part.known(span, {name: facts.get(k) for name, k in names.items()})
            if part is None:
                if reader is None or reader.position != start:
                    if reader is not None:
                        reader.close()
                    eyes.forget()
                    reader = _Reader(video, start, parts[-1].pts if parts else None, salvage, partial(tick, start))
                part = eyes.look(reader, span, tick)
                check_same(video)
                for name, data in part.stored().items():
                    facts.put(names[name], data)
            tick(part.span.stop)
            parts.append(part)
    finally:
        eyes.close()
        if reader is not None:
            reader.close()
    return joined(video, parts, producers)


def look_around(video: Video, producers: Sequence[Producer], frames: Iterator[Frame], timeout: float = TIMEOUT) -> Seen:
    """Look at a few consecutive frames, for a preview; nothing is kept. Their indices count from 0."""
    eyes = _Eyes(video, producers, timeout)
    try:
        part = eyes.look(frames, Span(0, _MOST_AROUND), lambda _: None)
    finally:
        eyes.close()
    return joined(video, [part], producers)


class _Reader:
    """Frames in order, decoded ahead; knows the few before its first, which evidence of cuts and steady views need."""

    def __init__(
        self, video: Video, start: int, known: NDArray[np.int64] | None, salvage: bool, ask: Callable[[], None]
    ) -> None:
        lead = min(start, _LEAD)
        at = int(known[-lead]) if known is not None and lead else None
        self._frames = read_ahead(video, start - lead, at, salvage=salvage, ask=ask)
        self.previous = list(islice(self._frames, lead))
        self.position = start
        if known is not None and lead and (len(self.previous) < lead or self.previous[-1].pts != known[-1]):
            self.close()
            raise Failed(video.name, f"frame {start} could not be read again", "Run `maskanyone cache --clear`")

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        frame = next(self._frames)
        self.position += 1
        return frame

    def close(self) -> None:
        self._frames.close()


class _Eyes:
    """Hands small pictures to detectors in threads and gathers what they say, in order."""

    def __init__(self, video: Video, producers: Sequence[Producer], timeout: float) -> None:
        self._video, self._producers, self._timeout = video, producers, timeout
        self._hands = max(1, os.cpu_count() or 1)
        self._crew = Crew(self._hands, "look")
        self._dead: set[str] = set()
        self._views = {producer.name: View(producer.detector.params) for producer in producers}
        self._thumbnail: Pixels | None = None
        self._last: int | None = None

    def close(self) -> None:
        self._crew.dismiss()

    def forget(self) -> None:
        """The next frame does not follow the last one."""
        self._thumbnail = self._last = None
        for view in self._views.values():
            view.begin()

    def _after_pause(self, frame: Frame) -> bool:
        """Whether the frame before was shown so long that detectors cannot take turns."""
        before, self._last = self._last, frame.pts
        return before is not None and (frame.pts - before) * self._video.time_base > _LONGEST_TURN

    def look(self, frames: Any, span: Span, tick: Callable[[int], None]) -> Part:
        """The next ``len(span)`` frames; fewer where the film ends."""
        for producer in self._producers:
            producer.detector.load()
        pts: list[int] = []
        lost: list[bool] = []
        change: list[float] = []
        duration, last = 1, False
        answers = {
            producer.name: Answers(producer.name, producer.detector.points, self._video.upright)
            for producer in self._producers
        }
        if self._thumbnail is None:
            self._remember(getattr(frames, "previous", ()), span.start)
        waiting: list[tuple[Answers, Shown, Future[Found]]] = []
        for index in range(span.start, span.stop):
            tick(index)
            frame = next(frames, None)
            if frame is None:
                last = True
                break
            pts.append(frame.pts)
            lost.append(frame.lost)
            duration = frame.duration
            change.append(self._change(frame))
            slow = self._after_pause(frame)
            for producer in self._producers:
                shown = self._views[producer.name].of(frame, index, slow)
                if shown is None:
                    continue
                if producer.name in self._dead:
                    answers[producer.name].fault(shown.frame, "was left out after it hung")
                    continue
                call = self._crew.call(seen, producer.detector, shown.picture)
                waiting.append((answers[producer.name], shown, call))
            while len(waiting) > _WAITING * self._hands:
                self._take(*waiting.pop(0), partial(tick, index))
        for item in waiting:
            self._take(*item, partial(tick, index))
        if not pts and span.start == 0:
            raise Failed(self._video.name, "gave no frame", "Please report this file's kind")
        return Part(
            Span(span.start, span.start + len(pts)),
            np.array(pts, np.int64),
            duration,
            np.array(lost, bool),
            np.array(change, np.float32),
            last,
            {name: a.arrays() for name, a in answers.items()},
        )

    def _remember(self, previous: Sequence[Frame], start: int) -> None:
        """Take in the frames before the first that is looked at."""
        for index, frame in enumerate(previous, start - len(previous)):
            for view in self._views.values():
                view.remember(frame, index)
            self._change(frame)
            self._last = frame.pts

    def _take(
        self,
        answers: Answers,
        shown: Shown,
        future: Future[Found],
        ask: Callable[[], None],
    ) -> None:
        hung = answers.name in self._dead
        try:
            error = awaited(future, 0.0 if hung else self._timeout, ask)
        except TimeoutError:
            if not future.cancel():
                self._crew.hire()  # others must not wait for a thread that hangs
            self._dead.add(answers.name)
            what = "was left out after it hung" if hung else f"took longer than {self._timeout:g} s"
            answers.fault(shown.frame, what)
            return
        if error is not None:  # every fault of a detector is kept and told
            answers.fault(shown.frame, f"raised {type(error).__name__}: {error}")
        else:
            answers.take(shown.frame, shown.scale, future.result())

    def _change(self, frame: Frame) -> float:
        """Mean absolute difference of hue, saturation and value to the frame before, as PySceneDetect measures it."""
        thumbnail = cv2.cvtColor(frame.thumbnail(_CUT_WIDTH), cv2.COLOR_RGB2HSV)
        before, self._thumbnail = self._thumbnail, thumbnail  # type: ignore[assignment]
        return 0.0 if before is None else float(cv2.absdiff(before, thumbnail).mean())
