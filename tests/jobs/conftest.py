"""Each test has a data folder of its own; clips are made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maskanyone import sample
from maskanyone.store import database
from tests.promises.runs import film as made


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder; not there yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("MASKANYONE_DATA", str(folder))
    yield folder
    database.engine().dispose()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2 s of the made scenes; must not be changed."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    sample.make(path, 2)
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 s of the made scenes, small, in many pieces; must not be changed."""
    return made(tmp_path_factory.mktemp("film") / "film.mp4", frames=1200, rate=12)
