"""The watch for losses: packets are compared with frames, and after a loss nothing is trusted until a key frame."""

from __future__ import annotations

from typing import Any

from av.video.frame import VideoFrame

from maskanyone.data import Video
from maskanyone.errors import Damaged

#: codecs in which every packet holds one picture that is shown
_ONE_TO_ONE = {"h264", "hevc", "mpeg2video", "prores", "mjpeg"}
#: pictures that a decoder may show before one that it decoded earlier
REORDERED = 16


def check_whole(video: Video, *, salvage: bool) -> None:
    """Raise ``Damaged`` where the file's packets show a loss already and ``salvage`` is off."""
    if video.damage and not salvage:
        raise damaged(video, video.damage[0])


class Watch:
    """Compares packets with frames.

    Raises:
        Damaged: at the first loss, unless ``salvage``.
    """

    def __init__(self, video: Video, salvage: bool) -> None:
        self._video, self._salvage = video, salvage
        self._compare = (
            video.codec in _ONE_TO_ONE
            and not video.interlaced
            and video.container.startswith(("mov", "matroska", "mpegts"))
        )
        self._awaited: set[int] = set()
        self._begun = False
        self._distrusted_at: int | None = None
        self._latest = 0
        self._resumed: int | None = None
        # FFmpeg's parser tells of a damaged transport packet one picture early, and of the first picture's never
        self._early = video.container == "mpegts"
        self._doubt = self._early and bool(video.damage)
        if video.damage:
            self._loss(video.damage[0], None)

    def resume(self, key: int) -> None:
        """Reading began at the key frame that is shown then; pictures shown before it may lean on others."""
        self._resumed = key

    def saw(self, packet: Any) -> None:
        """Each packet, before it is decoded."""
        if packet.pts is not None:
            self._latest = packet.pts
        if packet.is_corrupt or self._doubt:
            self._loss("a packet is damaged", self._latest)
        self._doubt = self._early and packet.is_corrupt
        if self._compare and packet.size and packet.pts is not None and not packet.is_discard:
            self._awaited.add(packet.pts)

    def failed(self, packet: Any) -> None:
        """It could not be decoded."""
        if self._begun:  # pictures before the first whole one lack their references: nobody ever saw them
            self._loss("a picture cannot be decoded", packet.pts if packet.pts is not None else self._latest)

    def spoiled(self, frame: VideoFrame) -> bool:
        """Each frame: whether a loss before it may show in it."""
        pts = frame.pts
        if frame.is_corrupt and self._begun:
            self._loss("a picture is damaged", pts)
        if pts is not None and self._compare:
            missing = {p for p in self._awaited if p < pts}
            self._awaited -= missing | {pts}
            lost = [p for p in missing if self._resumed is None or p >= self._resumed]
            if lost and self._begun:
                self._loss("a picture is missing", min(lost))
        self._begun = True
        if self._distrusted_at is not None and frame.key_frame and pts is not None and pts > self._distrusted_at:
            self._distrusted_at = None
        return self._distrusted_at is not None

    def finished(self) -> None:
        """The last packet was decoded."""
        if not self._begun:
            raise Damaged(
                self._video.name, "holds no picture that can be decoded", "Copy it again from where it was recorded"
            )
        if self._awaited:
            self._loss("pictures at the end are missing", max(self._awaited))

    def _loss(self, what: str, pts: int | None) -> None:
        if not self._salvage:
            raise damaged(self._video, what)
        if pts is not None:
            self._distrusted_at = pts if self._distrusted_at is None else max(pts, self._distrusted_at)


def damaged(video: Video, what: str) -> Damaged:
    remedy = "Copy it again, or add --salvage to mask what is left; spoiled pictures are covered wholly"
    return Damaged(video.name, f"is damaged: {what}", remedy)
