"""What is done once to a source that is not plain 8-bit 4:2:0: deinterlaced, converted, tone-mapped."""

from __future__ import annotations

from dataclasses import dataclass, replace

from maskanyone.data import Colours, Video
from maskanyone.errors import Unreadable

PLAIN = {"yuv420p", "yuvj420p"}
_PQ, _HLG = 16, 18
_RGB_LIKE = ("rgb", "bgr", "gbr", "argb", "abgr", "rgba", "bgra", "pal8", "0rgb", "0bgr", "monow", "monob")


@dataclass(frozen=True)
class Filter:
    """Steps of an FFmpeg filter graph, each a name and its arguments. colours: of the result, where they changed."""

    steps: tuple[tuple[str, str], ...]
    colours: Colours | None = None


def filter_for(video: Video) -> Filter | None:
    """The filter that this source needs, or none.

    Raises:
        Unreadable: the picture is HDR, which cannot be shown in 8 bits without changing it.
    """
    if video.colours.transfer in (_PQ, _HLG):
        raise Unreadable(
            video.name, "is an HDR recording (PQ or HLG), which is not read yet", "Convert it to SDR first"
        )
    steps: list[tuple[str, str]] = []
    colours = None
    if video.interlaced:
        steps.append(("bwdif", "mode=send_frame:deint=interlaced"))
    width, height = video.stored
    if video.pixel_format.startswith(_RGB_LIKE):
        matrix, code = ("bt709", 1) if height >= 720 else ("smpte170m", 6)
        colours = Colours(code, code, code, full_range=False)
        steps += [("scale", f"{width}:{height}:out_color_matrix={matrix}:out_range=tv"), ("format", "yuv420p")]
    elif video.pixel_format not in PLAIN or not video.seekable:
        # unchanged frames pass the scaler untouched; it is there for a size that changes within the file
        kept = "pc" if video.colours.full_range else "tv"
        steps += [
            ("scale", f"{width}:{height}:in_range={kept}:out_range={kept}"),
            ("format", "yuvj420p" if video.colours.full_range else "yuv420p"),
        ]
    if not steps:
        return None
    return Filter(tuple(steps), colours and replace(colours))
