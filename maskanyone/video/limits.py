"""What may be opened: allow-lists of formats, protocols and codecs, and limits read off the headers."""

from __future__ import annotations

from dataclasses import dataclass

#: Demuxers that hold their own data. Playlists (HLS, DASH, concat) are missing on purpose: they open other files.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska,webm",
    "avi",
    "mpegts",
    "mpeg",
    "gif",
    "flv",
    "asf",
    "ogg",
    "mxf",
    "dv",
)
#: Decoders for pictures, by FFmpeg's names of codecs.
PICTURES = frozenset(
    "h264 hevc vp8 vp9 av1 mpeg1video mpeg2video mpeg4 msmpeg4v2 msmpeg4v3 h263 flv1 mjpeg prores dnxhd "
    "dvvideo vc1 wmv1 wmv2 wmv3 theora gif png ffv1 huffyuv ffvhuff utvideo rawvideo cinepak".split()
)
#: Decoders for sound.
SOUNDS = frozenset(
    "aac aac_latm mp1 mp2 mp3 ac3 eac3 dts opus vorbis flac alac wmav1 wmav2 wmapro amrnb amrwb amr_nb amr_wb adpcm_ms "
    "adpcm_ima_wav adpcm_ima_qt adpcm_yamaha pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_u8 "
    "pcm_s8 pcm_f32le pcm_f32be pcm_f64le pcm_alaw pcm_mulaw pcm_bluray pcm_dvd qdm2 speex".split()
)
#: Copied into MP4 without a second encode; every browser plays them.
COPIED_SOUNDS = frozenset({"aac", "mp3"})

OPEN = {"protocol_whitelist": "file", "format_whitelist": ",".join(FORMATS)}


@dataclass(frozen=True)
class Limits:
    """Largest file that is taken. pixels: of one picture. seconds, frames: of the film."""

    pixels: int = 8192 * 5120
    side: int = 16_384
    seconds: float = 24 * 3600.0
    frames: int = 10_000_000
    streams: int = 64
    child_memory: int = 6 << 30
    child_seconds: float = 90.0
    child_bytes_a_second: float = 20e6


LIMITS = Limits()
