"""Small recordings made by code: their pictures, times and clicks are known."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from maskanyone.data import Colours, Float, Pixels, Timeline, Video
from maskanyone.video.encode import Output, PieceEncoder, constant_rate
from maskanyone.video.filters import colours_after
from maskanyone.video.probe import probe
from maskanyone.video.read import read
from maskanyone.video.write import join

RATE, SIZE = 25, (96, 64)
TICK = Fraction(1, RATE)
#: seconds at which the made sound clicks
CLICKS = (0.31, 0.87, 1.42, 2.03, 2.71)
LENGTH = 3.0


@dataclass(frozen=True)
class Track:
    """A made sound track. start: seconds after the first picture. silent: seconds between which packets are missing."""

    codec: str = "aac"
    rate: int = 44_100
    layout: str = "mono"
    start: float = 0.0
    missing: tuple[float, float] | None = None


def drawn(count: int, size: tuple[int, int] = SIZE, seed: int = 0) -> Iterator[Pixels]:
    """Pictures of which no two are equal: uint8 (h, w, 3), RGB. A speckled block moves over changing grey."""
    width, height = size
    speckles = np.random.default_rng(seed).integers(0, 255, (height // 2, width // 3, 3), np.uint8)
    for number in range(count):
        picture = np.full((height, width, 3), 40 + number * 37 % 150, np.uint8)
        left = number % (width - width // 3)
        picture[height // 4 : height // 4 + height // 2, left : left + width // 3] = speckles
        yield picture


def record(
    path: Path,
    codec: str = "libx264",
    options: Mapping[str, str] | None = None,
    *,
    count: int = 40,
    size: tuple[int, int] = SIZE,
    pix_fmt: str = "yuv420p",
    times: Sequence[int] | None = None,
    base: Fraction = TICK,
    keys: Collection[int] = (),
    matrix: Sequence[int] | None = None,
    sound: Track | None = None,
    container: Mapping[str, str] | None = None,
) -> Path:
    """Write a recording. times: of the pictures, in ``base``. keys: pictures that must be key frames."""
    with av.open(str(path), "w", options=dict(container or {})) as file:
        stream: Any = file.add_stream(codec, rate=RATE, options={"threads": "1"} | dict(options or {}))
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = base
        if matrix is not None:
            stream.set_display_matrix(matrix)
        heard: Any = file.add_stream(sound.codec, rate=sound.rate, layout=sound.layout) if sound else None
        for number, picture in enumerate(drawn(count, size)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = times[number] if times else number, base
            if number in keys:
                frame.pict_type = PictureType.I
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
        if sound is not None:
            for packet in sounding(heard.codec_context, sound):
                packet.stream = heard
                file.mux(packet)
    return path


def trimmed(path: Path, start: float, seconds: float) -> Path:
    """Let every edit list of an MP4 file show only so many seconds, as phones trim: all else stays in it."""
    data = bytearray(path.read_bytes())
    (ticks,) = struct.unpack_from(">I", data, data.index(b"mvhd") + 16)
    at = data.index(b"elst")
    while at >= 0:
        (scale,) = struct.unpack_from(">I", data, data.index(b"mdhd", at) + 16)
        (first,) = struct.unpack_from(">i", data, at + 16)
        struct.pack_into(">Ii", data, at + 12, round(seconds * ticks), first + round(start * scale))
        at = data.find(b"elst", at + 1)
    path.write_bytes(data)
    return path


def sounding(encoder: Any, sound: Track) -> Iterator[Any]:
    """Packets of the clicking sound."""
    if not encoder.is_open:
        encoder.open()
    samples = clicking(sound.rate)
    size = encoder.frame_size or 1024
    resampler = av.AudioResampler(format=encoder.format, layout=sound.layout, rate=sound.rate)
    first = round(sound.start * sound.rate)
    base = Fraction(1, sound.rate)
    fifo = av.AudioFifo()
    frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = sound.rate, base, 0
    for ready in resampler.resample(frame):
        fifo.write(ready)
    blocks = iter(lambda: fifo.read(size, partial=True), None)
    for block in [*blocks, None]:
        if block is not None:
            block.pts, block.time_base = block.pts + first, base
        for packet in encoder.encode(block):
            at = float(packet.pts * packet.time_base) - sound.start
            if sound.missing is None or not sound.missing[0] <= at < sound.missing[1]:
                yield packet


def clicking(rate: int) -> Float:
    """Silence with a soft click at each of ``CLICKS``: float32 (N,), -1 to 1."""
    samples = np.zeros(round(LENGTH * rate), np.float32)
    for at in CLICKS:
        click = _click(rate)
        start = round(at * rate) - len(click) // 2
        samples[start : start + len(click)] += click
    return samples


def _click(rate: int) -> Float:
    length = round(0.006 * rate) | 1
    times = (np.arange(length) - length // 2) / rate
    return (0.8 * np.hanning(length) * np.cos(2 * np.pi * 1000 * times)).astype(np.float32)


def clicks(path: Path) -> list[float]:
    """When clicks are heard, seconds after the first picture, from decoding the file."""
    with av.open(str(path)) as container:
        first = next(container.decode(video=0))
        begins = float(first.pts * first.time_base)
    times: list[float] = []
    parts: list[NDArray[np.float64]] = []
    at = end = rate = 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            start = float(frame.pts * frame.time_base)
            if not parts or abs(start - end) > 0.005:
                times += _found(parts, rate, at)
                parts, at, end = [], start, start
            rate = float(frame.sample_rate)
            parts.append(_mixed(frame))
            end += len(parts[-1]) / rate
    return [time - begins for time in (*times, *_found(parts, rate, at))]


def _found(parts: list[NDArray[np.float64]], rate: float, start: float) -> list[float]:
    if not parts:
        return []
    samples, click = np.concatenate(parts), _click(round(rate))
    alike = np.convolve(np.pad(samples, len(click)), click[::-1], "same")[len(click) : -len(click)]
    found: list[float] = []
    loud = 0.1 * float(np.dot(click, click))
    while alike.max(initial=0) > loud:
        peak = int(alike.argmax())
        found.append(start + peak / rate)
        reach = round(0.05 * rate)
        alike[max(peak - reach, 0) : peak + reach] = 0
    return sorted(found)


def _mixed(frame: Any) -> NDArray[np.float64]:
    """All channels as one, at the frame's own rate."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=frame.sample_rate)
    return np.concatenate([ready.to_ndarray()[0] for ready in resampler.resample(frame)]).astype(np.float64)


