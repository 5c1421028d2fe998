"""When each frame of a file of ours is shown."""

from __future__ import annotations

from pathlib import Path

import av

_PRECISION = 6


def frame_times(path: Path) -> list[float]:
    """Seconds from the first frame, ascending, from the packets of a result; nothing is decoded."""
    with av.open(str(path), options={"protocol_whitelist": "file", "format_whitelist": "mov,mp4"}) as container:
        stream = container.streams.video[0]
        ticks = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
        return [round(float((tick - ticks[0]) * (stream.time_base or 0)), _PRECISION) for tick in ticks]
