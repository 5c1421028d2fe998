"""Nothing leaves the machine: a whole run asks for no connection, and needs none of the libraries that phone home."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from maskanyone import registry
from maskanyone.detect import detectors
from maskanyone.recipe import Recipe
from maskanyone.sample import make
from maskanyone.weights import store
from tests.lean import lean_file
from tests.promises.runs import PROGRAM, environment, ran

#: none of them is needed by a preset; each is slow to load, and some look for updates
HEAVY = ("insightface", "torch", "torchvision", "ultralytics", "streamlit")
#: Python runs this before anything else where its folder is on PYTHONPATH
WATCHED = f"""
import os, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ImportError(f"{{name}} is blocked here")

def told(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        with open(os.environ["TOLD"], "a") as file:
            file.write(f"{{event}} {{arguments}}\\n")

sys.meta_path.insert(0, Blocked())
sys.addaudithook(told)
"""
INTERNET = re.compile(r"AF_INET6?|sin6?_addr|AF_PACKET")


@pytest.fixture
def strace() -> str:
    """The program, where it is there and may trace."""
    found = shutil.which("strace")
    if not found:
        pytest.skip("strace is not on this machine")
    if subprocess.run([found, "-o", "/dev/null", sys.executable, "-c", ""], capture_output=True).returncode:
        pytest.skip("strace may not trace here")
    return found


@pytest.fixture(scope="module")
def known(weights: Path, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the facts of the film lie already."""
    data = tmp_path_factory.mktemp("known")
    assert ran("mask", film, "-o", data / "out", *lean_file(data), data=data).returncode == 0
    return data


@pytest.mark.slow
def test_a_whole_run_asks_for_no_connection(strace: str, brief: Path, weights: Path, tmp_path: Path):
    out = tmp_path / "out"
    calls = traced(strace, [*PROGRAM, "mask", str(brief), "-o", str(out), "--audio", "keep"], tmp_path)
    assert sorted(path.name for path in out.iterdir()) == ["brief.mp4", "brief.report.html", "brief.report.json"]
    assert not [call for call in calls if INTERNET.search(call)]


@pytest.mark.slow
@pytest.mark.parametrize("method", [made.id for made in detectors()][1:])
def test_no_other_detector_asks_for_a_connection(strace: str, weights: Path, tmp_path: Path, method: str):
    missing = [name for name in registry.info(method).weights if not store.have(name)]
    if missing:
        pytest.skip(f"the weights {', '.join(missing)} are not here")
    step = {"method": method, "version": registry.info(method).version}
    recipe, clip, out = tmp_path / "recipe.json", tmp_path / "clip.mp4", tmp_path / "out"
    recipe.write_text(json.dumps(Recipe.preset("faces").data() | {"detect": [step]}))
    make(clip, 0.4)
    calls = traced(strace, [*PROGRAM, "mask", str(clip), "-o", str(out), "--recipe", str(recipe)], tmp_path)
    assert (out / "clip.mp4").exists()
    assert not [call for call in calls if INTERNET.search(call)]


@pytest.mark.slow
def test_the_trace_would_show_a_connection(strace: str, tmp_path: Path):
    program = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    calls = traced(strace, [sys.executable, "-c", program], tmp_path)
    assert any("connect(" in call and INTERNET.search(call) for call in calls)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["face=solid", "face=blur", "face=pixelate", "face=contours"])
def test_without_the_heavy_libraries_every_method_runs_and_opens_no_socket(
    film: Path, known: Path, tmp_path: Path, method: str
):
    words = ["mask", film, "-o", tmp_path / "out", "--hide", method, *lean_file(tmp_path)]
    done = ran(*words, **watched(tmp_path) | {"data": known})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "film.mp4").exists()
    assert not (tmp_path / "told").exists(), (tmp_path / "told").read_text()


@pytest.mark.slow
def test_without_the_heavy_libraries_the_default_preset_runs(brief: Path, weights: Path, tmp_path: Path):
    done = ran("mask", brief, "-o", tmp_path / "out", **watched(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "brief.mp4").exists()
    assert not (tmp_path / "told").exists(), (tmp_path / "told").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("program", ["import torch", "import socket; socket.getaddrinfo('localhost', 80)"])
def test_the_watch_would_see_either(program: str, tmp_path: Path):
    folder = watched(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(**folder), capture_output=True, text=True, check=False
    )
    assert "torch is blocked here" in done.stderr or (tmp_path / "told").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", [["doctor"], ["weights"], ["methods"], ["presets"]], ids=" ".join)
def test_no_other_command_opens_a_socket(command: list[str], weights: Path, tmp_path: Path):
    done = ran(*command, **watched(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "told").exists(), (tmp_path / "told").read_text()


def traced(strace: str, command: list[str], folder: Path) -> list[str]:
    """Every call of the program and its children that has to do with a network."""
    log = folder / "trace"
    done = subprocess.run(
        [strace, "-f", "-qq", "-e", "trace=socket,connect,sendto,sendmsg,sendmmsg,bind", "-o", str(log), *command],
        env=environment(folder / "data"),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return log.read_text(errors="replace").splitlines()


def watched(folder: Path) -> dict[str, object]:
    """A data folder, and variables for a process that cannot load the heavy libraries and tells of every socket."""
    hook = folder / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(WATCHED)
    return {"data": folder / "data", "TOLD": str(folder / "told"), "first": hook}
