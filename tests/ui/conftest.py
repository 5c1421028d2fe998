"""A real browser, and demos of the page's parts that it looks at."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

DEMOS = Path(__file__).parent / "demos"
#: nothing but the pages asked for, whoever runs it
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
).split()

Serve = Callable[..., str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the PATH."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome in the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a context of its own, 1280 x 900 px."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """``serve(script, files=None)``: the address of a Streamlit script of ``demos`` once it answers.

    The files of the folder ``files`` lie under ``/files/``. All end with the module's tests.
    """
    started: list[subprocess.Popen[bytes]] = []

    def serve(script: str, files: Path | None = None) -> str:
        port, log = free_port(), tmp_path_factory.mktemp("demo") / "log.txt"
        command = [sys.executable, str(DEMOS / "serve.py"), str(port), str(DEMOS / script), str(files or log.parent)]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment())
        started.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process, log)
        return address

    yield serve
    for process in started:
        process.terminate()
    for process in started:
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment() -> dict[str, str]:
    """The tests' own, where the package of this checkout is found and no proxy stands between."""
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; what it wrote is the error where it ends before."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            direct.open(f"{address}/_stcore/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    process.terminate()
    pytest.fail(f"the demo does not answer: {log.read_text(errors='replace')}")
