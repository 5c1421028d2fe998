"""A few pictures of a recording, for lists and for choosing a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from maskanyone.data import Pixels, Video
from maskanyone.video.read import Frame, key_for, read

QUALITY = 80


def stills(video: Video, seconds: Sequence[float], width: int) -> Iterator[Pixels]:
    """One picture for each time, uint8 (h, ``width``, 3) RGB with square pixels; the nearest frame not after it.

    Args:
        seconds: times as a player shows them, ascending.
    """
    size = shape(video, width)
    return (frame.small(size) for frame in at(video, seconds))


def at(video: Video, seconds: Sequence[float]) -> Iterator[Frame]:
    """The frame that a player shows at each of these times, which ascend; fewer where there is none."""
    frames: Iterator[Frame] = iter(())
    kept: Frame | None = None
    for wanted in (int((second + float(video.zero)) / float(video.time_base)) for second in seconds):
        key = key_for(video, wanted)
        if kept is None or (key is not None and kept.pts < key):
            frames = read(video, 0, key, salvage=True)
            kept = next(frames, kept)
        following = next(frames, None)
        while following is not None and following.pts <= wanted:
            kept, following = following, next(frames, None)
        if kept is None:
            return
        yield kept
        kept = following or kept


def shape(video: Video, width: int) -> tuple[int, int]:
    """Width and height of a picture so wide, even and with square pixels."""
    wide, high = video.upright
    height = width * high / (wide * float(video.pixel_aspect))
    return width, max(2, round(height / 2) * 2)


def jpeg(picture: Pixels, quality: int = QUALITY) -> bytes:
    """RGB pixels as a JPEG file, without anything else in it."""
    done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return bytes(data)


def beside(pictures: Sequence[Pixels]) -> Pixels:
    """Pictures of equal size in one row."""
    return np.hstack(pictures)
