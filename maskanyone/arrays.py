"""Named arrays as bytes and back, without pickle: what a store keeps of facts."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def packed(arrays: Mapping[str, Any]) -> bytes:
    """Arrays under their names."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def unpacked(data: bytes | None) -> dict[str, NDArray[Any]] | None:
    """The inverse of ``packed``; none of none."""
    if data is None:
        return None
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return dict(arrays)
