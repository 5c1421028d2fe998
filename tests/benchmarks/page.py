"""The page in figures: a large upload, a full store, a preview of each method, and the first page.

    python tests/benchmarks/page.py [--mb 500]

Server, worker and browser are real processes on this machine. Without Chromium the rows that need it are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import re
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.served import Served, patching  # noqa: E402

CLIP = ROOT.parent / "shared" / "media" / "d_motion" / "sam2_juggle.mp4"
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
RECORDINGS, RUNS = 200, 500
ELSEWHERE = {"MASKANYONE_WORKER": "elsewhere"}


def main() -> int:
    """Print one row a figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=500)
    arguments = parser.parse_args()
    from maskanyone import folders

    os.environ["MASKANYONE_WEIGHTS"] = str(folders.weights())
    with tempfile.TemporaryDirectory() as folder:
        upload(Path(folder) / "upload", arguments.mb)
        full_store(Path(folder) / "full")
        previews(Path(folder) / "previews")
    return 0


def row(show: int, measured: str, asked: str) -> None:
    print(f"| Show {show} | {measured} | {asked} |", flush=True)


# ---- an upload -------------------------------------------------------------------------------------------------


def upload(data: Path, megabytes: int) -> None:
    """A file arrives, breaks off in the middle and goes on; the server's memory is watched."""
    piece, size = os.urandom(1 << 20), megabytes << 20
    with serving(data, ELSEWHERE) as served:
        place = served.announce("long.mp4", size).headers["location"]
        settled(lambda: psutil.Process(served.pid).memory_info().rss)  # what it imports after its start is there
        with watched(served.pid) as memory:
            began = time.perf_counter()
            with contextlib.closing(begun(served, place, size)) as connection:
                for _ in range(megabytes // 2):
                    connection.sendall(piece)
            at = settled(lambda: int(served.ask("HEAD", place).headers["upload-offset"]))
            with contextlib.closing(begun(served, place, size - at, at)) as connection:
                rest = piece[at % len(piece) :]
                connection.sendall(rest)
                for _ in range((size - at - len(rest)) >> 20):
                    connection.sendall(piece)
                answer = connection.recv(4096)
            took = time.perf_counter() - began
        assert answer.startswith(b"HTTP/1.1 204"), answer
        arrived = Path(served.rows("SELECT path FROM recording")[0][0])
        with arrived.open("rb") as file:
            assert hashlib.file_digest(file, "sha256").digest() == repeated(piece, megabytes)
    row(
        4,
        f"{megabytes} MB uploaded in {took:.1f} s, broken off at {at >> 20} MB and gone on with, every byte equal; "
        f"the server's memory rose by {memory[0] / 1e6:.1f} MB at most",
        "flat, resumed",
    )


def begun(served: Served, place: str, length: int, offset: int = 0) -> socket.socket:
    """A connection with the head of a PATCH sent."""
    head = {"Host": f"127.0.0.1:{served.port}", "Origin": served.address, "Content-Length": str(length)}
    lines = [f"PATCH {place} HTTP/1.1", *(f"{name}: {value}" for name, value in (head | patching(offset)).items())]
    connection = socket.create_connection(("127.0.0.1", served.port))
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return connection


def repeated(piece: bytes, times: int) -> bytes:
    whole = hashlib.sha256()
    for _ in range(times):
        whole.update(piece)
    return whole.digest()


def settled(value: Callable[[], int]) -> int:
    """A value once it stays."""
    last = -1
    while (now := value()) != last:
        last = now
        time.sleep(0.3)
    return last


@contextlib.contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """How many bytes a process's memory rises above where it stood; known at the end."""
    process, ended, rise = psutil.Process(pid), threading.Event(), [0]
    before = process.memory_info().rss

    def watch() -> None:
        while not ended.wait(0.02):
            rise[0] = max(rise[0], process.memory_info().rss - before)

    thread = threading.Thread(target=watch)
    thread.start()
    yield rise
    ended.set()
    thread.join()


# ---- a full store ----------------------------------------------------------------------------------------------


def full_store(data: Path) -> None:
    """Many recordings and runs: how long their first rows take, by the server's clock and by the browser's."""
    with tried_at(data):
        fill()
    with serving(data, ELSEWHERE) as served:
        for address, first in (("", "recording 0199.mp4"), ("runs", "recording 0199.mp4")):
            took = [script_run(data, address) for _ in range(4)]
            row(
                4,
                f"{RECORDINGS} recordings, {RUNS} runs: {address or 'videos'} is answered in "
                f"{statistics.median(took[1:]):.0f} ms by the server (first time {took[0]:.0f} ms)",
                "500 ms",
            )
            with tab() as page:
                if page is None:
                    continue
                page.goto(f"{served.address}/models")  # the program itself is loaded once
                page.get_by_text("Models find people.").wait_for()
                name = address.capitalize() or "Videos"
                began = time.perf_counter()
                page.get_by_role("link", name=name, exact=True).click()
                page.get_by_text(first, exact=True).first.wait_for()
                seen = time.perf_counter() - began
                row(4, f"{name}: first row seen {1000 * seen:.0f} ms after the click, drawing included", "")
    with serving(data.parent / "fresh") as served, tab() as page:
        if page is not None:
            began = time.perf_counter()
            page.goto(served.address)
            page.get_by_text("choose files").wait_for()
            row(5, f"first page usable {time.perf_counter() - began:.1f} s after the server answers", "2 s")


def fill() -> None:
    """Rows as after months of work."""
    from maskanyone.recipe import DEFAULT, Recipe
    from maskanyone.store import database, tables

    recipe, owner, now = Recipe.preset(DEFAULT).data(), "local", time.time()
    facts = {"seconds": 600.0, "width": 1280, "height": 720, "fps": 25.0, "frames": 15000, "sound": True}
    facts |= {"playable": True, "aspect": 16 / 9, "damage": ""}
    told = {"frames": 15000, "seconds": 600.0, "to_look_at": 3, "not_hidden": 0, "faults": 0, "sound": "removed"}
    told["faces"] = {"frames_hidden": 15000, "frames_covered_wholly": 0, "most_at_once": 2}
    with database.session() as session:
        made = [
            tables.Recording(
                owner=owner, name=f"recording {n:04}.mp4", path=f"/nowhere/{n}", copied=False, bytes=10**8 + n,
                sha256=f"{n:064x}", state=tables.READY, facts=facts, added=now - 10_000 + n, chosen=n % 2 == 0,
            )
            for n in range(RECORDINGS)
        ]  # fmt: skip
        session.add_all(made)
        session.flush()
        for n in range(RUNS):
            session.add(
                tables.Job(
                    owner=owner, kind=tables.MASK, recording=made[-1 - n % RECORDINGS].id, state=tables.DONE,
                    recipe=recipe, title="Faces filled, voice removed", told=told, created=now - n, started=now - n,
                    finished=now, worked=312.0,
                )
            )  # fmt: skip


def script_run(data: Path, address: str) -> float:
    """Milliseconds that one run of the page's script takes in a server that has stood for a moment."""
    from streamlit.testing.v1 import AppTest

    from maskanyone.ui import serve

    serve.warm()

    with tried_at(data):
        app = AppTest.from_file(str(ROOT / "maskanyone" / "ui" / "main.py"), default_timeout=60)
        if address:
            app.run().switch_page(str(ROOT / "pages" / f"{address}.py"))
        began = time.perf_counter()
        app.run()
        took = time.perf_counter() - began
        assert not app.exception, app.exception
        assert any("0199" in each.value for each in app.markdown)
    return 1000 * took


# ---- previews --------------------------------------------------------------------------------------------------


def previews(data: Path) -> None:
    """One frame of a 720p clip with each method, once the seconds around it were looked at."""
    from maskanyone import registry, sample
    from maskanyone.pipeline.producers import Producers
    from maskanyone.recipe import DEFAULT, Recipe
    from maskanyone.store import recordings
    from maskanyone.ui import glimpses

    data.mkdir(parents=True)
    clip = CLIP
    if not clip.is_file():
        clip = data / "sample.mp4"
        sample.make(clip)
    with serving(data / "store") as served:
        served.until(
            "SELECT 1 FROM recording WHERE id = ? AND state = 'ready'", served.bring(clip.name, clip.read_bytes())
        )
        with tried_at(data / "store"):
            (recording,), _ = recordings.listed("local")
            size = f"{recording.facts['width']} x {recording.facts['height']}"
            base = Recipe.preset(DEFAULT)
            with Producers(base) as models:
                began = time.perf_counter()
                glimpses.shown(recording, 2.0, base, models)
                first = 1000 * (time.perf_counter() - began)
                for info in registry.methods().values():
                    if info.kind == "hide":
                        took = [1000 * changed(recording, base, models, info, n) for n in range(7)]
                        row(5, f"preview of {info.id}, {size}, warm: {statistics.median(took):.0f} ms", "1,000 ms")
            row(5, f"the first look at a second of {size}: {first:.0f} ms", "")
        with tab() as page:
            if page is not None:
                in_browser(page, served)


def changed(recording: Any, base: Any, models: Any, info: Any, n: int) -> float:
    """Seconds from a changed parameter to the picture."""
    from maskanyone.recipe import Recipe
    from maskanyone.ui import glimpses

    name, value = next(
        (name, number(field, n)) for name, field in info.schema["properties"].items() if "maximum" in field
    )
    step = {"target": info.targets[0], "method": info.id, "version": info.version, "params": {name: value}}
    recipe = Recipe.parse(base.data() | {"people": [{"who": "everyone", "hide": [step], "overlay": []}]})
    began = time.perf_counter()
    seen = glimpses.shown(recording, 2.0, recipe, models)
    assert glimpses.picture(seen.after)
    return time.perf_counter() - began


def number(field: dict[str, Any], n: int) -> float:
    """The nth of ten values between a field's bounds."""
    low, high = field.get("minimum", 0), field["maximum"]
    value = low + (high - low) * (n + 1) / 10
    return round(value) if field["type"] == "integer" else float(value)


def in_browser(page: Any, served: Served) -> None:
    """From a slider's change to the new picture on the screen."""
    page.goto(served.address)
    page.get_by_role("button", name="Choose what to hide").click()
    slider = page.get_by_role("slider", name=re.compile("^Margin"))
    slider.wait_for(timeout=60_000)
    page.wait_for_timeout(4000)
    took = []
    for _ in range(7):
        slider.focus()
        began = time.perf_counter()
        with page.expect_response(re.compile(r"/after\.jpg")) as answer:
            page.keyboard.press("ArrowRight")
        answer.value.finished()
        took.append(1000 * (time.perf_counter() - began))
        page.wait_for_timeout(1500)
    row(5, f"from a slider's change to the new picture in the browser: {statistics.median(took):.0f} ms", "1,000 ms")


# ---- what all use ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def serving(data: Path, variables: dict[str, str] | None = None) -> Iterator[Served]:
    data.parent.mkdir(parents=True, exist_ok=True)
    served = Served(data, variables=variables).start()
    try:
        yield served
    finally:
        served.stop()


@contextlib.contextmanager
def tried_at(data: Path) -> Iterator[None]:
    """This process sees that data folder."""
    before = os.environ.get("MASKANYONE_DATA")
    os.environ["MASKANYONE_DATA"] = str(data)
    try:
        yield
    finally:
        os.environ.pop("MASKANYONE_DATA") if before is None else os.environ.update(MASKANYONE_DATA=before)


@contextlib.contextmanager
def tab() -> Iterator[Any]:
    """A tab in Chromium; none where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
