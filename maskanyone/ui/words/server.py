"""What the server answers when it does not do what was asked."""

from __future__ import annotations

NOT_ANNOUNCED = "The upload does not say its name and size. Drop the recording again."
BAD_NAME = "The recording's name cannot be used. Rename the file, then drop it again."
GONE = "This upload is not known any more. Drop the recording again."
TWICE = "This recording is already being copied in another window."
ELSEWHERE = "The upload went on from another place. Drop the recording again."
TOO_MUCH = "More arrived than the recording's size. Drop it again."
PLAYED_ONLY = "A recording is shown in the player only. Download its result instead."
SHOWN_ONLY = "This picture is shown on the page Review only."
NOT_THERE = "There is nothing at this address."
BUSY = "Many pictures are being made. Ask for this one again in a moment."


def empty(name: str) -> str:
    return f"{name} is empty. Copy it from the camera again."


def no_room(name: str) -> str:
    return f"There is no room for {name} on this computer's disk. Free some, then drop it again."


def answers(host: str | None, port: int) -> str:
    """What the terminal says once the page is there."""
    name = host if host and host not in ("0.0.0.0", "::") else "localhost"
    return f"The page is at http://{f'[{name}]' if ':' in name else name}:{port}; Ctrl-C ends it."
