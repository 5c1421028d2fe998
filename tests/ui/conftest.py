"""Demos of the page's parts, for a real browser to look at."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.conftest import VIEWPORT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

DEMOS = Path(__file__).parent / "demos"
ROOT = Path(__file__).resolve().parents[2]
SERVER = (
    "--server.address=127.0.0.1 --server.headless=true --server.fileWatcherType=none "
    "--browser.gatherUsageStats=false --client.toolbarMode=minimal"
).split()


class Demo(Protocol):
    """``demo(name, files=None)``: the address of ``demos/NAME.py`` once it answers.

    With ``files``, a folder, the script is served by itself and the folder's files lie under ``/files/``.
    """

    def __call__(self, name: str, files: Path | None = None) -> str: ...


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests of a module: Streamlit's own files are fetched once, and each page has its own session."""
    context = browser.new_context(viewport=VIEWPORT)
    yield context
    context.close()


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Starts demos; all end with the module's tests."""
    started: list[subprocess.Popen[bytes]] = []

    def demo(name: str, files: Path | None = None) -> str:
        script, port = DEMOS / f"{name}.py", free_port()
        variables = {"DEMO_SCRIPT": str(script), "DEMO_FILES": str(files)} if files else {}
        target = DEMOS / "with_files.py" if files else script
        log = tmp_path_factory.mktemp("demo") / "log.txt"
        command = [sys.executable, "-m", "streamlit", "run", str(target), f"--server.port={port}", *SERVER]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=log.parent, env=environment(variables), stdout=out, stderr=subprocess.STDOUT
            )
        started.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process, log)
        return address

    yield demo
    for process in started:
        process.terminate()
    for process in started:
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(variables: dict[str, str]) -> dict[str, str]:
    """This process's, in which the package of this checkout is found."""
    paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **variables}


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; where it ends before, what it wrote is the error."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            direct.open(f"{address}/_stcore/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the demo does not answer: {log.read_text(errors='replace')}")
