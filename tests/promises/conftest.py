"""Films for the promises about whole runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises import faulty
from tests.promises.runs import film as made


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 s of the made scenes, 320 x 180, 600 frames: three spans to look at, 17 pieces; must not be changed."""
    return made(tmp_path_factory.mktemp("film") / "film.mp4", frames=600, rate=12)


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[faulty.Film]:
    """Six seconds of the made scenes, small and in memory, with the truth of them."""
    yield faulty.shown(tmp_path_factory.mktemp("faults") / "film.mp4")
    faulty.go_on.set()
