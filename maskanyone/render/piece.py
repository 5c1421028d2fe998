"""Render one piece: read its frames, hide every region, encode; a function of plain data, so pieces may run anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from maskanyone.data import Colours, Film, Kind, Moment, Region, Span, Timeline, Track, Video
from maskanyone.errors import Failed
from maskanyone.render.compose import fill, lay
from maskanyone.render.guard import Guarded, Hides
from maskanyone.render.regions import region, target_box, whole
from maskanyone.video.encode import Output, PieceEncoder
from maskanyone.video.picture import Picture
from maskanyone.video.read import Frame

#: what stands in for a method that failed, and covers pictures that nobody could look at
SOLID = (31, 33, 35)


@dataclass(frozen=True)
class Hiding:
    """One step of a recipe, ready to be used. target: what it hides of each track."""

    target: Kind
    hider: Hides


@dataclass(frozen=True)
class Plan:
    """Everything that decides the pictures of a film. covered: spans whose whole picture is replaced."""

    tracks: tuple[Track, ...]
    covered: tuple[Span, ...]
    seed: int


@dataclass(frozen=True)
class Piece:
    """A finished piece. data: MP4 file in memory. faults: sentences about methods that failed, with frame."""

    span: Span
    data: bytes
    faults: tuple[str, ...]


class Renderer:
    """Hides, frame by frame, what a plan says; used by pieces and by previews."""

    def __init__(self, video: Video, timeline: Timeline, plan: Plan, steps: Sequence[Hiding]) -> None:
        self._video, self._timeline, self._plan = video, timeline, plan
        film = Film(video.upright, len(timeline), plan.seed)
        self._steps = [(step.target, Guarded(step.hider)) for step in steps]
        for step in steps:
            step.hider.prepare(film)
        self.faults: list[str] = []

    def close(self) -> None:
        """End the methods' threads."""
        for _, guarded in self._steps:
            guarded.close()

    def hide(self, picture: Picture, index: int) -> None:
        """Hide all that the plan hides in frame ``index``, in place."""
        if any(span.start <= index < span.stop for span in self._plan.covered):
            fill(picture, whole(picture.size, "all"), SOLID)
            return
        for track in self._plan.tracks:
            row = index - int(track.frame[0])
            if 0 <= row < len(track):
                for target, guarded in self._steps:
                    box = target_box(track.box[row], track.kind, target)
                    area = region(box, picture.size, guarded.hider.params, track.id)
                    if area is not None:
                        self._replace(picture, area, guarded, index)

    def _replace(self, picture: Picture, area: Region, guarded: Guarded, index: int) -> None:
        seconds = float((int(self._timeline.pts[index]) - int(self._timeline.pts[0])) * self._video.time_base)
        random = np.random.default_rng([self._plan.seed, index, int(area.track[:8] or "0", 16)])
        crop = picture.rgb(area.rect)
        pixels, fault = guarded.hide(crop, area, Moment(index, seconds, area.track, random))
        if pixels is None:
            self.faults.append(f"frame {index}: {fault}; the region was filled")
            fill(picture, area, SOLID)
        else:
            lay(picture, pixels, area)


def render(
    span: Span, frames: Iterator[Frame], renderer: Renderer, video: Video, timeline: Timeline, colours: Colours,
    output: Output, constant: bool, tick: Callable[[int], None],
) -> Piece:
    """Render the next ``len(span)`` frames of ``frames``. tick: called with each frame's index; may raise to stop.

    Raises:
        Failed: the second decoding does not give the frames of the first.
    """
    encoder: PieceEncoder | None = None
    already = len(renderer.faults)
    try:
        for index in range(span.start, span.stop):
            tick(index)
            frame = next(frames, None)
            if frame is None or frame.pts != timeline.pts[index]:
                raise Failed(video.name, f"frame {index} could not be read a second time", "Please report this file's kind")
            target, picture = frame.opened()
            if encoder is None:
                encoder = PieceEncoder(video, picture.size, colours, output, constant)
            renderer.hide(picture, index)
            encoder.add(target, frame.pts)
    except BaseException:
        if encoder is not None:
            encoder.drop()
        raise
    assert encoder is not None
    return Piece(span, encoder.finish(), tuple(renderer.faults[already:]))
