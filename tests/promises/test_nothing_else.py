"""The result holds the masked picture, the sound that the recipe keeps, a fixed list of tags, and nothing else."""

from __future__ import annotations

import json
import platform
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

import maskanyone

RATE, SOUND_RATE = 25, 44_100
SIZE = (160, 128)
#: every tag that a result may have, and what it may say
TAGS = {
    "major_brand": {"isom"},
    "minor_version": {"512"},
    "compatible_brands": {"isomiso2avc1mp41"},
    "comment": {"Masked with MaskAnyone"},
}
TRACK_TAGS = {
    "language": {"und"},
    "handler_name": {"VideoHandler", "SoundHandler"},
    "vendor_id": {"[0][0][0][0]"},
}
SECRETS = ("Jane", "Sample Street", "52.4009", "softly")
#: SEI payloads of H.264, and the UUID in front of x264's own settings
USER_DATA, CAPTIONS = 5, 4
X264 = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")

every_container = pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])


@pytest.fixture(scope="module")
def recipe(weights: Path) -> maskanyone.Recipe:
    return maskanyone.Recipe.preset("faces-voice-kept").with_values(["detect.centerface.size=320"])


@every_container
def test_of_a_recording_with_everything_only_picture_and_one_sound_stay(suffix, recipe, tmp_path):
    source = tmp_path / "Jane at Sample Street" / f"Jane.{suffix}"
    everything(source)
    result = maskanyone.mask(source, tmp_path / "masked" / "P01.mp4", recipe, anonymous=True)
    with av.open(str(result.video)) as container:
        assert [s.type for s in container.streams] == ["video", "audio"]
        assert not any(s.disposition & Disposition.attached_pic for s in container.streams)
        assert container.chapters() == []
    for file in (result.video, result.report_file, result.page_file):
        assert no_secret_in(file.read_bytes())
    assert result.report["source"]["left_out"]


@every_container
def test_the_recording_with_everything_holds_what_must_not_stay(suffix, tmp_path):
    """So that the test above can fail."""
    source = tmp_path / f"Jane.{suffix}"
    everything(source)
    with av.open(str(source)) as container:
        kinds = [s.type for s in container.streams]
        assert kinds.count("video") >= 2
        assert kinds.count("audio") == 2
        assert {"subtitle", "data", "attachment"} & set(kinds)
        if suffix != "ts":
            assert container.chapters()
            assert container.metadata["title"] == "Jane Public"
    assert not no_secret_in(source.read_bytes())


@every_container
def test_tags_are_a_fixed_list(suffix, recipe, tmp_path):
    source = tmp_path / f"source.{suffix}"
    everything(source)
    result = maskanyone.mask(source, tmp_path / "result.mp4", recipe)
    with av.open(str(result.video)) as container:
        tags = dict(container.metadata)
        assert tags.pop("encoder").startswith("Lav")
        assert tags.keys() == TAGS.keys()
        assert all(value in TAGS[key] for key, value in tags.items())
        for stream in container.streams:
            own = {key: value for key, value in stream.metadata.items() if key != "encoder"}
            assert all(value in TRACK_TAGS.get(key, ()) for key, value in own.items()), own


def test_no_box_holds_more_and_no_clock_is_told(recipe, tmp_path):
    source = tmp_path / "source.mp4"
    everything(source)
    result = maskanyone.mask(source, tmp_path / "result.mp4", recipe)
    data = result.video.read_bytes()
    assert [kind for kind, _ in boxes(data)][:2] == ["ftyp", "moov"]  # it plays before it is loaded whole
    assert {kind for kind, _ in boxes(data)} <= {"ftyp", "moov", "free", "mdat"}
    moov = dict(boxes(data))["moov"]
    assert [kind for kind, _ in boxes(moov)] == ["mvhd", "trak", "trak", "udta"]
    udta = dict(boxes(moov))["udta"]
    assert [kind for kind, _ in boxes(udta)] == ["meta"]
    items = dict(boxes(udta[12:]))["ilst"]
    assert sorted(kind for kind, _ in boxes(items)) == ["©cmt", "©too"]
    for kind, body in walked(moov):
        if kind in ("mvhd", "tkhd", "mdhd"):
            width = 8 if body[0] == 1 else 4
            assert body[4 : 4 + 2 * width] == bytes(2 * width), f"{kind} tells when it was made"