def through(source: Path, target: Path, *, cuts: Sequence[int] = (), sound: bool = True) -> Video:
    """Read a recording, encode it in pieces that begin at ``cuts``, join them; nothing is hidden."""
    video = probe(source)
    frames = list(read(video))
    timeline = Timeline(np.array([f.pts for f in frames], np.int64), frames[-1].duration)
    pieces = []
    bounds = [0, *cuts, len(frames)]
    for start, stop in pairwise(bounds):
        encoder: PieceEncoder | None = None
        for frame in frames[start:stop]:
            fresh, picture = frame.opened()
            encoder = encoder or PieceEncoder(
                video, picture.size, colours_after(video), Output(), constant_rate(timeline)
            )
            encoder.add(fresh, frame.pts)
        assert encoder is not None
        pieces.append(encoder.finish())
    join(video, timeline, pieces, target, sound=sound)
    return video


def facts(**changes: Any) -> Video:
    """Facts of a recording that nobody made."""
    plain = Video(
        path="none", name="none", sha256="0" * 64, bytes=0, index=0, container="mov,mp4,m4a,3gp,3g2,mj2", codec="h264",
        pixel_format="yuv420p", stored=SIZE, upright=SIZE, turns=0, mirrored=False, pixel_aspect=Fraction(1),
        time_base=TICK, frame_rate=Fraction(RATE), zero=Fraction(0), packets=1, discarded=0, keys=(0,), seekable=True,
        interlaced=False, colours=Colours(), sound=None, duration=0.0,
    )  # fmt: skip
    return replace(plain, **changes)
