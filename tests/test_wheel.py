"""An installed wheel is whole: it works from any folder, and without the heavy libraries that the default spares."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("insightface", "torch", "torchvision", "ultralytics")

#: Python runs this before anything else when its folder is on PYTHONPATH
BLOCK = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ImportError(f"{{name}} is blocked here")

sys.meta_path.insert(0, Blocked())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a wheel, built once."""
    return build(tmp_path_factory.mktemp("build") / "source", tmp_path_factory.mktemp("wheel"))


def build(source: Path, folder: Path) -> Path:
    """Build the wheel into ``folder`` from a copy: setuptools leaves old files in a checkout's build folder."""
    source.mkdir()
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, source)
    for name in ("maskanyone", "presets"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source)], folder)
    return next(folder.glob("*.whl"))


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **variables}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_every_room_is_named_for_the_wheel() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    rooms = {".".join(path.parent.relative_to(ROOT).parts) for path in ROOT.glob("maskanyone/**/*.py")}
    assert sorted(named) == sorted(rooms | {"maskanyone.presets"})


@pytest.mark.slow
@pytest.mark.network
def test_the_wheel_holds_every_file_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    code = {str(path.relative_to(ROOT).as_posix()) for path in ROOT.glob("maskanyone/**/*.py")}
    presets = {f"maskanyone/presets/{path.name}" for path in ROOT.glob("presets/*.json")}
    assert presets
    assert inside == code | presets | {"maskanyone/py.typed", "maskanyone/weights/catalogue.json"}


@pytest.mark.slow
@pytest.mark.network
def test_an_installed_wheel_runs_the_demo_elsewhere_without_the_heavy_libraries(
    wheel: Path, weights: Path, tmp_path: Path
) -> None:
    programs = installed(wheel, tmp_path / "environment")
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / "sitecustomize.py").write_text(BLOCK)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = [str(programs / "python"), "-c", "import maskanyone; print(maskanyone.__file__)"]
    assert str(tmp_path) in run(where, elsewhere).stdout
    run([str(programs / "maskanyone"), "demo"], elsewhere, PYTHONPATH=str(tmp_path / "block"))
    assert list(elsewhere.rglob("*.mp4"))


def installed(wheel: Path, folder: Path) -> Path:
    """Install the wheel beside the running environment's dependencies; returns the folder of programs."""
    venv.create(folder, with_pip=True)
    paths = sysconfig.get_paths("venv", {"base": str(folder), "platbase": str(folder)})
    outer = [path for path in site.getsitepackages() if Path(path).is_dir()]
    own = Path(paths["purelib"])
    run([str(Path(paths["scripts"]) / "python"), "-m", "pip", "install", "--no-deps", "--no-index", str(wheel)], folder)
    # plain lines on sys.path: unlike addsitedir, they leave out the outer folder's own .pth files and so the checkout
    (own / "outer.pth").write_text("\n".join(outer) + "\n")
    return Path(paths["scripts"])
