"""Encode one piece of the result: H.264 that every browser plays, the same bytes on every machine."""

from __future__ import annotations

import io
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import av
import cv2
import numpy as np
from av.video.frame import PictureType, VideoFrame

from maskanyone.data import Colours, Timeline, Video

#: OpenCV's number of AVX-512. x264's code for it reads memory that nobody has written where a picture's width is no
#: multiple of 128, so that the same pictures give other bytes each time; what came before AVX-512 is as fast.
_AVX_512 = 13
_UP_TO_AVX_2 = "mmx2,sse,sse2,sse2fast,ssse3,sse4,avx,fma3,bmi1,bmi2,avx2"
#: constants of the output version: two pictures encoded at once; captions of the source do not ride along
ENCODER = {"threads": "2", "a53cc": "0"} | (
    {"x264-params": f"asm={_UP_TO_AVX_2}"} if cv2.checkHardwareSupport(_AVX_512) else {}
)
#: B-pictures make files smaller, but MP4 then writes a frame's length as a difference of decoding times, which is
#: exact at a constant rate only. They are reordered over two pictures.
_B_PICTURES = {"bf": "3", "b-pyramid": "normal"}
REORDER = 2
_FINEST = 10_000
#: frames that wait to be coded
_BEHIND = 3


@dataclass(frozen=True)
class Output:
    """How the result is coded. crf: 0 to 51, lower is better. speed: x264's preset."""

    crf: int = 18
    speed: str = "veryfast"


def constant_rate(timeline: Timeline) -> bool:
    """Whether all frames, the last too, are shown equally long."""
    steps = np.diff(timeline.pts)
    return len(steps) > 0 and bool((steps == timeline.last).all())


def output_base(video: Video) -> tuple[Fraction, int]:
    """The result's time base and how many of its ticks one tick of the source is (exact, at least 1/10000 s)."""
    ticks = max(1, ceil(_FINEST * video.time_base))
    return video.time_base / ticks, ticks


class PieceEncoder:
    """Takes frames in order, gives one MP4 file in memory whose first frame is shown at 0.

    One piece is a few seconds, so it fits into memory; pieces with equal settings join without a second encode. A
    thread of its own codes, a few frames behind whoever gives them.
    """

    def __init__(self, video: Video, size: tuple[int, int], colours: Colours, output: Output, constant: bool) -> None:
        self._base, self._ticks = output_base(video)
        self._bytes = io.BytesIO()
        self._container: Any = av.open(self._bytes, "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=video.frame_rate)
        context = self._stream.codec_context
        context.width, context.height = size
        context.pix_fmt = "yuvj420p" if colours.full_range else "yuv420p"
        context.time_base = self._base
        context.sample_aspect_ratio = video.pixel_aspect
        context.options = {"crf": str(output.crf), "preset": output.speed} | ENCODER
        context.options |= _B_PICTURES if constant else {"bf": "0"}
        context.color_primaries, context.color_trc = colours.primaries, colours.transfer
        context.colorspace, context.color_range = colours.matrix, 2 if colours.full_range else 1
        self._first: int | None = None
        self._hand = ThreadPoolExecutor(1, "encode")
        self._waiting: deque[Future[None]] = deque()

    def add(self, frame: VideoFrame, pts: int) -> None:
        """Take one frame, which nobody may change afterwards. pts: in the source's time base."""
        self._waiting.append(self._hand.submit(self._encode, frame, pts))
        while len(self._waiting) > _BEHIND:
            self._waiting.popleft().result()

    def _encode(self, frame: VideoFrame, pts: int) -> None:
        self._first = pts if self._first is None else self._first
        frame.pts = (pts - self._first) * self._ticks
        frame.time_base = self._base
        frame.pict_type = PictureType.NONE  # the encoder chooses, not the source
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> bytes:
        """Close the piece and return its file."""
        while self._waiting:
            self._waiting.popleft().result()
        self._hand.shutdown()
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._bytes.getvalue()

    def drop(self) -> None:
        """Give up; frees the encoder."""
        self._hand.shutdown(cancel_futures=True)
        self._container.close()
