"""Render pieces: read their frames, hide every region, encode; a function of plain data, so pieces may run anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from maskanyone.data import Film, Kind, Moment, Plan, Region, Span, Timeline, Track, Video
from maskanyone.errors import Failed
from maskanyone.render.compose import fill, lay
from maskanyone.render.guard import Guarded, Hides
from maskanyone.render.regions import region, target_box, whole
from maskanyone.video.again import Again
from maskanyone.video.encode import Output, PieceEncoder, constant_rate
from maskanyone.video.filters import colours_after
from maskanyone.video.picture import Picture
from maskanyone.video.read import Frame

#: what stands in for a method that failed, and covers pictures that nobody could look at
SOLID = (31, 33, 35)
#: goes up when the same plan would give other pictures
VERSION = 1
_BUCKET = 64
_MOST_FAULTS = 50


@dataclass(frozen=True)
class Hiding:
    """One step of a recipe, ready to be used. target: what it hides of each track."""

    target: Kind
    hider: Hides


@dataclass(frozen=True)
class Task:
    """Everything that decides the pictures of some pieces of a film; plain data."""

    video: Video
    timeline: Timeline
    plan: Plan
    steps: tuple[Hiding, ...]
    output: Output
    spans: tuple[Span, ...]
    salvage: bool = False


@dataclass(frozen=True)
class Piece:
    """A finished piece. data: MP4 file in memory. faults: sentences about methods that failed, with frame."""

    span: Span
    data: bytes
    faults: tuple[str, ...]


def render(task: Task, tick: Callable[[int], None], ask: Callable[[], None] = lambda: None) -> Iterator[Piece]:
    """Render the task's spans, in order.

    Args:
        tick: called with each frame's index; may raise to stop.
        ask: called now and then while a method is waited for; may raise to stop.

    Raises:
        Failed: the second decoding does not give the frames of the first.
    """
    hiding = Renderer(task.video, task.timeline, task.plan, task.steps, ask)
    again = Again(task.video, task.timeline.pts, salvage=task.salvage, ask=ask)
    try:
        for span in task.spans:
            yield _piece(task, span, again.since(span.start), hiding, tick)
    finally:
        again.close()
        hiding.close()


class Renderer:
    """Hides, frame by frame, what a plan says; used by pieces and by previews."""

    def __init__(
        self,
        video: Video,
        timeline: Timeline,
        plan: Plan,
        steps: Sequence[Hiding],
        ask: Callable[[], None] = lambda: None,
    ) -> None:
        self._video, self._timeline, self._plan = video, timeline, plan
        self._steps = [(step.target, Guarded(deepcopy(step.hider), ask=ask)) for step in steps]
        try:
            for _, guarded in self._steps:
                guarded.prepare(Film(video.upright, len(timeline), plan.seed))
        except BaseException:
            self.close()
            raise
        self._near: dict[int, list[Track]] = defaultdict(list)
        for track in plan.tracks:
            for bucket in range(int(track.frame[0]) // _BUCKET, int(track.frame[-1]) // _BUCKET + 1):
                self._near[bucket].append(track)
        self.faults: list[str] = []

    def close(self) -> None:
        """End the methods' threads."""
        for _, guarded in self._steps:
            guarded.close()

    def hide(self, picture: Picture, index: int) -> None:
        """Hide all that the plan hides in frame ``index``, in place."""
        width, height = (n + n % 2 for n in self._video.upright)
        if picture.size != (width, height):
            raise Failed(self._video.name, f"frame {index} is of another size", "Please report this file's kind")
        if any(span.start <= index < span.stop for span in self._plan.covered):
            fill(picture, whole(picture.size, "all"), SOLID)
            return
        for track in self._near.get(index // _BUCKET, ()):
            row = index - int(track.frame[0])
            if 0 <= row < len(track):
                for target, guarded in self._steps:
                    box = target_box(track.box[row], track.kind, target)
                    area = region(box, picture.size, guarded.hider.params, track.id)
                    if area is not None:
                        self._replace(picture, area, guarded, index)

    def _replace(self, picture: Picture, area: Region, guarded: Guarded, index: int) -> None:
        pts = self._timeline.pts
        seconds = float((int(pts[index]) - int(pts[0])) * self._video.time_base)
        random = np.random.default_rng([self._plan.seed, index, int(area.track[:8], 16)])
        pixels, fault = guarded.hide(picture.rgb(area.rect), area, Moment(index, seconds, area.track, random))
        if pixels is None:
            self.faults.append(f"frame {index}: {fault}; the region was filled")
            fill(picture, area, SOLID)
        else:
            lay(picture, pixels, area)


def _piece(task: Task, span: Span, frames: Iterator[Frame], hiding: Renderer, tick: Callable[[int], None]) -> Piece:
    encoder: PieceEncoder | None = None
    already = len(hiding.faults)
    try:
        for index in range(span.start, span.stop):
            tick(index)
            frame = next(frames)
            target, picture = frame.opened()
            if encoder is None:
                encoder = PieceEncoder(
                    task.video, picture.size, colours_after(task.video), task.output, constant_rate(task.timeline)
                )
            hiding.hide(picture, index)
            encoder.add(target, frame.pts)
        assert encoder is not None
        data = encoder.finish()
    except BaseException:
        if encoder is not None:
            encoder.drop()
        raise
    said = hiding.faults[already:]
    more = [f"and {len(said) - _MOST_FAULTS} more in this piece"] if len(said) > _MOST_FAULTS else []
    del hiding.faults[already:]
    return Piece(span, data, (*said[:_MOST_FAULTS], *more))
