"""A small film for the promises about whole runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.runs import film as made


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 s of the made scenes, 320 x 180, 600 frames: three spans to look at, six pieces; must not be changed."""
    return made(tmp_path_factory.mktemp("film") / "film.mp4", frames=600, rate=12)
