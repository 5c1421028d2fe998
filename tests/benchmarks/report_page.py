"""Draw the documents' picture of a report, docs/report.png: what ``maskanyone demo`` gives, as it is printed."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

import maskanyone
from maskanyone.sample import make

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.screenshots import FLAGS, chromium  # noqa: E402

#: px: what A4 leaves between its margins at 96 dots an inch, how much of the report is shown, and the margin around it
WIDTH, HEIGHT, MARGIN = 673, 1120, 36
SCALE = 1.5


def main() -> int:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        clip = Path(folder) / "sample.mp4"
        make(clip)
        result = maskanyone.mask(clip, Path(folder) / "masked" / "sample.mp4", "faces")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
        page.goto(result.page_file.as_uri())
        page.emulate_media(media="print")
        shown = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    margin = round(MARGIN * SCALE)
    sheet = Image.new("RGB", (shown.width + 2 * margin, shown.height + margin), "white")
    sheet.paste(shown, (margin, margin))
    sheet.save(ROOT / "docs" / "report.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
