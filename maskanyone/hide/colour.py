"""A colour as recipes write it and as pixels hold it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from maskanyone.data import Pixels

#: ``#rrggbb``. A field of this type is a colour picker in the form, by its schema's ``format``.
Colour = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$", json_schema_extra={"format": "color"})]


def rgb(colour: str) -> Pixels:
    """Red, green and blue of ``#rrggbb``, uint8 (3,)."""
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), dtype=np.uint8)
