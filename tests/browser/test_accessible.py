"""axe-core over every page, empty and full, light and dark: nothing serious that is ours."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served

pytestmark = pytest.mark.slow
expect = pytest.importorskip("playwright.sync_api").expect

AXE = "axe-core@4.14.1"
#: heading that a page shows once it stands: empty, full
PAGES = {
    "": ("Try the sample", "1 of 1 recording chosen"),
    "mask": ("Choose at least one recording", "Mask 1 recording"),
    "review": ("Nothing has been masked yet.", "Download the result"),
    "runs": ("No run yet.", "Done"),
    "presets": ("Built in", "Built in"),
    "models": ("Models find people.", "Models find people."),
    "settings": ("Where things lie", "Where things lie"),
}
#: rule -> (part of the address of what breaks it, schemes, reason); what is listed here is not ours to change
EXCEPTIONS: dict[str, list[tuple[str, tuple[str, ...], str]]] = {
    "color-contrast": [
        ('data-selected="true"', ("dark",), "Streamlit writes a selected segment's word in the primary colour: 3.7"),
        ("stSliderThumbValue", ("dark",), "Streamlit writes a slider's value in the primary colour: 4.0"),
    ]
}
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .flatMap((found) => found.nodes.map((node) => ({
        rule: found.id, impact: found.impact, at: node.target.flat(9).join(" "), html: node.html.slice(0, 200),
        why: node.failureSummary.slice(0, 300)})))"""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, fetched by npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not in the PATH")
    folder = tmp_path_factory.mktemp("axe")
    packed = subprocess.run([npm, "pack", AXE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=60)
    if packed.returncode:
        pytest.skip(f"npm cannot fetch {AXE}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


@pytest.fixture(scope="module")
def full(browser: Any, weights: Path, brief: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page with a recording, chosen, and its result."""
    served = Served(tmp_path_factory.mktemp("full") / "data").start()
    filled(served, brief)
    yield served
    served.stop()


def filled(served: Served, clip: Path) -> None:
    """Bring in a recording, mask it, and choose it again."""
    from maskanyone.recipe import DEFAULT, Recipe
    from maskanyone.store import recordings, runs

    recording = served.bring(clip.name, clip.read_bytes())
    served.until("SELECT 1 FROM recording WHERE id = ? AND state = 'ready'", recording)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKANYONE_DATA", str(served.data))
        row = recordings.one("local", recording)
        assert row is not None
        runs.order("local", [row], Recipe.preset(DEFAULT).data(), "Faces filled")
        recordings.choose("local", None, True)
    served.until("SELECT 1 FROM job WHERE kind = 'mask' AND state = 'done'", within=180)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_empty_pages(browser: Any, served: Served, axe: str, scheme: str) -> None:
    found = violations(browser, served, axe, scheme, 0)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_full_pages(browser: Any, full: Served, axe: str, scheme: str) -> None:
    found = violations(browser, full, axe, scheme, 1)
    assert not found, "\n".join(found)


def violations(browser: Any, served: Served, axe: str, scheme: str, state: int) -> list[str]:
    """What is serious on the pages, a line each."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page, found = context.new_page(), []
    try:
        for address, stands in PAGES.items():
            page.goto(f"{served.address}/{address}")
            expect(page.get_by_text(stands[state]).first).to_be_visible(timeout=60_000)
            page.wait_for_timeout(700)  # pictures come last
            page.evaluate(axe)
            found += [
                f"{address or 'videos'} {each['rule']} ({each['impact']}) {each['at']}: {each['html']} {each['why']}"
                for each in page.evaluate(RUN)
                if not excepted(each["rule"], each["at"], scheme)
            ]
    finally:
        context.close()
    return found


def excepted(rule: str, at: str, scheme: str) -> bool:
    return any(part in at and scheme in schemes for part, schemes, _ in EXCEPTIONS.get(rule, ()))