@pytest.mark.parametrize("preset", ["faces", "faces-voice-kept"])
def test_words_and_captions_inside_the_picture_stream_are_gone(preset, weights, tmp_path):
    source = tmp_path / "source.ts"
    with_messages(source)
    with av.open(str(source)) as container:
        frames = list(container.decode(video=0))
    assert any(frame.side_data.get("A53_CC") for frame in frames)
    assert any(frame.side_data.get("SEI_UNREGISTERED") for frame in frames)
    values = ["detect.centerface.size=320"]
    recipe = maskanyone.Recipe.preset(preset).with_values(values)
    result = maskanyone.mask(source, tmp_path / "result.mp4", recipe)
    data = result.video.read_bytes()
    assert no_secret_in(data)
    assert b"GA94" not in data
    with av.open(str(result.video)) as container:
        messages = [m for packet in container.demux(video=0) for m in sei(bytes(packet))]
    assert messages
    assert all(kind == USER_DATA and payload.startswith(X264) for kind, payload in messages)


def test_a_removed_voice_leaves_no_sound_track(weights, tmp_path):
    source = tmp_path / "source.mkv"
    everything(source)
    recipe = maskanyone.Recipe.preset("faces").with_values(["detect.centerface.size=320"])
    result = maskanyone.mask(source, tmp_path / "result.mp4", recipe)
    with av.open(str(result.video)) as container:
        assert [s.type for s in container.streams] == ["video"]
    assert b"soun" not in result.video.read_bytes()
    assert result.report["result"]["sound"] == "removed"


def test_the_anonymous_report_has_no_name_and_no_report_has_a_path(recipe, tmp_path):
    source = tmp_path / "Jane at Sample Street" / "Jane.mkv"
    everything(source)
    reports = {
        anonymous: maskanyone.mask(
            source, tmp_path / "masked" / f"{anonymous}.mp4", recipe, anonymous=anonymous
        )
        for anonymous in (False, True)
    }
    texts = {anonymous: told.report_file.read_text("utf-8") for anonymous, told in reports.items()}
    pages = {anonymous: told.page_file.read_text("utf-8") for anonymous, told in reports.items()}
    assert json.loads(texts[False])["source"]["name"] == "Jane.mkv"
    assert "Jane.mkv" in pages[False]
    assert "Jane" not in texts[True] + pages[True]
    for text in (*texts.values(), *pages.values()):
        assert "Sample Street" not in text
        assert str(tmp_path) not in text
        assert len(str(Path.home())) == 1 or str(Path.home()) not in text
        assert f'"{platform.node()}"' not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["metadata_everything.mkv", "metadata_everything.mp4", "data_stream_gps.ts", "sei_user_data.mp4"]
)
def test_real_containers_keep_no_secret_either(name, shared, recipe, tmp_path):
    entry = next(e for e in json.loads((shared / "formats" / "expected.json").read_text("utf-8")) if e["file"] == name)
    source = shared / "formats" / name
    assert all(word.encode() in source.read_bytes() for word in entry["must_not_survive"][:1])
    result = maskanyone.mask(source, tmp_path / "P01.mp4", recipe, anonymous=True)
    for file in (result.video, result.report_file, result.page_file):
        assert no_secret_in(file.read_bytes(), entry["must_not_survive"])


def no_secret_in(data: bytes, words: tuple[str, ...] = SECRETS) -> bool:
    return not any(word.encode(code) in data for word in words for code in ("utf-8", "utf-16-le", "utf-16-be"))


def everything(path: Path) -> None:
    """A second of picture and sound with all that the container can carry besides."""
    path.parent.mkdir(exist_ok=True)
    kind = path.suffix[1:]
    with av.open(str(path), "w") as container:
        if kind != "ts":
            container.metadata.update(
                title="Jane Public", artist="Jane", comment="at Sample Street", location="+52.4009+013.0591/"
            )
            chapter = {"id": 1, "start": 0, "end": 500, "time_base": Fraction(1, 1000)}
            container.set_chapters([chapter | {"metadata": {"title": "Jane arrives"}}])
        pictures = [container.add_stream("libx264", rate=RATE, options={"threads": "1"}) for _ in range(2)]
        for stream in pictures:
            stream.width, stream.height = SIZE
            stream.pix_fmt = "yuv420p"
        sounds = [container.add_stream("aac", rate=SOUND_RATE, layout="mono") for _ in range(2)]
        pictures[0].metadata.update(title="Jane at home", handler_name="camera of Jane")
        sounds[0].metadata.update(title="Jane", language="deu", handler_name="microphone of Jane")
        words = [container.add_mux_stream({"mkv": "subrip", "mp4": "mov_text", "ts": "dvb_teletext"}[kind])]
        if kind == "mkv":
            container.add_attachment("Jane.txt", "text/plain", b"Jane, Sample Street")
            container.add_attachment("cover.jpg", "image/jpeg", cover())
        else:
            words.append(container.add_data_stream("bin_data"))
        if kind == "mp4":
            face = container.add_stream("mjpeg", width=64, height=64, pix_fmt="yuvj420p")
            face.disposition = Disposition.attached_pic
        for stream in (*pictures, *sounds):
            for frame in drawn() if stream in pictures else noise():
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        for stream in words:
            container.mux(message(stream, b"Jane speaks softly at 52.4009", counted=kind == "mp4"))
        if kind == "mp4":
            container.mux(message(face, cover()))


