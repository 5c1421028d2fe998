"""Read the facts of an untrusted file; runs in a child process with limits (see ``probe``).

Prints one JSON object: either facts, or ``{"refused": kind, "what": ..., "remedy": ...}``.
"""

from __future__ import annotations

import contextlib
import json
import struct
import sys
from fractions import Fraction
from typing import Any

import av
from av.stream import Disposition

from maskanyone.video.limits import LIMITS, OPEN, PICTURES, SOUNDS

FIRST_PICTURES = 12


class No(Exception):
    """Refused: kind of error, what happened, what to do."""


def inspect(path: str) -> dict[str, Any]:
    """All facts of ``probe.probe`` that need the file opened."""
    with _opened(path) as container:
        _check_streams(container)
        picture, dropped = _streams(container)
        _check_header(container, picture)
        facts = _packets(container, picture)
        if container.format.name == "mpegts":
            facts["corrupt"] = max(facts["corrupt"], _corrupt(path, picture.index))
        _count_hidden(path, picture, facts)
        sound = _sound(container)
        facts |= {
            "container": container.format.name,
            "codec": picture.codec_context.name,
            "stored": [picture.codec_context.width, picture.codec_context.height],
            "time_base": str(picture.time_base),
            "frame_rate": str(picture.average_rate or picture.guessed_rate or 25),
            "sound": sound,
            "dropped": dropped,
        }
        _check_end(container, picture, facts)
        facts["index"] = index = picture.index  # not to be asked of a closed container
    with _opened(path) as container:
        facts |= _first_pictures(container, container.streams[index])
    facts["seekable"] = _seekable(facts)
    return facts


def _opened(path: str) -> Any:
    if not _has_bytes(path):
        raise No("Unreadable", "is empty", "Copy it again from where it was recorded")
    try:
        return av.open(path, options=OPEN)
    except av.FFmpegError:
        raise No(
            "Unreadable",
            "is not a video file of a kind that is read here",
            "Convert it to MP4 or MKV, or check that it was copied whole",
        ) from None


def _has_bytes(path: str) -> bool:
    with open(path, "rb") as file:
        return bool(file.read(1))


def _check_streams(container: Any) -> None:
    if len(container.streams) > LIMITS.streams:
        raise No(
            "TooLarge",
            f"holds {len(container.streams)} streams, more than {LIMITS.streams}",
            "Export picture and sound alone from it",
        )


def _streams(container: Any) -> tuple[Any, list[str]]:
    """The picture track to mask, and in words what of the file is left out."""
    covers = [s for s in container.streams.video if s.disposition & Disposition.attached_pic]
    pictures = [s for s in container.streams.video if s not in covers]
    if not pictures:
        raise No("Unreadable", "holds no picture, only sound or nothing", "Choose a file with a video track")
    best = container.streams.best("video")
    chosen = best if best in pictures else pictures[0]
    dropped = [f"{len(pictures) - 1} further picture track(s)"] if len(pictures) > 1 else []
    dropped += [f"{len(covers)} cover picture(s)"] if covers else []
    others = [s.type for s in container.streams if s.type not in ("video", "audio")]
    dropped += [f"{others.count(kind)} {kind or 'unknown'} track(s)" for kind in sorted(set(others), key=str)]
    dropped += ["file metadata"] if container.metadata else []
    return chosen, dropped


def _check_header(container: Any, stream: Any) -> None:
    context = stream.codec_context
    if context is None or stream.codec is None:
        raise No("Unreadable", "is coded in a way that cannot be decoded here", "Convert it to H.264 in MP4")
    if context.name not in PICTURES and stream.codec.canonical_name not in PICTURES:
        raise No("Unreadable", f"is coded as {context.name}, which is not read here", "Convert it to H.264 in MP4")
    width, height = context.width, context.height
    if width * height > LIMITS.pixels or max(width, height) > LIMITS.side:
        raise No("TooLarge", f"says it is {width} x {height} px, more than is taken", "Scale it down to 8K or less")
    if width < 2 or height < 2:
        raise No("Unreadable", "says nothing of its picture's size", "Convert it to H.264 in MP4")
    seconds = (container.duration or 0) / 1e6
    if seconds > LIMITS.seconds:
        raise No("TooLarge", f"says it lasts {seconds / 3600:.0f} h, more than is taken", "Cut it into parts")


def _packets(container: Any, stream: Any) -> dict[str, Any]:
    """Walk all packets: count, key frames, what an edit list hides, what is flagged as damaged, where all ends."""
    shown = discarded = corrupt = untimed = unordered = 0
    times: set[int] = set()
    keys: list[int] = []
    first: int | None = None
    end = 0.0
    last_dts = None
    for packet in container.demux():
        if not packet.size:
            continue
        if packet.pts is not None and packet.time_base and not packet.is_discard:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if packet.stream.index != stream.index:
            continue
        corrupt += packet.is_corrupt
        if packet.is_discard:
            discarded += 1
            continue
        shown += 1
        if packet.pts is None:
            untimed += 1
        else:
            first = packet.pts if first is None else min(first, packet.pts)
            unordered += packet.pts in times  # two pictures at one time cannot be told apart
            times.add(packet.pts)
            if packet.is_keyframe:
                keys.append(packet.pts)
        if packet.dts is not None:
            unordered += last_dts is not None and packet.dts <= last_dts
            last_dts = packet.dts
        if shown > LIMITS.frames:
            raise No("TooLarge", f"holds more than {LIMITS.frames:,} frames", "Cut it into parts")
    if not shown:
        raise No("Unreadable", "holds no frame that would be shown", "Check that it was copied whole")
    start = container.start_time
    zero = Fraction(start, 1_000_000) if start is not None else Fraction(first or 0) * stream.time_base
    return {
        "packets": shown,
        "discarded": discarded,
        "there": shown + discarded,
        "corrupt": corrupt,
        "untimed": untimed,
        "unordered": unordered,
        "keys": sorted(keys),
        "end": end,
        "zero": str(zero),
        "announced": stream.frames,
        "last_dts": last_dts,
    }


