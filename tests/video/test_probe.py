"""Facts are read in a child with limits; what it cannot answer is told in one sentence."""

from __future__ import annotations

import contextlib
import os
import random
import re
import struct
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from maskanyone.errors import Cancelled, Refused, TooLarge, Unreadable
from maskanyone.video import probe as room
from maskanyone.video.limits import FORMATS, LIMITS
from maskanyone.video.probe import probe
from maskanyone.video.read import read

from .clips import Track, record, through, trimmed


def test_the_facts_of_a_plain_recording(tmp_path):
    path = record(tmp_path / "plain.mp4", options={"g": "12"}, count=40, sound=Track("aac", 48_000, "stereo"))
    video = probe(path)
    assert (video.path, video.name, video.bytes) == (str(path), "plain.mp4", path.stat().st_size)
    assert (video.stored, video.upright, video.turns, video.mirrored) == ((96, 64), (96, 64), 0, False)
    assert (video.codec, video.pixel_format, video.pixel_aspect) == ("h264", "yuv420p", 1)
    assert (video.packets, video.discarded, video.zero, video.frame_rate) == (40, 0, 0, 25)
    assert video.seekable and len(video.keys) >= 4 and video.keys[0] == 0
    assert video.sound is not None
    assert (video.sound.codec, video.sound.channels, video.sound.rate, video.sound.tracks) == ("aac", 2, 48_000, 1)
    assert video.duration == pytest.approx(3.0, abs=0.05)
    assert video.damage == ()


@pytest.mark.parametrize(
    ("name", "codec", "more"),
    [("all hidden from the front.mp4", "libx264", {"times": list(range(-10, 30))}),
     ("no index.ts", "libx264", {}), ("counts only.avi", "mpeg4", {}), ("one key frame.mp4", "libx264", {})],
)  # fmt: skip
def test_seeking_is_not_trusted_where_pictures_are_hidden_untimed_or_lean_on_the_first(name, codec, more, tmp_path):
    path = record(tmp_path / name, codec, {"g": "99", "sc_threshold": "0"} if "one" in name else {"g": "10"}, **more)
    assert not probe(path).seekable