def message(stream: av.stream.Stream, data: bytes, *, counted: bool = False) -> av.Packet:
    packet = av.Packet(struct.pack(">H", len(data)) + data if counted else data)
    packet.stream = stream
    packet.time_base = Fraction(1, 1000)
    packet.pts = packet.dts = 0
    packet.duration = 500
    return packet


def cover() -> bytes:
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 64, "yuvj420p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 99, np.uint8), format="rgb24").reformat(format="yuvj420p")
    return b"".join(map(bytes, [*codec.encode(frame), *codec.encode(None)]))


def drawn() -> Iterator[av.VideoFrame]:
    for shade in range(RATE):
        yield av.VideoFrame.from_ndarray(np.full((*SIZE[::-1], 3), 5 * shade, np.uint8), format="rgb24")


def noise() -> Iterator[av.AudioFrame]:
    random = np.random.default_rng(0)
    for start in range(0, SOUND_RATE, 1024):
        samples = random.normal(0, 0.1, (1, 1024)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
        yield frame


def with_messages(path: Path) -> None:
    """H.264 with a name in its user data and with captions, both as supplemental messages before each picture."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt, encoder.time_base, encoder.framerate = "yuv420p", Fraction(1, RATE), Fraction(RATE)
    encoder.options = {"threads": "1", "bf": "0"}
    words = coded(USER_DATA, bytes(range(1, 17)) + b"Jane, Sample Street, 52.4009")
    captions = coded(CAPTIONS, b"\xb5\x00\x31GA94\x03\x42\xff\xfc\x94\xad\xfc\xca\xe1\xff")
    with av.open(str(path), "w") as container:
        stream = container.add_mux_stream("h264", rate=RATE, width=SIZE[0], height=SIZE[1])
        frames = [*drawn(), None]
        for number, frame in enumerate(frames):
            if frame is not None:
                frame.pts, frame.time_base = number, Fraction(1, RATE)
                frame = frame.reformat(format="yuv420p")
            for packet in encoder.encode(frame):
                made = av.Packet(words + captions + bytes(packet))
                made.stream, made.time_base = stream, Fraction(1, RATE)
                made.pts, made.dts, made.is_keyframe = packet.pts, packet.dts, packet.is_keyframe
                container.mux(made)


def coded(kind: int, payload: bytes) -> bytes:
    """A supplemental message as a NAL unit in a byte stream."""
    return b"\0\0\0\1\x06" + bytes([kind, len(payload)]) + payload + b"\x80"


def sei(packet: bytes) -> Iterator[tuple[int, bytes]]:
    """Supplemental messages of a packet as MP4 stores it: each NAL unit after its length."""
    while packet:
        (length,) = struct.unpack(">I", packet[:4])
        unit, packet = packet[4 : 4 + length], packet[4 + length :]
        if unit[0] & 31 != 6:
            continue
        body = unit[1:].replace(b"\0\0\3", b"\0\0")
        while len(body) > 2:
            numbers = []
            for _ in range(2):
                number = 0
                while body[0] == 255:
                    number, body = number + 255, body[1:]
                numbers.append(number + body[0])
                body = body[1:]
            kind, size = numbers
            yield kind, body[:size]
            body = body[size:]


def boxes(data: bytes) -> list[tuple[str, bytes]]:
    """Name and body of each box of an MP4 file."""
    found = []
    while len(data) >= 8:
        size, kind = struct.unpack(">I4s", data[:8])
        if size == 1:
            size, header = struct.unpack(">Q", data[8:16])[0], 16
        else:
            size, header = size or len(data), 8
        found.append((kind.decode("latin-1"), data[header:size]))
        data = data[size:]
    return found


def walked(data: bytes) -> Iterator[tuple[str, bytes]]:
    for kind, body in boxes(data):
        yield kind, body
        if kind in ("trak", "mdia"):
            yield from walked(body)
