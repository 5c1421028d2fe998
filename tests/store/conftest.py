"""Each test has a data folder of its own, so another database and another cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maskanyone.store import database


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder; not there yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("MASKANYONE_DATA", str(folder))
    yield folder
    database.engine().dispose()
