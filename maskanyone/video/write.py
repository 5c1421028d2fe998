"""Join finished pieces, and the sound, into one file that appears under its final name whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from maskanyone import files
from maskanyone.data import Pixels, Timeline, Video
from maskanyone.errors import BadOutput, Failed
from maskanyone.video.audio import KeptSound
from maskanyone.video.encode import ENCODER, REORDER, constant_rate, output_base

_MILLISECONDS, _FINEST_TIMESCALE = 1000, 1_000_000_000
#: everything that the result says about itself
TAGS = {"comment": "Masked with MaskAnyone"}


def join(
    video: Video,
    timeline: Timeline,
    pieces: Iterable[bytes],
    target: Path,
    *,
    sound: bool,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Write the result to ``target`` (a temporary name) and verify it.

    Args:
        pieces: MP4 files of consecutive spans that together hold each frame of the timeline once.
        sound: keep the source's sound track.
        tick: called now and then; may raise to stop.

    Raises:
        BadOutput: no space, not writable. Failed: what was written is not what was meant.
    """
    base = output_base(video)[0]
    times = shown_at(video, timeline, base)
    with _writing(target, base.denominator) as result, contextlib.ExitStack() as stack:
        pictures = _Pictures(result, iter(pieces), times, base, REORDER if constant_rate(timeline) else 0)
        streams: list[Iterator[Any]] = [pictures.packets()]
        if sound and video.sound is not None:
            kept = stack.enter_context(KeptSound(video, result, tick))
            streams.append(kept.packets())
        for packet in _merged(streams):
            tick()
            result.mux(packet)
    _verify(video, timeline, target, tick, sound=sound and video.sound is not None)


def write_rgb(
    path: Path, frames: Iterable[Pixels], rate: int, sound: NDArray[np.float32] | None = None, sound_rate: int = 44_100
) -> None:
    """Write a small clip made by code. frames: uint8 (h, w, 3), RGB, even size. sound: float32 (N,), -1 to 1."""
    with files.replaced(path) as unfinished, _writing(unfinished) as result:
        _write_rgb(result, frames, rate, sound, sound_rate)


def _write_rgb(
    result: Any, frames: Iterable[Pixels], rate: int, sound: NDArray[np.float32] | None, sound_rate: int
) -> None:
    picture = result.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "veryfast"} | ENCODER)
    picture.pix_fmt = "yuv420p"
    heard = result.add_stream("aac", rate=sound_rate, layout="mono") if sound is not None else None
    for frame in frames:
        if not picture.codec_context.is_open:
            picture.width, picture.height = frame.shape[1], frame.shape[0]
        result.mux(picture.encode(VideoFrame.from_ndarray(frame, format="rgb24")))
    result.mux(picture.encode(None))
    if heard is not None and sound is not None:
        for start in range(0, len(sound), 1024):
            block = av.AudioFrame.from_ndarray(
                sound[None, start : start + 1024].astype(np.float32), format="fltp", layout="mono"
            )
            block.sample_rate, block.pts, block.time_base = sound_rate, start, Fraction(1, sound_rate)
            result.mux(heard.encode(block))
        result.mux(heard.encode(None))


def shown_at(video: Video, timeline: Timeline, base: Fraction) -> NDArray[np.int64]:
    """When each frame of the result begins, and where the last ends: int64 (F + 1,), in ticks of ``base``."""
    finest, ticks = output_base(video)
    ends = np.append(timeline.pts, timeline.pts[-1] + max(timeline.last, 1)) * ticks - round(video.zero / finest)
    scale = finest / base
    return ends * scale.numerator // scale.denominator


