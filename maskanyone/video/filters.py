"""What is done once to a source that is not plain 8-bit 4:2:0: deinterlaced, tone-mapped, converted."""

from __future__ import annotations

from dataclasses import dataclass

from maskanyone.data import Colours, Video
from maskanyone.video.tonemap import HLG, PQ, table_file

_PLAIN = {"yuv420p", "yuvj420p"}
_RGB_LIKE = ("rgb", "bgr", "gbr", "argb", "abgr", "rgba", "bgra", "pal8", "0rgb", "0bgr", "monow", "monob")
_HD_LINES = 720
_BT709, _BT601 = 1, 6

Options = dict[str, str]


@dataclass(frozen=True)
class Filter:
    """Steps of an FFmpeg filter graph, each a name and its options. colours: of the result, where they changed."""

    steps: tuple[tuple[str, Options], ...]
    colours: Colours | None = None


def filter_for(video: Video) -> Filter | None:
    """The filter that this source needs, or none."""
    steps: list[tuple[str, Options]] = []
    size = {"w": str(video.stored[0]), "h": str(video.stored[1])}
    if video.interlaced:
        steps.append(("bwdif", {"mode": "send_frame", "deint": "interlaced"}))
    if video.colours.transfer in (PQ, HLG):
        steps += [
            ("scale", size | {"in_color_matrix": "bt2020"}),
            ("format", {"pix_fmts": "gbrp16le"}),
            ("lut3d", {"file": str(table_file(video.colours.transfer)), "interp": "tetrahedral"}),
        ]
        return Filter((*steps, *_from_rgb(size, "bt709")), Colours(_BT709, _BT709, _BT709))
    if video.pixel_format.startswith(_RGB_LIKE):
        name, code = ("bt709", _BT709) if video.stored[1] >= _HD_LINES else ("smpte170m", _BT601)
        return Filter((*steps, *_from_rgb(size, name)), Colours(code, code, code))
    if video.pixel_format not in _PLAIN or not video.seekable:
        # a plain frame passes the scaler untouched; it is there for a size that changes within the file
        full = video.colours.full_range
        kept = "pc" if full else "tv"
        steps += [
            ("scale", size | {"in_range": kept, "out_range": kept}),
            ("format", {"pix_fmts": "yuvj420p" if full else "yuv420p"}),
        ]
    return Filter(tuple(steps)) if steps else None


def _from_rgb(size: Options, matrix: str) -> tuple[tuple[str, Options], ...]:
    return ("scale", size | {"out_color_matrix": matrix, "out_range": "tv"}), ("format", {"pix_fmts": "yuv420p"})
