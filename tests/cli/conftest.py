"""The command line, called in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from maskanyone import sample
from tests.promises.runs import Said, said


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call it with these words; gives its exit code and what it wrote."""
    return lambda *words: said(capsys, *words)


@pytest.fixture(scope="session")
def one_second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    sample.make(path, 1)
    return path


@pytest.fixture
def clip(one_second: Path, tmp_path: Path) -> Path:
    """A clip of one second, with sound, in a folder of its own."""
    (tmp_path / "in").mkdir()
    return Path(shutil.copy(one_second, tmp_path / "in" / "clip.mp4"))
