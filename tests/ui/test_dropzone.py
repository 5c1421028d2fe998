"""The drop area in a real browser against a small tus server: nothing is lost, little is said, Python hears of it."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
MB = 2**20


@pytest.fixture(scope="module")
def address(demo: Any) -> str:
    return str(demo("dropzone"))


@pytest.fixture
def server(page: Any, address: str) -> Iterator[Server]:
    made = Server(page, address)
    made.wish()
    yield made
    made.wish()


@pytest.fixture
def area(page: Any, address: str, server: Server) -> Any:
    page.goto(address)
    area = page.get_by_role("group", name="Copy recordings here")
    expect(area).to_be_visible(timeout=20_000)
    return area


class Server:
    """The demo's server as a test steers and asks it."""

    def __init__(self, page: Any, address: str) -> None:
        self._page, self._test = page, f"{address}/test"

    def wish(self, **wishes: str | float) -> None:
        self._told("POST", wishes)

    def uploads(self, name: str) -> list[dict[str, Any]]:
        return [upload for upload in self._told()["uploads"].values() if upload["filename"] == name]

    def asked(self, method: str) -> int:
        return int(self._told()["asked"].get(method, 0))

    def _told(self, method: str = "GET", wishes: Mapping[str, str | float] | None = None) -> Any:
        # the server closes a connection that was idle for seconds, perhaps just as it is used again
        return self._page.request.fetch(self._test, method=method, params=wishes, max_retries=3).json()

    def has_whole(self, path: Path, within: float = 20) -> None:
        """Wait until it holds the file, once, with every byte."""
        until = time.monotonic() + within
        while not [up for up in self.uploads(path.name) if up["offset"] == up["length"]]:
            assert time.monotonic() < until, f"{path.name} did not arrive: {self.uploads(path.name)}"
            self._page.wait_for_timeout(50)
        assert [up["sha"] for up in self.uploads(path.name)] == [hashlib.sha256(path.read_bytes()).hexdigest()]

    def has_some(self, name: str) -> None:
        until = time.monotonic() + 20
        while not any(0 < up["offset"] < up["length"] for up in self.uploads(name)):
            assert time.monotonic() < until
            self._page.wait_for_timeout(30)


def _file(folder: Path, name: str, size: float) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(int(size * MB)))
    return path


def _choose(page: Any, *paths: Path) -> None:
    page.locator("input[type=file]").set_input_files([str(path) for path in paths])


def _drop(page: Any, *paths: Path) -> None:
    """What the system does when files are let go over the area."""
    box = page.get_by_role("group", name="Copy recordings here").bounding_box()
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": step, **middle, "data": data})


def test_a_file_arrives_whole_in_pieces_and_python_hears_its_id(
    page: Any, area: Any, server: Server, tmp_path: Path
) -> None:
    path = _file(tmp_path, "whole.mp4", 33)
    with page.expect_file_chooser() as chooser:
        area.get_by_role("button", name="choose files").click()
    chooser.value.set_files(str(path))
    server.has_whole(path)
    expect(page.get_by_text("Arrived: 1, 1 of them different.")).to_be_visible()
    assert server.asked("PATCH") == 3, "16 MB at a time"


def test_a_broken_connection_goes_on_where_it_broke(page: Any, area: Any, server: Server, tmp_path: Path) -> None:
    path = _file(tmp_path, "broken.mkv", 10)
    server.wish(cut=5 * MB)
    _choose(page, path)
    server.has_whole(path)
    assert (server.asked("POST"), server.asked("HEAD"), server.asked("PATCH")) == (1, 1, 2)


def test_a_machine_without_a_network_still_copies_to_itself_once_it_can(
    page: Any, area: Any, server: Server, tmp_path: Path
) -> None:
    path = _file(tmp_path, "offline.mp4", 18)  # two pieces: what is on its way when the network goes still arrives
    server.wish(pace=0.02)
    _choose(page, path)
    server.has_some(path.name)
    page.context.set_offline(True)
    expect(page.get_by_text("The connection broke, trying again")).to_be_visible()
    page.context.set_offline(False)
    server.has_whole(path)
    assert server.asked("POST") == 1


def test_dropped_again_after_a_reload_it_goes_on(page: Any, area: Any, server: Server, tmp_path: Path) -> None:
    path = _file(tmp_path, "reload.mp4", 12)
    server.wish(pace=0.04)
    _choose(page, path)
    server.has_some(path.name)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(area).to_be_visible(timeout=20_000)
    _drop(page, path)
    server.has_whole(path)
    assert server.asked("POST") == 1
    assert server.asked("HEAD") >= 1, "it is asked again while the server still writes what came before"


