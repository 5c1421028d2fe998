"""What is done once to a source that is not plain 8-bit 4:2:0: deinterlaced, tone-mapped, converted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.video.frame import VideoFrame

from maskanyone.data import Colours, Video
from maskanyone.errors import Failed
from maskanyone.video.tonemap import HLG, PQ, table_file

_PLAIN = {"yuv420p", "yuvj420p"}
_RGB_LIKE = ("rgb", "bgr", "gbr", "argb", "abgr", "rgba", "bgra", "pal8", "0rgb", "0bgr", "monow", "monob")
_HD_LINES = 720
_BT709, _BT601 = 1, 6

Options = dict[str, str]


@dataclass(frozen=True)
class Filter:
    """Steps of an FFmpeg filter graph, each a name and its options; one frame comes out for each that goes in."""

    steps: tuple[tuple[str, Options], ...]


def filter_for(video: Video) -> Filter | None:
    """The filter that every picture of this source needs, or none.

    A tone-mapped source needs its colour table on disk; it is written here when it is first needed.
    """
    steps: list[tuple[str, Options]] = []
    if video.interlaced:
        steps.append(("bwdif", {"mode": "send_frame", "deint": "interlaced"}))
    if _is_hdr(video):
        size = _size(video)
        steps += [
            ("scale", size | {"in_color_matrix": "bt2020"}),
            ("format", {"pix_fmts": "gbrp16le"}),
            ("lut3d", {"file": str(table_file(video.colours.transfer)), "interp": "tetrahedral"}),
            *_from_rgb(size, "bt709"),
        ]
    elif video.pixel_format.startswith(_RGB_LIKE):
        steps += _from_rgb(_size(video), "bt709" if video.stored[1] >= _HD_LINES else "smpte170m")
    elif video.pixel_format not in _PLAIN:
        steps += scaling(video).steps
    return Filter(tuple(steps)) if steps else None


def scaling(video: Video) -> Filter:
    """To the size and format of the source's first picture: for those that differ within a file."""
    full = colours_after(video).full_range
    kept = "pc" if full else "tv"
    return Filter(
        (
            ("scale", _size(video) | {"in_range": kept, "out_range": kept}),
            ("format", {"pix_fmts": "yuvj420p" if full else "yuv420p"}),
        )
    )


def colours_after(video: Video) -> Colours:
    """How the samples are to be read once the filter is through."""
    if _is_hdr(video):
        return Colours(_BT709, _BT709, _BT709)
    if video.pixel_format.startswith(_RGB_LIKE):
        code = _BT709 if video.stored[1] >= _HD_LINES else _BT601
        return Colours(code, code, code)
    return video.colours


def filtered(video: Video, frames: Iterator[tuple[VideoFrame, bool]]) -> Iterator[tuple[VideoFrame, bool]]:
    """Into 8-bit 4:2:0 of one size, once, where the source is anything else, or becomes so within the file."""
    chosen = filter_for(video)
    plain = (*video.stored, video.pixel_format)
    graph = _Graph(video, chosen) if chosen is not None else None
    marks: deque[bool] = deque()  # filters give one frame for each
    for frame, lost in frames:
        if graph is None and (frame.width, frame.height, frame.format.name) == plain:
            yield frame, lost
            continue
        graph = graph or _Graph(video, scaling(video))
        marks.append(lost)
        for done in graph.push(frame):
            yield done, marks.popleft()
    for done in graph.push(None) if graph is not None else ():
        yield done, marks.popleft() if marks else False


class _Graph:
    """One FFmpeg filter graph; built anew where the picture's size or format changes within a file."""

    def __init__(self, video: Video, chosen: Filter) -> None:
        self._video, self._chosen = video, chosen
        self._graph: Any = None
        self._shape: tuple[int, int, str] | None = None

    def push(self, frame: VideoFrame | None) -> Iterator[VideoFrame]:
        if frame is None:
            yield from self._drained()
            return
        shape = (frame.width, frame.height, frame.format.name)
        if shape != self._shape:
            yield from self._drained()
            self._build(frame)
            self._shape = shape
        self._graph.push(frame)
        yield from self._pulled()

    def _build(self, frame: VideoFrame) -> None:
        graph = av.filter.Graph()
        graph.threads = 1
        nodes = [
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=self._video.time_base
            )
        ]
        nodes += [graph.add(name, **options) for name, options in self._steps(frame)]
        nodes.append(graph.add("buffersink"))
        graph.link_nodes(*nodes).configure()
        self._graph = graph

    def _steps(self, frame: VideoFrame) -> tuple[tuple[str, Options], ...]:
        """The chosen steps, and a scaling where they would let another size through."""
        differs = (frame.width, frame.height) != self._video.stored
        scales = any(name == "scale" for name, _ in self._chosen.steps)
        return self._chosen.steps + (scaling(self._video).steps if differs and not scales else ())

    def _drained(self) -> Iterator[VideoFrame]:
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pulled()

    def _pulled(self) -> Iterator[VideoFrame]:
        while True:
            try:
                done = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if done.time_base and done.pts is not None and done.time_base != self._video.time_base:
                ticks = Fraction(done.pts) * done.time_base / self._video.time_base
                if ticks.denominator != 1:
                    raise Failed(self._video.name, "lost the exact time of a frame", "Please report this file's kind")
                done.pts = int(ticks)
            yield done


def _is_hdr(video: Video) -> bool:
    return video.colours.transfer in (PQ, HLG)


def _size(video: Video) -> Options:
    return {"w": str(video.stored[0]), "h": str(video.stored[1])}


def _from_rgb(size: Options, matrix: str) -> tuple[tuple[str, Options], ...]:
    return ("scale", size | {"out_color_matrix": matrix, "out_range": "tv"}), ("format", {"pix_fmts": "yuv420p"})
