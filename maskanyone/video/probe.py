"""The facts of a source: read in a child with limits on memory and time, checked before a pixel is decoded here."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

from maskanyone import errors
from maskanyone.data import Colours, Sound, Video
from maskanyone.video.limits import LIMITS

_PACKAGE = Path(__file__).resolve().parents[2]
_CHILD = """
import sys
package, memory = sys.argv.pop(1), int(sys.argv.pop(1))
if sys.platform != "win32":
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
sys.path.insert(0, package)
from maskanyone.video.inspection import main
main()
"""


def probe(path: Path | str) -> Video:
    """Read a video's facts; nothing of it is trusted.

    Raises:
        Unreadable, TooLarge: with the sentence a user reads.
    """
    path = Path(path)
    if not path.is_file():
        raise errors.Unreadable(path, "is not there or is no file", "Check its name and folder")
    try:
        with ThreadPoolExecutor(1) as beside:
            digest = beside.submit(_sha256, path)
            facts = _inspected(path)
            return _video(path, digest.result(), facts)
    except PermissionError:
        raise errors.Unreadable(path, "may not be read by you", "Change its permissions or copy it") from None


def _inspected(path: Path) -> dict[str, Any]:
    """Run the inspection in a child; a crash, a hang or too much memory there is an answer too."""
    seconds = LIMITS.child_seconds + path.stat().st_size / LIMITS.child_bytes_a_second
    command = [sys.executable, "-c", _CHILD, str(_PACKAGE), str(LIMITS.child_memory), str(path.resolve())]
    try:
        child = subprocess.run(command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL)
        facts: dict[str, Any] = json.loads(child.stdout)
    except subprocess.TimeoutExpired:
        raise errors.Unreadable(
            path, f"could not be read within {seconds:.0f} s", "Convert it to H.264 in MP4"
        ) from None
    except json.JSONDecodeError:
        raise errors.Unreadable(path, "made its reader crash", "Convert it to H.264 in MP4") from None
    if "refused" in facts:
        raise getattr(errors, facts["refused"])(path, facts["what"], facts["remedy"])
    return facts


def _video(path: Path, digest: str, facts: dict[str, Any]) -> Video:
    width, height = facts["stored"]
    aspect = Fraction(facts["aspect"])
    turned = facts["turns"] % 2 == 1
    primaries, transfer, matrix, full = facts["colours"]
    return Video(
        path=str(path.resolve()),
        name=path.name,
        sha256=digest,
        bytes=path.stat().st_size,
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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