def test_leaving_while_it_copies_is_asked_about_and_not_later(
    page: Any, area: Any, server: Server, tmp_path: Path
) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    server.wish(pace=0.1)
    path = _file(tmp_path, "leaving.mp4", 6)
    _choose(page, path)
    area.click(position={"x": 5, "y": 5})  # a browser asks only those who touched the page
    server.has_some(path.name)
    page.evaluate("setTimeout(() => location.reload())")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    server.wish()
    server.has_whole(path)
    expect(page.get_by_text("Arrived: 1,")).to_be_visible()
    page.reload()
    assert asked == ["beforeunload"]


def test_a_dropped_folder_is_walked_and_what_is_no_video_is_named(
    page: Any, area: Any, server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "P01"
    first = _file(folder, "walked_1.mp4", 0.1)
    second = _file(folder, "session/walked_2.MTS", 0.1)
    _file(folder, "notes.docx", 0.01)
    _file(folder, "consent.pdf", 0.01)
    _file(folder, ".hidden", 0.01)
    _drop(page, folder)
    server.has_whole(first)
    server.has_whole(second)
    assert [up["folder"] for name in (first.name, second.name) for up in server.uploads(name)] == ["P01", "P01/session"]
    expect(page.get_by_role("status")).to_have_text(
        "consent.pdf and 1 more were left out: by their names they are no videos."
    )


def test_a_crowd_takes_turns_shows_four_lines_and_runs_the_page_a_few_times(
    page: Any, area: Any, server: Server, tmp_path: Path
) -> None:
    server.wish(pace=0.8)
    paths = [_file(tmp_path, f"crowd_{number:02}.mp4", 0.3) for number in range(8)]
    _choose(page, *paths)
    expect(page.get_by_role("progressbar")).to_have_count(4)
    expect(page.get_by_text(" more", exact=False).last).to_have_text(re.compile("^and [2-4] more$"))
    expect(page.get_by_text("Waits for its turn")).to_have_count(2)
    expect(page.get_by_text("Arrived: 8, 8 of them different.")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    runs = int(page.get_by_text("Runs:").inner_text().split()[1].rstrip("."))
    assert runs <= 6, f"{runs} runs of the page for 8 files"


def test_one_can_be_stopped_and_the_server_forgets_it(page: Any, area: Any, server: Server, tmp_path: Path) -> None:
    server.wish(pace=0.04)
    stopped, other = _file(tmp_path, "stopped.mp4", 24), _file(tmp_path, "other.mp4", 20)
    _choose(page, stopped, other)
    expect(page.get_by_text(re.compile(r"^Copying · \d+ % · \d+ s left$")).first).to_be_visible()
    page.get_by_role("button", name="Stop copying stopped.mp4").click()
    expect(page.get_by_role("progressbar", name="stopped.mp4")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop copying other.mp4")).to_be_focused()
    server.has_whole(other)
    assert server.uploads("stopped.mp4") == []


def test_the_servers_own_sentence_is_shown_and_trying_again_helps(
    page: Any, area: Any, server: Server, tmp_path: Path
) -> None:
    path = _file(tmp_path, "refused.mp4", 1)
    server.wish(refuse="The disk is full. Make room for 1 MB and try again.")
    _choose(page, path)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The disk is full. Make room for 1 MB and try again.")
    server.wish()
    page.get_by_role("button", name="Try again to copy refused.mp4").click()
    server.has_whole(path)
    expect(alert).to_have_count(0)


def test_copying_goes_on_while_another_page_is_shown(page: Any, area: Any, server: Server, tmp_path: Path) -> None:
    server.wish(pace=0.1)
    path = _file(tmp_path, "elsewhere.mp4", 4)
    _choose(page, path)
    server.has_some(path.name)
    page.get_by_role("link", name="Mask").click()
    expect(page.get_by_text("Another page.")).to_be_visible()
    server.has_whole(path)
    page.get_by_role("link", name="Videos").click()
    expect(page.get_by_text("Arrived: 1, 1 of them different.")).to_be_visible()


def test_a_folder_can_be_asked_for_where_the_server_is_hers(page: Any, area: Any, address: str) -> None:
    expect(area).to_contain_text("They never leave this computer.")
    area.get_by_role("button", name="open a folder").click()
    expect(page.get_by_label("Folder on this computer")).to_be_visible()
    page.goto(f"{address}/?shared")
    expect(area).to_contain_text("They stay on your group's server.", timeout=20_000)
    expect(area.get_by_role("button")).to_have_text(["choose files"])