def _corrupt(path: str, index: int) -> int:
    """Damaged packets of a transport stream; its parser would lose the flag of the first."""
    with av.open(path, options=OPEN | {"fflags": "noparse"}) as container:
        return sum(packet.is_corrupt for packet in container.demux(container.streams[index]))


def _count_hidden(path: str, stream: Any, facts: dict[str, Any]) -> None:
    """Where an edit list leaves packets out, count those too: what it hides is there, and nothing is lost with it."""
    if stream.container.format.name.startswith("mov") and facts["announced"] not in (0, facts["packets"]):
        with av.open(path, options=OPEN | {"ignore_editlist": "1"}) as container:
            facts["there"] = sum(packet.size > 0 for packet in container.demux(container.streams[stream.index]))
        facts["discarded"] = max(facts["discarded"], facts["there"] - facts["packets"])


def _check_end(container: Any, stream: Any, facts: dict[str, Any]) -> None:
    damage = []
    seen = facts["there"]
    if container.format.name == "avi":  # counts ticks; a picture that stays on for several has empty chunks after it
        seen = max(seen, (facts["last_dts"] or 0) + 1)
    if facts["announced"] > seen:
        damage.append(f"the file ends early: {seen} of {facts['announced']} frames are there")
    start = float(Fraction(facts["zero"]))
    said = (container.duration or 0) / 1e6
    there = max(facts["end"], facts["end"] - start)  # some write when it ends, others how long it is
    if not damage and container.format.name.startswith("matroska") and said - there > 0.5:
        damage.append(f"the file ends early: {there:.1f} of {said:.1f} s are there")
    if facts["corrupt"]:
        damage.append(f"{facts['corrupt']} packet(s) are damaged")
    facts["damage"] = damage
    facts["duration"] = max(facts["end"] - start, 0.0)


def _sound(container: Any) -> dict[str, Any] | None:
    tracks = [s for s in container.streams.audio if s.codec_context is not None]
    best = container.streams.best("audio")
    chosen = best if best in tracks else (tracks[0] if tracks else None)
    if chosen is None:
        return None
    context = chosen.codec_context
    known = context.name in SOUNDS or context.codec.canonical_name in SOUNDS
    return {
        "index": chosen.index,
        "codec": context.codec.canonical_name if known else "unknown",
        "channels": context.channels,
        "rate": context.sample_rate,
        "tracks": len(container.streams.audio),
    }


def _first_pictures(container: Any, stream: Any) -> dict[str, Any]:
    """Decode a few pictures: format, colours, interlacing, display matrix, pixel aspect."""
    stream.codec_context.options = {"max_pixels": str(LIMITS.pixels)}
    pictures: list[Any] = []
    with contextlib.suppress(av.FFmpegError, EOFError):
        for packet in container.demux(stream):
            with contextlib.suppress(av.error.InvalidDataError):
                pictures += packet.decode()
            if len(pictures) >= FIRST_PICTURES:
                break
    if not pictures:
        raise No("Unreadable", "holds no picture that can be decoded", "Check that it was copied whole")
    first, context = pictures[0], stream.codec_context
    turns, mirrored = _orientation(first)
    aspect = stream.sample_aspect_ratio or context.sample_aspect_ratio or Fraction(1)
    return {
        "pixel_format": first.format.name,
        "stored": [first.width, first.height],
        "interlaced": any(p.interlaced_frame for p in pictures),
        "turns": turns,
        "mirrored": mirrored,
        "aspect": str(aspect if aspect > 0 else Fraction(1)),
        "colours": [
            int(first.color_primaries),
            int(first.color_trc),
            int(first.colorspace),
            int(first.color_range) == 2 or first.format.name.startswith("yuvj"),
        ],
    }


def _orientation(frame: Any) -> tuple[int, bool]:
    """Quarter turns clockwise and left-right mirroring from the 3x3 display matrix; turns of odd angles are rounded."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return 0, False
    a, b, _, c, d, *_ = struct.unpack("<9i", bytes(data)[:36])
    mirrored = a * d - b * c < 0
    if mirrored:  # undo a left-right flip of the source before the turn
        a, b = -a, -b
    if abs(a) >= abs(b):
        return (0 if a >= 0 else 2), mirrored
    return (1 if b > 0 else 3), mirrored


def _seekable(facts: dict[str, Any]) -> bool:
    """Reading may start at any key frame only where nothing is hidden, untimed, out of order or kept from before."""
    sound = facts["container"].startswith(("mov", "matroska"))
    clean = not (facts["discarded"] or facts["untimed"] or facts["unordered"] or facts["damage"])
    return sound and clean and not facts["interlaced"] and len(facts["keys"]) > 1


def main() -> None:
    """Entry of the child: the path is the only argument."""
    av.logging.set_level(None)
    try:
        answer = inspect(sys.argv[1])
    except No as no:
        answer = dict(zip(("refused", "what", "remedy"), no.args, strict=True))
    except av.FFmpegError as error:
        answer = {
            "refused": "Unreadable",
            "what": f"cannot be read ({error.strerror or type(error).__name__})",
            "remedy": "Check that it was copied whole",
        }
    except MemoryError:
        answer = {
            "refused": "TooLarge",
            "what": "asks for more memory than a video should",
            "remedy": "Convert it to H.264 in MP4",
        }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
