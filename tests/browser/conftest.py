"""The whole page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.served import Served
from tests.conftest import SHARED, Sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REAL = (
    "media/d_motion/asl_eat.mkv",
    "media/d_motion/asl_brother.mkv",
    "formats/phone_vertical_hevc_rot90.mov",
    "formats/vp9_opus.webm",
    "formats/broken_text_renamed.mp4",
)


#: ms that a busy machine may take
PATIENCE = 30_000


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """For all that is expected on a page; Playwright's own is 5 s."""
    expect = pytest.importorskip("playwright.sync_api").expect
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=None)


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
