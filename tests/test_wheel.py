"""An installed wheel is whole: it works from any folder, and without the heavy libraries that the default spares."""

from __future__ import annotations

import io
import os
import shutil
import site
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.error
import urllib.request
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
    for name in ("maskanyone", "pages", "presets", ".streamlit"):
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
    assert sorted(named) == sorted(rooms | {"maskanyone.pages", "maskanyone.presets", "maskanyone.settings"})


@pytest.mark.slow
@pytest.mark.network
def test_the_wheel_holds_every_file_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    code = {str(path.relative_to(ROOT).as_posix()) for path in ROOT.glob("maskanyone/**/*.py")}
    beside = {
        f"maskanyone/{room}/{path.name}"
        for room, files in (("presets", "presets/*.json"), ("pages", "pages/*.py"), ("settings", ".streamlit/*.toml"))
        for path in ROOT.glob(files)
    }
    parts = {str(path.relative_to(ROOT).as_posix()) for path in ROOT.glob("maskanyone/ui/**/*.[jc]s*")}
    assets = {str(path.relative_to(ROOT).as_posix()) for path in ROOT.glob("maskanyone/ui/assets/*")}
    other = {
        "maskanyone/proof/page.html",
        "maskanyone/py.typed",
        "maskanyone/store/migrations/script.py.mako",
        "maskanyone/weights/catalogue.json",
    }
    assert len(beside) > len(list(ROOT.glob("pages/*.py")))
    assert inside == code | beside | parts | assets | other


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


@pytest.mark.slow
@pytest.mark.network
def test_an_installed_wheel_serves_the_page_elsewhere(wheel: Path, tmp_path: Path) -> None:
    programs = installed(wheel, tmp_path / "environment")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(programs / "maskanyone"), "app", "--no-browser", "--port", str(port)]
    variables = os.environ | {"MASKANYONE_DATA": str(tmp_path / "data")}
    with subprocess.Popen(command, cwd=tmp_path, env=variables) as server:
        try:
            assert b"<title>" in fetched(f"http://127.0.0.1:{port}/")
            assert fetched(f"http://127.0.0.1:{port}/api/assets/icon.png").startswith(b"\x89PNG")
            with zipfile.ZipFile(io.BytesIO(fetched(f"http://127.0.0.1:{port}/api/source.zip"))) as source:
                assert {"maskanyone/pipeline/__init__.py", "maskanyone/pages/mask.py"} <= set(source.namelist())
        finally:
            server.terminate()


def fetched(address: str) -> bytes:
    """What an address gives, once it answers."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(address) as answer:
                data: bytes = answer.read()
                return data
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


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
