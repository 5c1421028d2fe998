"""The whole page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.served import Served
from tests.conftest import SHARED, Sample
from tests.ui.conftest import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: the browser too asks nobody but the page
ALONE = ("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--disable-features=OptimizationHints,Translate")
REAL = (
    "media/a_talk/liveportrait_d20.mp4",
    "media/d_motion/asl_brother.mkv",
    "formats/phone_vertical_hevc_rot90.mov",
    "formats/vp9_opus.webm",
    "formats/broken_text_renamed.mp4",
)


def chromium() -> str:
    """Where Chromium lies; skips where there is none."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome in the PATH")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium from the PATH; ended with the module, for two cannot be driven at once."""
    found = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *ALONE])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a context of its own, 1280 x 900 px."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def served(browser: Browser, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page with its worker and nothing in it yet."""
    served = Served(tmp_path_factory.mktemp("served") / "data").start()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def batch(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> list[Path]:
    """Five recordings, the last of them broken: real clips, or else the made one under four names."""
    if all((SHARED / name).is_file() for name in REAL):
        return [SHARED / name for name in REAL]
    folder = tmp_path_factory.mktemp("batch")
    made = [Path(shutil.copy(sample.path, folder / f"sample_{number}.mp4")) for number in range(4)]
    broken = folder / "broken.mp4"
    broken.write_text("This is not a video.\n" * 50)
    return [*made, broken]
