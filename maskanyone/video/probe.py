"""The facts of a source: read in a child with limits on memory and time, checked before a pixel is decoded here."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

from maskanyone import errors, files
from maskanyone.data import Colours, Sound, Video
from maskanyone.program import python
from maskanyone.video.limits import LIMITS
from maskanyone.video.read import check_same, stamp

#: seconds between two questions whether to stop
_PATIENCE = 0.2
_CHILD = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # a stop from the keyboard reaches all; the parent tells
memory = int(sys.argv.pop(1))
if sys.platform != "win32":
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
from maskanyone.video.inspection import main
main()
"""


def probe(path: Path | str, ask: Callable[[], None] = lambda: None) -> Video:
    """Read a video's facts; nothing of it is trusted.

    Args:
        ask: called now and then, from several threads; may raise to stop.

    Raises:
        Unreadable, TooLarge: with the sentence a user reads.
    """
    path = Path(path)
    if not os.path.isfile(path):
        raise errors.Unreadable(path, "is not there or is no file", "Check its name and folder")
    try:
        state = stamp(str(path.resolve()))
        with ThreadPoolExecutor(1) as beside:
            digest = beside.submit(files.sha256, path, ask)
            facts = _inspected(path, ask)
            video = _video(path, digest.result(), state, facts)
        check_same(video)
        return video
    except PermissionError:
        raise errors.Unreadable(path, "may not be read by you", "Change its permissions or copy it") from None


def _inspected(path: Path, ask: Callable[[], None]) -> dict[str, Any]:
    """Run the inspection in a child; a crash, a hang or too much memory there is an answer too."""
    seconds = LIMITS.child_seconds + path.stat().st_size / LIMITS.child_bytes_a_second
    command = python(_CHILD, str(LIMITS.child_memory), str(path.resolve()))
    try:
        facts: dict[str, Any] = json.loads(_answer(command, seconds, ask))
    except TimeoutError:
        raise errors.Unreadable(
            path, f"could not be read within {seconds:.0f} s", "Convert it to H.264 in MP4"
        ) from None
    except json.JSONDecodeError:
        ask()  # whoever stopped us may have stopped the child first
        raise errors.Unreadable(path, "made its reader crash", "Convert it to H.264 in MP4") from None
    if "refused" in facts:
        raise getattr(errors, facts["refused"])(path, facts["what"], facts["remedy"])
    return facts


def _answer(command: list[str], seconds: float, ask: Callable[[], None]) -> bytes:
    """What a child prints; raises ``TimeoutError`` after so many seconds."""
    end = time.monotonic() + seconds
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=nothing, stdout=pipe, stderr=nothing) as child:
        try:
            while time.monotonic() < end:
                ask()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return child.communicate(timeout=_PATIENCE)[0]
            raise TimeoutError
        finally:
            child.kill()


def _video(path: Path, digest: str, state: tuple[int, int, int, int], facts: dict[str, Any]) -> Video:
    width, height = facts["stored"]
    aspect = Fraction(facts["aspect"])
    turned = facts["turns"] % 2 == 1
    primaries, transfer, matrix, full = facts["colours"]
    return Video(
        path=str(path.resolve()),
        name=path.name,
        sha256=digest,
        bytes=path.stat().st_size,
        stamp=state,
        index=facts["index"],
        container=facts["container"],
        codec=facts["codec"],
        pixel_format=facts["pixel_format"],
        stored=(width, height),
        upright=(height, width) if turned else (width, height),
        turns=facts["turns"],
        mirrored=facts["mirrored"],
        pixel_aspect=1 / aspect if turned else aspect,
        time_base=Fraction(facts["time_base"]),
        frame_rate=Fraction(facts["frame_rate"]),
        zero=Fraction(facts["zero"]),
        packets=facts["packets"],
        discarded=facts["discarded"],
        keys=tuple(facts["keys"]),
        seekable=facts["seekable"],
        interlaced=facts["interlaced"],
        colours=Colours(primaries, transfer, matrix, full),
        sound=Sound(**facts["sound"]) if facts["sound"] else None,
        duration=facts["duration"],
        dropped=tuple(facts["dropped"]),
        damage=tuple(facts["damage"]),
    )
