"""Pictures of every page, empty and full, light and dark, at 1280 px.

    python tests/benchmarks/screenshots.py [CLIP...] [--out sheets/page]

With clips, or else the shared ones, into ``--out``; with the made sample alone into ``docs``: that one holds nobody
whose picture we may not show.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.served import Served  # noqa: E402

SHARED = ROOT.parent / "shared"
CLIPS = (
    "media/b_conv/facerec_hamilton.mp4", "media/d_motion/sam2_juggle.mp4", "media/a_talk/liveportrait_d20.mp4",
    "media/d_motion/asl_brother.mkv", "formats/phone_vertical_hevc_rot90.mov", "formats/broken_truncated_mid.mp4",
    "formats/broken_text_renamed.mp4",
)  # fmt: skip
PAGES = ("", "mask", "review", "runs", "presets", "models", "settings")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
#: what the documents show, by page and scheme
DOCUMENTED = {
    ("", "light"): "videos",
    ("mask", "light"): "mask",
    ("review", "light"): "review",
    ("mask", "dark"): "mask-dark",
}


def main() -> int:
    """Take them all; prints each path."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="*")
    parser.add_argument("--out", type=Path, default=ROOT / "sheets" / "page")
    arguments = parser.parse_args()
    from maskanyone import folders, sample

    os.environ["MASKANYONE_WEIGHTS"] = str(folders.weights())
    clips = arguments.clips or [SHARED / name for name in CLIPS if (SHARED / name).is_file()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        take(folder / "empty", [], arguments.out, "empty")
        if clips:
            take(folder / "full", clips, arguments.out, "full")
        sample.make(folder / "interview.mp4")
        take(folder / "sample", [folder / "interview.mp4"], folder / "made", "full")
        for (page, scheme), named in DOCUMENTED.items():
            print(
                shutil.copy(
                    folder / "made" / f"{page or 'videos'}-full-{scheme}.png", ROOT / "docs" / f"page-{named}.png"
                )
            )
    return 0


def take(data: Path, clips: Sequence[Path], out: Path, state: str) -> None:
    """Bring in clips, mask them, and look at every page."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    served = Served(data).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            if clips:
                fill(browser, served, clips)
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": 1280, "height": 900}, color_scheme=scheme, locale="en-GB", timezone_id="UTC"
                )
                page = context.new_page()
                for address in PAGES:
                    page.goto(f"{served.address}/{address}")
                    page.wait_for_timeout(5000 if clips and address in ("mask", "review") else 2500)
                    path = out / f"{address or 'videos'}-{state}-{scheme}.png"
                    page.screenshot(path=path)
                    print(path)
                context.close()
            browser.close()
    finally:
        served.stop()


def fill(browser: Any, served: Served, clips: Sequence[Path]) -> None:
    """As somebody does it: drop, choose, mask, wait; then all are chosen again."""
    from maskanyone.store import recordings

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    page.goto(served.address)
    with page.expect_file_chooser() as chooser:
        page.get_by_text("choose files").click()
    chooser.value.set_files(list(clips))
    looked_over = "SELECT count(*) FROM recording WHERE state IN ('ready', 'broken') HAVING count(*) = ?"
    served.until(looked_over, len(clips), within=120)
    page.wait_for_timeout(2500)
    page.get_by_role("button", name="Choose what to hide").click()
    page.get_by_role("button", name="Mask ").click()
    done = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM job WHERE state IN ('queued', 'running'))"
    served.until("SELECT 1 FROM job WHERE kind = 'mask'")
    served.until(done, within=600)
    assert not served.rows("SELECT message FROM job WHERE state = 'failed' AND kind = 'mask'")
    page.close()
    before = os.environ.get("MASKANYONE_DATA")
    os.environ["MASKANYONE_DATA"] = str(served.data)
    recordings.choose("local", [row.id for row in recordings.listed("local")[0] if row.state == "ready"], True)
    os.environ.pop("MASKANYONE_DATA") if before is None else os.environ.update(MASKANYONE_DATA=before)


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        sys.exit("There is no chromium, chromium-browser or google-chrome in the PATH. Install one.")
    return found


if __name__ == "__main__":
    sys.exit(main())
