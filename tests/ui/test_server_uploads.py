"""Uploads as tus 1.0: in parts, broken and gone on with, refused where they do not hold what was announced."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.browser.served import TUS, Served, patching


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a worker: nothing happens by itself."""
    served = Served(tmp_path_factory.mktemp("served") / "data", variables={"MASKANYONE_WORKER": "elsewhere"}).start()
    yield served
    served.stop()


def announced(server: Served, name: str, size: int) -> str:
    answer = server.announce(name, size)
    assert answer.status == 201
    return answer.headers["location"]


def here(server: Served, place: str) -> int:
    return int(server.ask("HEAD", place).headers["upload-offset"])


def test_an_upload_in_parts(server: Served) -> None:
    data = bytes(range(256)) * 5000
    place = announced(server, "talk.mp4", len(data))
    for start in range(0, len(data), 300_000):
        said = server.send(place, start, data[start : start + 300_000])
        assert (said.status, said.headers["upload-offset"]) == (204, str(min(start + 300_000, len(data))))
    (path, state), *_ = server.rows("SELECT path, state FROM recording WHERE id = ?", place.rpartition("/")[2])
    assert state == "checking"
    assert Path(path).read_bytes() == data
    assert Path(path).stat().st_mode & 0o077 == 0
    assert server.ask("OPTIONS", "/api/uploads").headers["tus-extension"] == "creation,termination"


def test_a_wrong_offset(server: Served) -> None:
    place = announced(server, "talk.mp4", 10)
    assert server.send(place, 0, b"12345").status == 204
    for offset in (0, 4, 6, -1):
        assert server.send(place, offset, b"67890").status == 409
    assert here(server, place) == 5


def test_more_than_was_announced(server: Served) -> None:
    place = announced(server, "talk.mp4", 10)
    assert server.send(place, 0, b"x" * 11).status == 413
    assert here(server, place) <= 10


def test_two_writers_at_once(server: Served) -> None:
    place, data = announced(server, "talk.mp4", 400_000), bytes(400_000)
    with half_sent(server, place, data[:100_000], 400_000):
        assert server.send(place, 0, data).status == 423
        assert server.send(place, here(server, place), data).status == 423
    settle(lambda: server.send(place, 100_000, data[100_000:]).status == 204)
    assert not server.rows("SELECT id FROM recording WHERE id = ? AND state = 'arriving'", place.rpartition("/")[2])


def test_an_empty_recording(server: Served) -> None:
    answer = server.announce("nothing.mp4", 0)
    assert (answer.status, answer.body.decode()) == (400, "nothing.mp4 is empty. Copy it from the camera again.")


@pytest.mark.parametrize(("name", "kept"), [
    ("../../etc/cron.d/x.mp4", "x.mp4"), ("C:\\films\\x.mp4", "x.mp4"), ("a/b/c.mp4", "c.mp4"),
    ("日本 ü.mp4", "日本 ü.mp4"), ("x" * 255, "x" * 255), ("<b>.mp4", "<b>.mp4"),
])  # fmt: skip
def test_a_name(server: Served, name: str, kept: str) -> None:
    recording = announced(server, name, 5).rpartition("/")[2]
    assert server.rows("SELECT name, path FROM recording WHERE id = ?", recording) == [
        (kept, str(server.data / "arriving" / recording))
    ]


@pytest.mark.parametrize("name", ["", " ", "a/", "x" * 256, "a\nb.mp4", "a\0.mp4", "a\x1b[2J.mp4", "a\x7f.mp4"])
def test_a_name_that_is_none(server: Served, name: str) -> None:
    before = server.rows("SELECT count(*) FROM recording")
    assert server.announce(name, 5).status == 400
    assert server.rows("SELECT count(*) FROM recording") == before


@pytest.mark.parametrize("headers", [
    {}, {"Upload-Length": "5"}, {"Upload-Length": "five", "Upload-Metadata": "filename YQ=="},
    {"Upload-Length": "-5", "Upload-Metadata": "filename YQ=="},
    {"Upload-Length": "5", "Upload-Metadata": "filename ü"}, {"Upload-Length": "5", "Upload-Metadata": "filename /w=="},
])  # fmt: skip
def test_an_announcement_that_is_none(server: Served, headers: Mapping[str, str]) -> None:
    latin = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
    assert server.ask("POST", "/api/uploads", headers=TUS | latin).status == 400


def test_more_than_the_disk_holds(server: Served) -> None:
    assert server.announce("endless.mp4", 1 << 39).status == 413
    assert server.announce("endless.mp4", 1 << 70).status == 413


def test_an_upload_that_is_ended_leaves_nothing(server: Served) -> None:
    place = announced(server, "talk.mp4", 10)
    assert server.send(place, 0, b"12345").status == 204
    recording = place.rpartition("/")[2]
    assert server.ask("DELETE", place, headers=TUS).status == 204
    assert server.ask("HEAD", place).status == 404
    assert not server.rows("SELECT id FROM recording WHERE id = ?", recording)
    assert not (server.data / "arriving" / recording).exists()


def test_an_upload_goes_on_after_a_broken_connection(server: Served) -> None:
    place, data = announced(server, "talk.mp4", 400_000), bytes(400_000)
    with half_sent(server, place, data[:100_001], 400_000):
        pass
    settle(lambda: here(server, place) == 100_001)
    settle(lambda: server.send(place, 100_001, data[100_001:]).status == 204)


def test_an_upload_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    data = bytes(range(256)) * 40_000
    served = Served(tmp_path / "data", variables={"MASKANYONE_WORKER": "elsewhere"}).start()
    try:
        place = announced(served, "talk.mp4", len(data))
        with half_sent(served, place, data[:5_000_000], len(data)):
            settle(lambda: here(served, place) > 1_000_000)
            served.kill()
        served.start()
        at = here(served, place)
        assert 1_000_000 < at <= 5_000_000
        assert served.send(place, at, data[at:]).status == 204
        (path, state), *_ = served.rows("SELECT path, state FROM recording")
        assert state == "checking"
        assert Path(path).read_bytes() == data
    finally:
        served.stop()


def test_an_upload_that_was_whole_when_the_server_was_killed(tmp_path: Path) -> None:
    served = Served(tmp_path / "data", variables={"MASKANYONE_WORKER": "elsewhere"}).start()
    try:
        place = announced(served, "talk.mp4", 5)
        served.kill()
        Path(served.rows("SELECT path FROM recording")[0][0]).write_bytes(b"12345")  # all is here, nobody was told
        served.start()
        assert here(served, place) == 5  # a client sends nothing more
        assert served.rows("SELECT state FROM recording") == [("checking",)]
    finally:
        served.stop()


@contextlib.contextmanager
def half_sent(server: Served, place: str, data: bytes, announced: int) -> Iterator[None]:
    """A PATCH whose body stops after ``data`` while its connection stands."""
    head = {"Host": f"127.0.0.1:{server.port}", "Origin": server.address, "Content-Length": str(announced)}
    lines = [f"PATCH {place} HTTP/1.1", *(f"{name}: {value}" for name, value in (head | patching(0)).items()), "", ""]
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall("\r\n".join(lines).encode() + data)
        settle(lambda: here(server, place) > 0)
        yield


def settle(true: Callable[[], bool], within: float = 10) -> None:
    """Until it is true."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