def test_a_picture_that_stays_on_in_an_avi_is_no_loss(tmp_path):
    path = record(tmp_path / "staying.avi", "mpeg4", times=[n + 2 * (n > 9) for n in range(30)], count=30)
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 32
    video = probe(path)
    assert video.packets == 30
    assert video.damage == ()


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_recording_that_ends_early_is_seen(suffix, tmp_path):
    path = record(tmp_path / f"whole.{suffix}", count=100, size=(320, 240), container={"movflags": "faststart"})
    data = path.read_bytes()
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(data[: len(data) * 6 // 10])
    assert any("ends early" in said for said in probe(cut).damage)
    assert probe(path).damage == ()


def test_a_recording_whose_times_begin_late_is_whole_and_seen_to_be_cut(tmp_path):
    """Matroska then says when it ends, not how long it lasts."""
    path = record(tmp_path / "a.mkv", count=100, size=(320, 240), options={"bf": "0"})
    late, cut = tmp_path / "late.mkv", tmp_path / "cut.mkv"
    with av.open(str(path)) as source, av.open(str(late), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.pts = packet.dts = packet.pts + 5000
                packet.stream = stream
                target.mux(packet)
    assert probe(late).damage == ()
    data = late.read_bytes()
    cut.write_bytes(data[: len(data) * 6 // 10])
    assert any("ends early" in said for said in probe(cut).damage)


@pytest.mark.parametrize("bframes", [0, 2])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize(("start", "seconds"), [(0, 1.0), (0, 1.5), (0.2, 1.0), (1.1, 0.3), (0, 0.04), (0, 2.0)])
def test_a_trimmed_recording_is_whole_and_what_is_hidden_stays_hidden(start, seconds, codec, bframes, tmp_path):
    options = {"g": "12", "bf": str(bframes), "sc_threshold": "0"} if codec == "libx264" else {
        "x265-params": f"keyint=12:bframes={bframes}:open-gop=0:log-level=none"}  # fmt: skip
    path = trimmed(record(tmp_path / "a.mp4", codec, options, count=50, sound=Track()), start, seconds)
    video = probe(path)
    meant = min(25 * seconds, 50 - 25 * start)
    assert video.damage == ()
    assert video.packets == pytest.approx(meant, abs=1)
    assert video.packets + video.discarded == 50
    assert video.duration == pytest.approx(seconds, abs=0.06)
    assert video.seekable == (video.packets == 50)
    frames = list(read(video))
    assert len(frames) == video.packets
    assert not any(frame.lost for frame in frames)
    begins = float(frames[0].pts * video.time_base - video.zero)
    assert begins == pytest.approx(0, abs=0.04)


def test_a_trimmed_recording_keeps_no_sound_of_what_is_hidden(tmp_path):
    path = trimmed(record(tmp_path / "a.mp4", options={"g": "12"}, count=50, sound=Track()), 0.2, 1.0)
    through(path, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4"), options={"ignore_editlist": "1"}) as container:
        ends = max(float((p.pts + p.duration) * p.time_base) for p in container.demux(audio=0) if p.size)
    assert 1.0 <= ends < 1.1


def test_a_trimmed_recording_that_ends_early_is_seen(tmp_path):
    path = record(tmp_path / "a.mp4", count=100, size=(320, 240), container={"movflags": "faststart"})
    data = trimmed(path, 0.2, 3.0).read_bytes()
    path.write_bytes(data[: len(data) * 5 // 10])
    assert any("ends early" in said for said in probe(path).damage)


@pytest.mark.parametrize("side", [16_000, 9_000])
def test_a_size_beyond_the_limit_is_refused_from_the_header_before_a_picture_is_decoded(side, tmp_path):
    path = record(tmp_path / "huge.mov", "mjpeg", pix_fmt="yuvj420p", count=3)
    data = bytearray(path.read_bytes())
    where = data.index(b"jpeg", data.index(b"stsd")) + 28
    data[where : where + 4] = struct.pack(">HH", side, side)
    picture = b"\xff\xc0\0\x11\x08"  # a JPEG's own header
    path.write_bytes(data.replace(picture + struct.pack(">HH", 64, 96), picture + struct.pack(">HH", side, side)))
    with pytest.raises(TooLarge, match=f"{side} x {side} px"):
        probe(path)


def test_a_length_beyond_the_limit_is_refused(tmp_path):
    path = record(tmp_path / "days.mkv", count=2, times=[0, 25 * 3600 * 25])
    with pytest.raises(TooLarge, match="lasts 25 h"):
        probe(path)


def test_too_many_streams_are_refused(tmp_path):
    path = tmp_path / "many.mkv"
    with av.open(str(path), "w") as file:
        tracks = [file.add_mux_stream("subrip") for _ in range(LIMITS.streams + 1)]
        for track in tracks:
            packet = av.Packet(b"word")
            packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = track, Fraction(1, 1000), 0, 0, 1
            file.mux(packet)
    with pytest.raises(TooLarge, match=f"holds {LIMITS.streams + 1} streams"):
        probe(path)


def test_a_child_without_memory_is_told_in_a_sentence(tmp_path, monkeypatch):
    path = record(tmp_path / "plain.mp4", count=5)
    monkeypatch.setattr(room, "LIMITS", replace(LIMITS, child_memory=40 << 20))
    with pytest.raises(Refused) as refused:
        probe(path)
    assert one_sentence(str(refused.value), "plain.mp4")


def test_a_child_that_takes_too_long_is_ended_and_told_in_a_sentence(tmp_path, monkeypatch):
    path = record(tmp_path / "plain.mp4", count=5)
    monkeypatch.setattr(room, "LIMITS", replace(LIMITS, child_seconds=-1.0))
    with pytest.raises(Unreadable, match="could not be read within") as refused:
        probe(path)
    assert one_sentence(str(refused.value), "plain.mp4")
    assert working_on(path) == []


def test_a_child_that_prints_nonsense_is_told_in_a_sentence(tmp_path, monkeypatch):
    path = record(tmp_path / "plain.mp4", count=5)
    monkeypatch.setattr(room, "_CHILD", "import os; print('{'); os.abort()")
    with pytest.raises(Unreadable, match="made its reader crash") as refused:
        probe(path)
    assert one_sentence(str(refused.value), "plain.mp4")


@pytest.mark.parametrize("after", [0, 1])
def test_a_stop_ends_the_child_at_once(after, tmp_path, monkeypatch):
    path = record(tmp_path / "plain.mp4", count=5)
    monkeypatch.setattr(room, "_CHILD", "import time; time.sleep(60)")
    asked = iter(range(100))

    def stop() -> None:
        if next(asked) >= 2 + after:
            raise Cancelled(path, "was stopped", "Run it again")

    began = time.monotonic()
    with pytest.raises(Cancelled):
        probe(path, stop)
    assert time.monotonic() - began < 5
    assert working_on(path) == []


@pytest.mark.parametrize(
    "name",
    ["ü ß 日本 🎬.mp4", "-y.mp4", "a'b\"c.mp4", "new\nline.mp4", "concat:a|b.mp4", "%d.mp4", "http:__x.mp4", "pipe:0"],
)
def test_names_are_names_and_nothing_more(name, tmp_path):
    made = record(tmp_path / "plain.mp4", count=5)
    path = tmp_path / name
    made.rename(path)
    assert probe(path).packets == 5


@pytest.mark.skipif(os.name == "nt", reason="names are not bytes there")
def test_a_name_in_an_old_encoding_is_read_too(tmp_path):
    made = record(tmp_path / "plain.mp4", count=5)
    path = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    try:
        made.rename(path)
    except OSError:
        pytest.skip("this file system takes no such name")
    assert probe(path).packets == 5


@pytest.mark.parametrize("kind", ["nothing", "a folder", "a pipe"])
def test_what_is_no_file_is_refused_without_waiting(kind, tmp_path):
    path = tmp_path / "x.mp4"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes here")
        os.mkfifo(path)
    with pytest.raises(Unreadable, match="is not there or is no file"):
        probe(path)


@pytest.mark.parametrize("seed", range(6))
def test_rubbish_is_refused_in_a_sentence_whatever_its_head(seed, tmp_path):
    heads = [b"", b"\0\0\0\x18ftypmp42", b"\x1aE\xdf\xa3", b"RIFF\0\0\0\0AVI ", b"FLV\1\5", b"\0\0\1\xba"]
    path = tmp_path / "rubbish.mp4"
    path.write_bytes(heads[seed] + random.Random(seed).randbytes(20_000))
    with pytest.raises(Refused) as refused:
        probe(path)
    assert one_sentence(str(refused.value), "rubbish.mp4")


def test_no_format_that_opens_other_files_is_allowed():
    names = {name for group in FORMATS for name in group.split(",")}
    assert not names & {"hls", "applehttp", "dash", "concat", "concatf", "image2", "image2pipe", "rtsp", "sdp", "lavfi",
                        "webm_dash_manifest", "imf", "tedcaptions", "subfile"}  # fmt: skip


def one_sentence(text: str, name: str) -> bool:
    return name in text and re.fullmatch(r"[^\n]{10,400}\.", text) is not None and "Traceback" not in text


def working_on(path: Path) -> list[str]:
    """Processes that have a file among their arguments."""
    if not Path("/proc/self/cmdline").is_file():
        pytest.skip("no list of processes here")
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(process.read_bytes().decode("utf-8", "replace"))
    return [arguments for arguments in found if str(path) in arguments]
