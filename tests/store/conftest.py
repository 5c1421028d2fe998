"""Each test has a data folder of its own, so another database and another cache."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own(data: Path) -> None:
    """Every test here has its own data folder."""
