"""What all tests share: a data folder of their own, the weights of this machine, the made sample, the real clips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from maskanyone import folders
from maskanyone.errors import MissingWeights
from maskanyone.sample import Truth, make

SHARED = Path(__file__).resolve().parents[2] / "shared"


@dataclass(frozen=True)
class Sample:
    """The made clip and what is true of it."""

    path: Path
    truth: Truth


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker("shared")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the user's but the weights is read or written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKANYONE_WEIGHTS", str(folders.weights()))
        patch.setenv("MASKANYONE_DATA", str(tmp_path_factory.mktemp("data")))
        if "MASKANYONE_WEIGHTS_MIRROR" not in os.environ and (SHARED / "weights").is_dir():
            patch.setenv("MASKANYONE_WEIGHTS_MIRROR", str(SHARED / "weights"))
        yield


@pytest.fixture(scope="session")
def weights(own_folders: None) -> Path:
    """The folder with the default weights; fetched once for this machine."""
    from maskanyone.weights.store import get

    try:
        get("default")
    except MissingWeights as error:
        pytest.skip(f"the default weights cannot be had: {error}")
    return folders.weights()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips beside the project."""
    if not (SHARED / "media" / "manifest.json").is_file():
        pytest.skip(f"{SHARED} with the real clips is not here")
    return SHARED


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The made clip, 10 s; must not be changed."""
    path = tmp_path_factory.mktemp("sample") / "sample.mp4"
    return Sample(path, make(path))
