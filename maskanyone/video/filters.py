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
    """Steps of an FFmpeg filter graph, each a name and its options; one frame comes out for each that goes in."""

    steps: tuple[tuple[str, Options], ...]


def filter_for(video: Video) -> Filter | None:
    """The filter that every picture of this source needs, or none.

    A tone-mapped source needs its colour table on disk; it is written here when it is first needed.
    """
    steps: list[tuple[str, Options]] = []
    if video.interlaced:
        steps.append(("bwdif", {"mode": "send_frame", "deint": "interlaced"}))
    if _is_hdr(video):
        size = _size(video)
        steps += [
            ("scale", size | {"in_color_matrix": "bt2020"}),
            ("format", {"pix_fmts": "gbrp16le"}),
            ("lut3d", {"file": str(table_file(video.colours.transfer)), "interp": "tetrahedral"}),
            *_from_rgb(size, "bt709"),
        ]
    elif video.pixel_format.startswith(_RGB_LIKE):
        steps += _from_rgb(_size(video), "bt709" if video.stored[1] >= _HD_LINES else "smpte170m")
    elif video.pixel_format not in _PLAIN:
        steps += scaling(video).steps
    return Filter(tuple(steps)) if steps else None


def scaling(video: Video) -> Filter:
    """To the size and format of the source's first picture: for those that differ within a file."""
    full = colours_after(video).full_range
    kept = "pc" if full else "tv"
    return Filter(
        (
            ("scale", _size(video) | {"in_range": kept, "out_range": kept}),
            ("format", {"pix_fmts": "yuvj420p" if full else "yuv420p"}),
        )
    )


def colours_after(video: Video) -> Colours:
    """How the samples are to be read once the filter is through."""
    if _is_hdr(video):
        return Colours(_BT709, _BT709, _BT709)
    if video.pixel_format.startswith(_RGB_LIKE):
        code = _BT709 if video.stored[1] >= _HD_LINES else _BT601
        return Colours(code, code, code)
    return video.colours


def _is_hdr(video: Video) -> bool:
    return video.colours.transfer in (PQ, HLG)


def _size(video: Video) -> Options:
    return {"w": str(video.stored[0]), "h": str(video.stored[1])}


def _from_rgb(size: Options, matrix: str) -> tuple[tuple[str, Options], ...]:
    return ("scale", size | {"out_color_matrix": matrix, "out_range": "tv"}), ("format", {"pix_fmts": "yuv420p"})
