"""Each test has a data folder of its own; clips are made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from maskanyone import sample
from maskanyone.store import database, recordings
from maskanyone.store.tables import READY
from tests.jobs.workers import OWNER, looked_over, worker
from tests.promises.runs import film as made


@pytest.fixture(autouse=True)
def own(data: Path) -> None:
    """Every test here has its own data folder."""


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 s of the made scenes; must not be changed."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    sample.make(path, 1)
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 s of the made scenes, small, in 17 pieces; must not be changed."""
    return made(tmp_path_factory.mktemp("film") / "film.mp4", frames=600, rate=12)


@pytest.fixture(scope="session")
def prepared(film: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder in which the film was named and looked over, and its id; must not be changed."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKANYONE_DATA", str(folder))
        (row,) = recordings.named(OWNER, [film])
        with worker():
            assert looked_over(row.id).state == READY
        database.engine().dispose()
    return folder, row.id


@pytest.fixture
def ready(prepared: tuple[Path, str], data: Path) -> str:
    """The film, named and looked over; its id."""
    shutil.copytree(prepared[0], data)
    return prepared[1]
