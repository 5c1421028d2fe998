"""The one sound track that is kept, in sync: AAC and MP3 are copied, all else becomes AAC at 192 kbit/s.

Text may ride behind a packet's sound (ID3 and APE tags do). Packets are copied only where they are sound to their end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.stream import Discard

from maskanyone.data import Sound, Video
from maskanyone.errors import Damaged, Unreadable
from maskanyone.video.limits import COPIED_SOUNDS, LIMITS, OPEN
from maskanyone.video.mp3 import is_whole_mp3

BIT_RATE = 192_000
#: packets before zero that a decoder needs to start (AAC and MP3 lean on one)
_LEAD = 2
#: sampling rates of AAC, up to the highest that every browser plays
_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
#: slower MP3 has no place in MP4
_LEAST_MP3_RATE = 16_000
#: frames of a packet's data put twice
_TWICE = 2
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def check_sound(video: Video) -> None:
    """Raise ``Unreadable`` where the source's sound is of a kind that cannot be kept."""
    if video.sound is not None and video.sound.codec == "unknown":
        raise Unreadable(video.name, "has a sound track of a kind that is not read here", "Use --audio remove")


class KeptSound:
    """Reads the source's sound and gives packets for ``stream`` of the result; use within ``with``.

    tick: called now and then; may raise to stop.
    """

    def __init__(self, video: Video, result: Any, tick: Callable[[], None] = lambda: None) -> None:
        assert video.sound is not None
        self._video = video
        try:
            self._source: Any = av.open(video.path, options=OPEN)
        except (av.FFmpegError, OSError):
            raise Unreadable(video.name, "cannot be read any more", "Check that it is still there") from None
        self._track: Any = self._source.streams[video.sound.index]
        self._copy = _fits(video.sound) and _is_clean(video, video.sound, tick)
        if self._copy:
            self.stream = result.add_stream_from_template(self._track)
        else:
            rate = next((r for r in _RATES if r >= video.sound.rate), _RATES[-1])
            self.stream = result.add_stream("aac", rate=rate)
            self.stream.codec_context.layout = _LAYOUTS.get(video.sound.channels, "stereo")
            self.stream.codec_context.bit_rate = BIT_RATE
        self.stream.metadata.clear()

    def __enter__(self) -> KeptSound:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def packets(self) -> Iterator[Any]:
        """Packets in order of decoding, zero at the source's zero."""
        return self._copied() if self._copy else self._encoded()

    def _copied(self) -> Iterator[Any]:
        base = self._track.time_base
        shift = round(self._video.zero / base)
        last: int | None = None
        for packet in self._source.demux(self._track):
            if not packet.size or packet.pts is None:
                continue
            if packet.pts - shift < -_LEAD * max(packet.duration or 0, 1):
                continue  # hidden by an edit list: it must not ride along
            if packet.is_discard and packet.pts >= shift:
                continue
            packet.pts -= shift
            packet.dts = packet.pts
            if last is not None and packet.dts <= last:
                continue
            last = packet.dts
            packet.stream = self.stream
            yield packet

    def _encoded(self) -> Iterator[Any]:
        context = self.stream.codec_context
        resampler, shape = None, None
        fifo = av.AudioFifo()
        clock = _Clock(context.sample_rate)
        size = 1024  # samples of one AAC packet
        for frame in self._decoded():
            start = Fraction(frame.pts or 0) * (frame.time_base or 0) - self._video.zero
            if resampler is None or shape != _shape(frame):  # channels or rate may change, as broadcasts do
                resampler, shape = _resampler(context), _shape(frame)
            for ready in resampler.resample(frame):
                for filled in clock.placed(ready, start):
                    fifo.write(filled)
                start += Fraction(ready.samples, context.sample_rate)
            while (block := fifo.read(size)) is not None:
                yield from self._sent(block)
        while (block := fifo.read(size, partial=True)) is not None:
            yield from self._sent(block)
        yield from self._sent(None)

    def _decoded(self) -> Iterator[AudioFrame]:
        self._track.codec_context.thread_count = 1
        for packet in self._source.demux(self._track):
            try:
                yield from (f for f in packet.decode() if f.pts is not None)
            except av.error.InvalidDataError:
                continue  # a damaged packet leaves a silence of its length
            except av.FFmpegError:
                raise Damaged(self._video.name, "has sound that cannot be decoded", "Use --audio remove") from None

    def _sent(self, block: AudioFrame | None) -> Iterator[Any]:
        for packet in self.stream.encode(block):
            packet.stream = self.stream
            yield packet


def _fits(sound: Sound) -> bool:
    """Whether its packets may be copied into MP4 as they are."""
    return sound.codec in COPIED_SOUNDS and not (sound.codec == "mp3" and sound.rate < _LEAST_MP3_RATE)


def _is_clean(video: Video, sound: Sound, tick: Callable[[], None]) -> bool:
    """Whether its packets hold whole frames of sound and nothing behind them."""
    with av.open(video.path, options=OPEN) as source:
        track: Any = source.streams[sound.index]
        for other in (stream for stream in source.streams if stream.index != sound.index):
            other.discard = Discard.all  # not even read, where the container lets them be skipped
        decoder = av.CodecContext.create(sound.codec, "r")  # the track's own would cut what lies before zero
        decoder.extradata = track.codec_context.extradata
        for packet in source.demux(track):
            tick()
            data = bytes(packet)
            if data and not (is_whole_mp3(data) if sound.codec == "mp3" else _is_whole_aac(data, decoder)):
                return False
    return True


def _is_whole_aac(data: bytes, decoder: Any) -> bool:
    """Whether one frame ends where its packet does. AAC tells no size: put twice, both decode unless more is there."""
    data = data.rstrip(b"\0")  # what fills a packet up; a frame ends in ones
    try:
        return len(decoder.decode(av.Packet(data + data))) == _TWICE
    except av.FFmpegError:
        return False


def _resampler(context: Any) -> av.AudioResampler:
    return av.AudioResampler(format=context.format or "fltp", layout=context.layout, rate=context.sample_rate)


def _shape(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


class _Clock:
    """Keeps sound in step with its timestamps: gaps become silence, overlaps and what lies before zero are cut."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._next = 0  # samples since zero
        self._slack = rate // 200  # 5 ms: timestamps rounded to milliseconds are no gap

    def placed(self, frame: AudioFrame, start: Fraction) -> Iterator[AudioFrame]:
        samples = frame.to_ndarray()
        at = round(start * self._rate)
        missing = at - self._next
        if at > LIMITS.seconds * self._rate:
            raise Damaged("sound", "has a time beyond any recording's length", "Use --audio remove")
        if missing > self._slack:
            for begin in range(0, missing, self._rate):
                silence = np.zeros((samples.shape[0], min(self._rate, missing - begin)), samples.dtype)
                yield self._made(silence, frame)
        elif -missing > self._slack or at < 0:
            samples = samples[:, max(-missing, 0) :]
        if samples.shape[1]:
            yield self._made(samples, frame)

    def _made(self, samples: Any, like: AudioFrame) -> AudioFrame:
        made = AudioFrame.from_ndarray(np.ascontiguousarray(samples), format=like.format.name, layout=like.layout.name)
        made.sample_rate = self._rate
        made.pts = self._next
        made.time_base = Fraction(1, self._rate)
        self._next += samples.shape[1]
        return made
