"""Kept sound stays in step with the picture, and what an edit list hides of it stays away."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from maskanyone.errors import Unreadable
from maskanyone.video.audio import KeptSound, check_sound
from maskanyone.video.mp3 import is_whole_mp3
from maskanyone.video.probe import probe

from .clips import CLICKS, TICK, Track, clicks, drawn, facts, record, sounding, through

SYNC = 0.005
#: by container: a picture codec that belongs there
PICTURES = {"avi": "mpeg4", "webm": "libvpx", "mpg": "mpeg1video", "flv": "flv1"} | dict.fromkeys(
    ["mp4", "mov", "mkv", "ts"], "libx264"
)
COPIED = [("mp4", "aac", 44_100), ("mkv", "aac", 48_000), ("ts", "aac", 44_100), ("mov", "aac", 22_050),
          ("mp4", "libmp3lame", 44_100), ("mkv", "libmp3lame", 48_000), ("avi", "libmp3lame", 44_100),
          ("flv", "libmp3lame", 44_100)]  # fmt: skip
ENCODED = [("mov", "pcm_s16le", 44_100), ("mkv", "pcm_s24le", 48_000), ("avi", "pcm_s16le", 44_100),
           ("mkv", "pcm_f32le", 44_100), ("webm", "libopus", 48_000), ("mp4", "libopus", 48_000),
           ("mkv", "flac", 44_100), ("mp4", "alac", 44_100), ("ts", "mp2", 44_100), ("mpg", "mp2", 44_100),
           ("mkv", "ac3", 48_000), ("mov", "pcm_mulaw", 44_100)]  # fmt: skip
#: rates that AAC or MP4 does not know
ODD = [("mkv", "pcm_s16le", 10_000), ("mkv", "pcm_s16le", 37_800), ("mkv", "pcm_s16le", 96_000),
       ("mkv", "pcm_s16le", 4_000), ("avi", "libmp3lame", 11_025), ("mkv", "libmp3lame", 8_000)]  # fmt: skip
OFFSETS = {"late": {"start": 0.3}, "early": {"start": -0.5}, "with a hole": {"missing": (1.0, 1.3)}}
SOME = [COPIED[0], COPIED[1], COPIED[2], COPIED[4], ENCODED[0], ENCODED[4], ENCODED[6], ENCODED[8]]


@pytest.mark.parametrize(
    ("suffix", "codec", "rate", "how"),
    [pytest.param(*kind, {}, id="-".join(map(str, kind))) for kind in COPIED + ENCODED + ODD]
    + [pytest.param(*kind, how, id=f"{kind[0]}-{kind[1]}-{name}") for kind in SOME for name, how in OFFSETS.items()],
)
def test_clicks_stay_within_5_ms_of_the_picture(suffix, codec, rate, how, tmp_path):
    source = record(
        tmp_path / f"source.{suffix}", PICTURES[suffix], count=75, size=(32, 32), sound=Track(codec, rate, **how)
    )
    target = tmp_path / "result.mp4"
    through(source, target)
    meant = clicks(source)
    assert len(meant) >= 4
    assert clicks(target) == pytest.approx(meant, abs=SYNC)


@pytest.mark.parametrize(("suffix", "codec", "rate"), [*COPIED[:1], *ENCODED[:1], *ENCODED[6:7]])
def test_the_clicks_of_the_made_recordings_are_where_they_are_meant_to_be(suffix, codec, rate, tmp_path):
    """What the test above stands on."""
    source = record(tmp_path / f"source.{suffix}", PICTURES[suffix], count=75, sound=Track(codec, rate, start=0.3))
    assert clicks(source) == pytest.approx([at + 0.3 for at in CLICKS], abs=0.002)


@pytest.mark.parametrize(("suffix", "codec", "rate"), COPIED)
def test_aac_and_mp3_are_copied_packet_by_packet(suffix, codec, rate, tmp_path):
    source = record(tmp_path / f"source.{suffix}", PICTURES[suffix], count=75, sound=Track(codec, rate))
    target = tmp_path / "result.mp4"
    through(source, target)
    before, after = packets(source), packets(target)
    if suffix == "ts":  # whose packets carry a header of their own
        before = [data[7:] for data in before]
    assert len(after) >= len(before) - 2
    assert set(after) <= set(before)


@pytest.mark.parametrize(("suffix", "codec", "rate"), ENCODED + ODD)
def test_all_else_becomes_aac_at_a_rate_that_every_browser_plays(suffix, codec, rate, tmp_path):
    source = record(tmp_path / f"source.{suffix}", PICTURES[suffix], count=75, sound=Track(codec, rate))
    target = tmp_path / "result.mp4"
    through(source, target)
    with av.open(str(target)) as container:
        context = container.streams.audio[0].codec_context
        assert context.name == "aac"
        assert min(rate, 48_000) <= context.sample_rate <= max(2 * rate, 8_000)


@pytest.mark.parametrize(("layout", "kept"), [("mono", 1), ("stereo", 2), ("5.1", 6), ("quad", 2), ("7.1", 2)])
def test_channels_are_kept_where_players_know_them_and_mixed_where_not(layout, kept, tmp_path):
    source = record(tmp_path / "source.mkv", count=75, sound=Track("flac", layout=layout))
    target = tmp_path / "result.mp4"
    through(source, target)
    with av.open(str(target)) as container:
        assert container.streams.audio[0].codec_context.channels == kept
    assert clicks(target) == pytest.approx(CLICKS, abs=SYNC)


@pytest.mark.parametrize(
    ("codec", "parts"),
    [("ac3", [(44_100, "stereo"), (44_100, "5.1")]), ("mp2", [(44_100, "mono"), (44_100, "stereo")]),
     ("mp2", [(44_100, "stereo"), (48_000, "mono")])],
)  # fmt: skip
def test_sound_whose_channels_or_rate_change_midway_is_heard_to_its_end(codec, parts, tmp_path):
    source = tmp_path / "broadcast.ts"
    changing(source, codec, parts)
    target = tmp_path / "result.mp4"
    through(source, target)
    assert clicks(target) == pytest.approx([*CLICKS, *(3 + at for at in CLICKS)], abs=SYNC)


@pytest.mark.parametrize(
    ("suffix", "codec", "rate"),
    [("mp4", "aac", 44_100), ("mp4", "libmp3lame", 44_100), ("mov", "pcm_s16le", 44_100), ("mp4", "libopus", 48_000)],
)
def test_sound_that_an_edit_list_hides_does_not_ride_along(suffix, codec, rate, tmp_path):
    source = record(tmp_path / f"front.{suffix}", count=75, sound=Track(codec, rate, start=-0.5))
    target = tmp_path / "result.mp4"
    through(source, target)
    assert seconds_inside(source) > 2.99
    assert seconds_inside(target) < 2.5 + 0.1  # a decoder leans on the two packets before
    source = record(tmp_path / f"end.{suffix}", count=75, sound=Track(codec, rate))
    shorten_sound(source, 1.5)
    through(source, target)
    assert seconds_inside(source) > 2.99
    assert seconds_inside(target) < 1.5 + 0.1
    assert clicks(target) == pytest.approx([at for at in CLICKS if at < 1.5], abs=SYNC)


def test_damaged_sound_leaves_a_silence_and_the_rest_in_step(tmp_path):
    source = record(tmp_path / "source.mkv", count=75, sound=Track("flac"))
    data = bytearray(source.read_bytes())
    with av.open(str(source)) as container:
        spoiled = [p for p in container.demux(audio=0) if p.size and 1.0 < p.pts * p.time_base < 1.3]
    for packet in spoiled:
        body = bytes(packet)
        where = data.index(body)
        data[where : where + len(body)] = bytes(len(body))
    source.write_bytes(data)
    target = tmp_path / "result.mp4"
    through(source, target)
    assert clicks(target) == pytest.approx(CLICKS, abs=SYNC)


def test_sound_of_an_unknown_kind_is_refused_in_a_sentence(tmp_path):
    source = record(tmp_path / "source.mkv", count=5, sound=Track("tta", layout="stereo"))
    video = probe(source)
    assert video.sound is not None
    with pytest.raises(Unreadable, match=r"source\.mkv.*sound.*Use --audio remove"):
        check_sound(video)
    check_sound(facts())


def test_without_sound_asked_for_none_is_written(tmp_path):
    source = record(tmp_path / "source.mp4", count=10, sound=Track())
    target = tmp_path / "result.mp4"
    through(source, target, sound=False)
    with av.open(str(target)) as container:
        assert [s.type for s in container.streams] == ["video"]


def test_the_source_is_closed_afterwards(tmp_path):
    video = probe(record(tmp_path / "source.mp4", count=5, sound=Track()))
    with av.open(str(tmp_path / "result.mp4"), "w") as result:
        with KeptSound(video, result) as kept:
            assert next(kept.packets()).size
        with pytest.raises(Exception, match=r"(?i)closed|not open"):
            next(kept._source.demux())


SECRET = b"patient 4711, Jane Doe"
RIDERS = {
    "ID3v1": b"TAG" + SECRET.ljust(125, b"\0"),
    "ID3v2": b"ID3\x04\0\0\0\0\0\x2aTIT2\0\0\0\x20\0\0\0" + SECRET.ljust(31, b"\0"),
    "APE": b"APETAGEX\xd0\x07\0\0" + SECRET + b"APETAGEX",
}


@pytest.mark.parametrize("where", ["behind the last", "behind one", "before one", "instead of one"])
@pytest.mark.parametrize("rider", RIDERS)
@pytest.mark.parametrize(("suffix", "codec"), [(s, c) for s in ("mp4", "mkv", "ts") for c in ("aac", "libmp3lame")])
def test_text_that_rides_with_the_packets_of_a_sound_does_not_stay(suffix, codec, rider, where, tmp_path):
    source = ridden(tmp_path / f"source.{suffix}", codec, RIDERS[rider], where)
    assert SECRET in source.read_bytes() or suffix == "ts"  # which cuts all into pieces
    through(source, tmp_path / "result.mp4")
    assert SECRET not in (tmp_path / "result.mp4").read_bytes()
    assert clicks(tmp_path / "result.mp4") == pytest.approx(CLICKS, abs=SYNC)


def test_a_whole_mp3_frame_is_known_by_its_header():
    encoder: Any
    for rate in (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000):
        encoder = av.CodecContext.create("libmp3lame", "w")
        encoder.sample_rate, encoder.layout, encoder.format = rate, "mono", "fltp"
        made = [bytes(packet) for packet in sounding(encoder, Track("libmp3lame", rate))]
        assert len(made) > 20
        assert all(is_whole_mp3(data) for data in made)
        assert is_whole_mp3(made[3] + made[4])
        assert not any(is_whole_mp3(data) for data in (made[3][:-1], made[3] + b"x", b"x" + made[3], made[3] + b"TAG"))
    assert not any(
        is_whole_mp3(data) for data in (b"\xff\xff\xff\xff" * 99, b"\xff\xfb\x00\x00" * 99, b"TAG" + bytes(125))
    )


def ridden(path: Path, codec: str, text: bytes, where: str) -> Path:
    """A recording with text among its packets of sound."""
    with av.open(str(path), "w") as file:
        picture: Any = file.add_stream("libx264", rate=25, options={"threads": "1"})
        picture.width, picture.height, picture.pix_fmt = 96, 64, "yuv420p"
        heard: Any = file.add_stream(codec, rate=44_100, layout="mono")
        for number, drawing in enumerate(drawn(75)):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(drawing), format="rgb24")
            frame.pts, frame.time_base = number, TICK
            file.mux(picture.encode(frame.reformat(format="yuv420p")))
        file.mux(picture.encode(None))
        made = list(sounding(heard.codec_context, Track(codec)))
        for number, packet in enumerate(made):
            data = bytes(packet)
            if number == (len(made) - 1 if where == "behind the last" else 60):
                front, back = {"before one": (text, b""), "instead of one": (text, None)}.get(where, (b"", text))
                data = front + (data if back is not None else b"") + (back or b"")
            other: Any = av.Packet(data)
            other.pts, other.dts, other.duration = packet.pts, packet.dts, packet.duration
            other.time_base, other.stream = packet.time_base, heard
            file.mux(other)
    return path


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def seconds_inside(path: Path) -> float:
    """How much sound lies in the file, whatever its edit list shows."""
    with av.open(str(path), options={"ignore_editlist": "1"}) as container:
        return float(sum(p.duration * p.time_base for p in container.demux(audio=0) if p.size))


def shorten_sound(path: Path, seconds: float) -> None:
    """Let the edit list of the sound, the second track, end early."""
    data = bytearray(path.read_bytes())
    edits = data.index(b"elst", data.index(b"elst") + 1)
    (count,) = struct.unpack(">I", data[edits + 8 : edits + 12])
    scale = data.index(b"mvhd") + 16
    (ticks,) = struct.unpack(">I", data[scale : scale + 4])
    last = edits + 12 * count
    data[last : last + 4] = struct.pack(">I", round(seconds * ticks))
    path.write_bytes(data)


def changing(path: Path, codec: str, parts: list[tuple[int, str]]) -> None:
    """A broadcast whose sound changes its rate or channels every three seconds."""
    with av.open(str(path), "w") as file:
        picture: Any = file.add_stream("libx264", rate=25, options={"threads": "1"})
        picture.width, picture.height, picture.pix_fmt = 96, 64, "yuv420p"
        heard = file.add_mux_stream(codec, rate=parts[0][0], layout=parts[0][1])
        for number, drawing in enumerate(drawn(75 * len(parts))):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(drawing), format="rgb24")
            frame.pts, frame.time_base = number, TICK
            file.mux(picture.encode(frame.reformat(format="yuv420p")))
        file.mux(picture.encode(None))
        for number, (rate, layout) in enumerate(parts):
            encoder: Any = av.CodecContext.create(codec, "w")
            encoder.sample_rate, encoder.layout, encoder.format = rate, layout, encoder.codec.audio_formats[0]
            encoder.open()
            for packet in sounding(encoder, Track(codec, rate, layout, start=3.0 * number)):
                made = av.Packet(bytes(packet))
                made.stream, made.time_base = heard, packet.time_base
                made.pts = made.dts = packet.pts
                made.duration = packet.duration
                file.mux(made)
