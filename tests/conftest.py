"""What all tests share: a data folder of their own, the weights of this machine, the made sample, the real clips."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from maskanyone import folders
from maskanyone.errors import MissingWeights
from maskanyone.sample import Truth, make
from tests.alone import turn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType, Page

#: nothing is asked of anybody but the page, and a video may start by itself
FLAGS = (
    *(
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
    ).split(),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-features=OptimizationHints,Translate",
)
VIEWPORT = {"width": 1280, "height": 900}
SHARED = Path(__file__).resolve().parents[2] / "shared"
# what a machine is slow at is not wrong; the profile "ci" has no deadline either
settings.register_profile("default", deadline=None)


@dataclass(frozen=True)
class Sample:
    """The made clip and what is true of it."""

    path: Path
    truth: Truth


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the clock of pytest-timeout: waiting does not count
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    with turn(item, nextitem):
        return (yield)


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


@pytest.fixture(scope="session")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made clip again, 3 s, where how long it is does not matter; must not be changed."""
    path = tmp_path_factory.mktemp("brief") / "brief.mp4"
    make(path, 3)
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium lies in the PATH."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome in the PATH")
    return found


@pytest.fixture(scope="session")
def driver() -> Iterator[BrowserType]:
    """What starts browsers; there can be but one."""
    play = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with play.sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(driver: BrowserType, chromium: str) -> Iterator[Browser]:
    """A real browser."""
    browser = driver.launch(executable_path=chromium, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a context of its own, 1280 x 900 px."""
    context = browser.new_context(viewport=VIEWPORT)
    yield context.new_page()
    context.close()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own, so another database and another cache; not there yet."""
    from maskanyone.store import database

    folder = tmp_path / "data"
    monkeypatch.setenv("MASKANYONE_DATA", str(folder))
    yield folder
    database.engine().dispose()
