"""Decode a source into upright 8-bit 4:2:0 frames, in order, with exact times; what is lost is seen (see ``loss``)."""

from __future__ import annotations

import os
import queue
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

import av
import cv2
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import Interpolation

from maskanyone.data import Pixels, Video
from maskanyone.errors import Unreadable
from maskanyone.video.filters import colours_after, filtered
from maskanyone.video.limits import LIMITS, OPEN
from maskanyone.video.loss import REORDERED, Watch, check_whole, damaged
from maskanyone.video.picture import Picture

__all__ = ["Frame", "ahead", "check_same", "check_whole", "key_for", "read", "read_ahead", "stamp"]

#: constants of the output version, not of the machine
DECODER_THREADS = 2
#: seconds: a time that lies further back than this belongs to another recording, joined to the first
_MOST_BACK = 0.5
#: how far pixels are stretched at most to be square
_MOST_STRETCH = 2.0
#: seconds to wait for a decoder that stalls before asking whether to stop
_PATIENCE = 0.5
_TURNS = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}


class _UnsoundKeyError(Exception):
    """What calls itself a key frame is none, since pictures after it lean on others before it, or it comes too late."""


class _StoppedError(Exception):
    """Nobody waits for what is read."""


class Frame:
    """One decoded frame. index: in order of presentation. pts: in the source's time base. lost: not to be trusted."""

    def __init__(self, source: VideoFrame, video: Video, index: int, pts: int, duration: int, lost: bool) -> None:
        self.index, self.pts, self.duration, self.lost = index, pts, duration, lost
        self._source, self._video = source, video
        self._squares: dict[int, tuple[Pixels, tuple[float, float]]] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture, px."""
        return self._video.upright

    def small(self, size: tuple[int, int]) -> Pixels:
        """The upright picture scaled to ``size`` (width, height): uint8 (h, w, 3), RGB."""
        width, height = size if self._video.turns % 2 == 0 else size[::-1]
        small = self._source.reformat(width, height, "rgb24", interpolation=Interpolation.AREA)
        return _upright(small.to_ndarray().astype(np.uint8, copy=False), self._video)

    def square(self, longer: int) -> tuple[Pixels, tuple[float, float]]:
        """The picture with square pixels, at most ``longer`` px, and the scale from the upright picture to it.

        The scale is across and down; it depends on nothing but the recording and ``longer``. Whoever asks for the same
        size gets the same picture, which nobody may write to.
        """
        if longer not in self._squares:
            self._squares[longer] = self._square(longer)
        return self._squares[longer]

    def _square(self, longer: int) -> tuple[Pixels, tuple[float, float]]:
        width, height = self.size
        # a stretch that few cameras make is likelier a wrong flag: half of it finds faces either way
        wide = width * min(max(float(self._video.pixel_aspect), 1 / _MOST_STRETCH), _MOST_STRETCH)
        factor = min(1.0, longer / max(wide, height))
        size = max(2, round(wide * factor)), max(2, round(height * factor))
        picture = self.small(size)
        picture.flags.writeable = False
        return picture, (size[0] / width, size[1] / height)

    def luma(self, longer: int) -> Pixels:
        """The brightness of the upright picture, at most ``longer`` px: uint8 (h, w)."""
        width, height = self.size
        factor = min(1.0, longer / max(width, height))
        size = max(2, round(width * factor)), max(2, round(height * factor))
        plane = _planes(self._source)[0]
        if factor < 1:
            stored = size if self._video.turns % 2 == 0 else size[::-1]
            plane = cv2.resize(plane, stored, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        else:
            plane = plane.copy()  # a view would hold the whole frame
        return _upright(plane, self._video)

    def thumbnail(self, width: int) -> Pixels:
        """A coarse picture as coded, not turned, for comparing neighbours: uint8 (h, width, 3), RGB."""
        planes = _planes(self._source)
        size = (width, max(1, round(planes[0].shape[0] * width / planes[0].shape[1])))
        small = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes]
        return np.asarray(cv2.cvtColor(cv2.merge(small), cv2.COLOR_YUV2RGB), np.uint8)

    def opened(self) -> tuple[VideoFrame, Picture]:
        """A fresh frame of even size to be changed and encoded, and the picture that lies in it."""
        planes = [_upright(plane, self._video) for plane in _planes(self._source)]
        height, width = (n + n % 2 for n in planes[0].shape)
        colours = colours_after(self._video)
        target = VideoFrame(width, height, "yuvj420p" if colours.full_range else "yuv420p")
        views = _planes(target)
        for view, plane in zip(views, planes, strict=True):
            rows, columns = plane.shape
            view[:rows, :columns] = plane
            view[rows:] = view[rows - 1 : rows]
            view[:, columns:] = view[:, columns - 1 : columns]
        y, u, v = views
        return target, Picture(y, u, v, colours)


def read(
    video: Video,
    start: int = 0,
    at: int | None = None,
    *,
    salvage: bool = False,
    ask: Callable[[], None] = lambda: None,
) -> Generator[Frame, None, None]:
    """Yield frames in order of presentation.

    Args:
        video: facts from ``probe``.
        start: index of the first frame that is yielded.
        at: its time (source's time base), or any since its predecessor's, where reading may begin at a key frame; else
            all before ``start`` is decoded and counted.
        salvage: yield frames that a loss has spoiled, marked ``lost``, instead of refusing.
        ask: called for every frame before ``start`` that is decoded; may raise to stop.

    Raises:
        Damaged: something is missing and ``salvage`` is off.
    """
    if at is not None and video.seekable:
        try:
            yield from _numbered(video, start, at, salvage, ask)
            return
        except _UnsoundKeyError:  # nothing was given yet
            pass
    yield from _numbered(video, start, None, salvage, ask)


def _numbered(video: Video, start: int, at: int | None, salvage: bool, ask: Callable[[], None]) -> Iterator[Frame]:
    """Frames from ``start`` on; from a key frame where ``at`` is given, else counted from the front."""
    index, previous, step = (0, None, 1) if at is None else (start, at - 1, 1)
    for source, lost in filtered(video, _trusted(video, at, salvage)):
        pts = source.pts if source.pts is not None else (previous + step if previous is not None else 0)
        if at is not None and pts < at:
            ask()
            continue
        if previous is not None and pts <= previous:
            if not salvage and (previous - pts) * video.time_base > _MOST_BACK:
                raise damaged(video, "its times jump back")
            pts = previous + 1
        if previous is not None:
            step = pts - previous
        duration = 0 if video.interlaced else int(source.duration or 0)  # the deinterlacer counts in fields
        # counted from the front where nothing can be sought: a time alone does not say which frame it is
        if index >= start:
            yield Frame(source, video, index, pts, duration or step, lost)
        else:
            ask()
        index, previous = index + 1, pts


def read_ahead(
    video: Video,
    start: int = 0,
    at: int | None = None,
    *,
    salvage: bool = False,
    ask: Callable[[], None] = lambda: None,
    passing: Callable[[], None] = lambda: None,
) -> Generator[Frame, None, None]:
    """The same as ``read``, decoded in a thread of its own, which ends with whoever uses the frames.

    ask: called now and then while a frame is waited for; may raise to stop. passing: called by that thread for every
    frame before ``start`` that is decoded.
    """
    stopped = threading.Event()

    def passed_over() -> None:
        if stopped.is_set():
            raise _StoppedError
        passing()

    return ahead(read(video, start, at, salvage=salvage, ask=passed_over), ask, stopped=stopped)


def check_same(video: Video) -> None:
    """Raise ``Unreadable`` where the file is no longer the one that was probed."""
    if video.stamp is not None and stamp(video.path) != video.stamp:
        raise Unreadable(video.name, "was changed while it was read", "Run it again when nothing writes to it")


def stamp(path: str) -> tuple[int, int, int, int]:
    """What tells one state of a file from another: device, inode, bytes, time of change in ns; zeros if it is gone."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0, 0, 0
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def ahead(
    frames: Iterator[Frame],
    ask: Callable[[], None] = lambda: None,
    depth: int = 6,
    stopped: threading.Event | None = None,
) -> Generator[Frame, None, None]:
    """Decode in a thread of its own, at most ``depth`` frames ahead of whoever uses them.

    ask: called now and then while a frame is waited for; may raise to stop. stopped: set once nobody waits any longer.
    """
    waiting: queue.Queue[Frame | BaseException | None] = queue.Queue(depth)
    stopped = stopped or threading.Event()

    def hand_over(item: Frame | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for frame in frames:
                hand_over(frame)
                if stopped.is_set():
                    return
            hand_over(None)
        except BaseException as error:  # handed to the reader, who raises it
            hand_over(error)

    thread = threading.Thread(target=work, name="decode", daemon=True)
    thread.start()
    try:
        while (item := _next(waiting, ask)) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        while thread.is_alive() and not waiting.empty():  # whoever waits for room need not wait any longer
            waiting.get()
        thread.join(_PATIENCE)


def _next(waiting: queue.Queue[Frame | BaseException | None], ask: Callable[[], None]) -> Frame | BaseException | None:
    while True:
        try:
            return waiting.get(timeout=_PATIENCE)
        except queue.Empty:
            ask()


def _trusted(video: Video, at: int | None, salvage: bool) -> Iterator[tuple[VideoFrame, bool]]:
    """Decoded frames, each with whether a loss before it may have spoiled it."""
    watch = Watch(video, salvage)
    held: deque[tuple[VideoFrame, bool]] = deque()
    depth = REORDERED if salvage else 0
    sought = False
    check_same(video)
    with av.open(video.path, options=OPEN) as container:
        stream = _stream(container, video)
        if at is not None and (key := key_for(video, at)) is not None:
            container.seek(key, stream=stream, backward=True)
            sought = True
            watch.resume(key)
        for packet in container.demux(stream):
            watch.saw(packet)
            try:
                frames = packet.decode()
            except av.FFmpegError:
                watch.failed(packet)
                continue
            for frame in frames:
                if sought and not _begins(frame, at):
                    raise _UnsoundKeyError
                sought = False
                held.append((frame, watch.spoiled(frame)))
                if held[-1][1] and not frame.key_frame:  # pictures shown before it may lean on it
                    held = deque((f, lost or not f.key_frame) for f, lost in held)
            while len(held) > depth:
                yield held.popleft()
        if sought:  # not one picture came
            raise _UnsoundKeyError
        watch.finished()
        yield from held


def _begins(frame: VideoFrame, at: int | None) -> bool:
    """Whether a picture is one to begin with, and not after the wanted one: some demuxers seek by decoding times."""
    late = at is not None and frame.pts is not None and frame.pts > at
    return bool(frame.key_frame and frame.pict_type == PictureType.I) and not late


def _stream(container: Any, video: Video) -> Any:
    stream = container.streams[video.index]
    stream.codec_context.options = {"max_pixels": str(LIMITS.pixels)}
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = DECODER_THREADS
    return stream


def key_for(video: Video, at: int) -> int | None:
    """The last key frame that is not later than this time; none where reading starts at the front."""
    position = bisect_right(video.keys, at) if video.seekable else 0
    return video.keys[position - 1] if position > 1 else None


def _planes(frame: VideoFrame) -> list[Pixels]:
    """Views of a frame's three planes, without the padding at the end of rows."""
    views = []
    for plane in frame.planes[:3]:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)  # type: ignore[call-overload]
        views.append(rows[:, : plane.width])
    return views


def _upright(picture: Pixels, video: Video) -> Pixels:
    if video.mirrored:
        picture = picture[:, ::-1]
    if video.turns:
        picture = cv2.rotate(np.ascontiguousarray(picture), _TURNS[video.turns])  # type: ignore[assignment]
    return picture if picture.flags.c_contiguous or not video.mirrored else np.ascontiguousarray(picture)