class _Pictures:
    """Packets of all pieces, times set from the timeline."""

    def __init__(
        self, result: Any, pieces: Iterator[bytes], times: NDArray[np.int64], base: Fraction, delay: int
    ) -> None:
        self._pieces, self._times, self._base, self._delay = pieces, times, base, delay
        self._waiting = av.open(io.BytesIO(next(pieces)))
        self._stream = result.add_stream_from_template(self._waiting.streams.video[0])
        self._head = bytes(self._waiting.streams.video[0].codec_context.extradata or b"")
        self._stream.time_base = base
        self._stream.metadata.clear()

    def packets(self) -> Iterator[Any]:
        start = 0
        piece: Any = self._waiting
        while piece is not None:
            with piece:
                start += yield from self._of(piece, start)
            data = next(self._pieces, None)
            piece = av.open(io.BytesIO(data)) if data is not None else None

    def _of(self, piece: Any, start: int) -> Generator[Any, None, int]:
        source = piece.streams.video[0]
        if bytes(source.codec_context.extradata or b"") != self._head:
            raise Failed("result", "its pieces do not fit together", "Empty the cache with `maskanyone cache --clear`")
        packets = [p for p in piece.demux(source) if p.size]
        order = {p: i for i, p in enumerate(sorted(p.pts for p in packets))}
        for number, packet in enumerate(packets, start):
            index = start + order[packet.pts]
            packet.stream = self._stream
            packet.time_base = self._base
            packet.pts = int(self._times[index])
            packet.dts = self._decoded_at(number)
            packet.duration = int(self._times[index + 1]) - packet.pts
            if packet.dts > packet.pts:
                raise Failed("result", "a frame would be decoded after it is shown", "Please report this")
            yield packet
        return len(packets)

    def _decoded_at(self, number: int) -> int:
        if number >= self._delay:
            return int(self._times[number - self._delay])
        step = int(self._times[1] - self._times[0])
        return int(self._times[0]) - (self._delay - number) * step


def _merged(streams: list[Iterator[Any]]) -> Iterator[Any]:
    """Packets of all streams by time of decoding, so that the muxer holds back few."""
    heads = [(s, next(s, None)) for s in streams]
    while live := [(float(p.dts * p.time_base), n) for n, (_, p) in enumerate(heads) if p is not None]:
        number = min(live)[1]
        stream, packet = heads[number]
        yield packet
        heads[number] = (stream, next(stream, None))


@contextmanager
def _writing(path: Path, timescale: int = _MILLISECONDS) -> Iterator[Any]:
    """An MP4 file that is open for writing; errors of the disk become sentences.

    timescale: ticks a second in which the file says when each stream begins.
    """
    options = {"movflags": "+faststart", "movie_timescale": str(min(timescale, _FINEST_TIMESCALE))}
    try:
        with av.open(str(path.absolute()), "w", format="mp4", options=options) as result:
            result.metadata.update(TAGS)
            yield result
        files.to_disk(path)
    except (av.FFmpegError, OSError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
            raise BadOutput(path.parent, "has no space left", "Free some, or choose another folder with -o") from None
        if getattr(error, "errno", None) == errno.EFBIG:
            raise BadOutput(
                path.parent, "takes no file so large", "Choose a folder on another disk with -o, or cut the recording"
            ) from None
        if getattr(error, "errno", None) in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOENT):
            raise BadOutput(path.parent, "cannot be written to", "Choose another folder with -o") from None
        raise


def _verify(video: Video, timeline: Timeline, path: Path, tick: Callable[[], None], *, sound: bool) -> None:
    """Read the file back: its streams, every frame's time, where the last ends, and that its first picture decodes."""
    with av.open(str(path.absolute())) as result:
        kinds = sorted(s.type for s in result.streams)
        stream: Any = result.streams.video[0]
        found: list[tuple[int, int]] = []
        for packet in result.demux(stream):
            tick()
            if packet.size and not packet.is_discard:
                found.append((packet.pts, packet.pts + packet.duration))
        meant = shown_at(video, timeline, stream.time_base)
        shown = [begin for begin, _ in sorted(found)] + [max(end for _, end in found)] if found else []
        if kinds != (["audio", "video"] if sound else ["video"]) or not np.array_equal(shown, meant):
            raise Failed(video.name, "the written result is not what was meant", "Please report this; nothing was kept")
    with av.open(str(path.absolute())) as result:
        next(result.decode(video=0))
