"""Where things lie on this machine; every path can be moved by an environment variable.

``MASKANYONE_DATA`` moves everything, ``MASKANYONE_WEIGHTS`` the model weights alone.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from maskanyone.errors import BadOutput

_PACKAGE = Path(__file__).resolve().parent


def data() -> Path:
    """The user's data folder of MaskAnyone, made with mode 0700 at first use."""
    return _made(Path(os.environ.get("MASKANYONE_DATA") or platformdirs.user_data_dir("maskanyone", appauthor=False)))


def weights() -> Path:
    """Model weights, as downloaded and prepared."""
    named = os.environ.get("MASKANYONE_WEIGHTS")
    return _made(Path(named) if named else data() / "weights")


def cache() -> Path:
    """Facts and finished pieces: only what can be computed again."""
    return _made(data() / "cache")


def presets() -> Path:
    """The user's own recipes."""
    return _made(data() / "presets")


def files() -> Path:
    """Recordings that were copied in, and results, by their content."""
    return _made(data() / "files")


def arriving() -> Path:
    """Recordings that are still being copied in."""
    return _made(data() / "arriving")


def work() -> Path:
    """Where runs write before a result is whole; a folder each."""
    return _made(data() / "work")


def logs() -> Path:
    """What went wrong, for whoever is asked."""
    return _made(data() / "logs")


def beside(name: str, packaged: str) -> Path:
    """A folder that lies beside the package in a checkout, and inside it, under another name, in a wheel."""
    inside = _PACKAGE / packaged
    return inside if inside.is_dir() else _PACKAGE.parent / name


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadOutput(
            folder, f"cannot be used ({error.strerror})", "Name another folder in the variable MASKANYONE_DATA"
        ) from None
    return folder
