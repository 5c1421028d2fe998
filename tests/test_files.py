"""Files appear whole or not at all, and what a killed process left goes; nobody else's file does."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from maskanyone import files

#: a number that no process has
DEAD = 2**22 + 1


def write_half(target: Path, then: BaseException) -> None:
    with files.replaced(target) as unfinished:
        unfinished.write_bytes(b"half")
        raise then


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_half(tmp_path / "a.bin", KeyboardInterrupt())
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_keeps_the_file_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"old")
    with pytest.raises(OSError, match="disk full"):
        write_half(tmp_path / "a.bin", OSError("disk full"))
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.bin", b"old")]


def test_nothing_has_the_final_name_before_the_end(tmp_path: Path) -> None:
    with files.replaced(tmp_path / "a.bin") as unfinished:
        unfinished.write_bytes(b"whole")
        assert not (tmp_path / "a.bin").exists()
        assert unfinished.parent == tmp_path
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.bin", b"whole")]


def test_a_temporary_name_is_hidden_beside_its_target_and_never_the_same_twice(tmp_path: Path) -> None:
    names = {files.temporary(tmp_path / "a.mp4") for _ in range(50)}
    assert len(names) == 50
    assert all(name.parent == tmp_path and name.name.startswith(".a.mp4.") and name.suffix == ".part" for name in names)


@pytest.mark.skipif(os.name == "nt", reason="processes are not told apart there")
def test_what_a_killed_process_left_is_swept_and_what_another_writes_is_not(tmp_path: Path) -> None:
    being_written = files.temporary(tmp_path / "a.bin")
    left = being_written.with_name(being_written.name.replace(f".{os.getpid()}-", f".{DEAD}-"))
    for file in (being_written, left):
        file.write_bytes(b"half")
    files.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [being_written]


def test_what_nobody_wrote_to_for_more_than_a_day_is_swept(tmp_path: Path) -> None:
    old, new = files.temporary(tmp_path / "old.bin"), files.temporary(tmp_path / "new.bin")
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, times=(time.time() - 2 * 24 * 3600,) * 2)
    files.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [new]


def test_only_files_of_the_names_asked_for_are_swept(tmp_path: Path) -> None:
    names = [f".{name}.{DEAD}-01234567.part" for name in ("a.mp4", "a.mp4.mp4", "b.mp4", "a[.]mp4")]
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, times=(0, 0))
    files.sweep(tmp_path, ["a.mp4"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


@pytest.mark.parametrize(
    "name", [".a.mp4.part", ".a.mp4.notes.part", f".a.mp4.{DEAD}.part", f".a.mp4.{DEAD}-0000.part", "a.mp4.part",
             f"a.mp4.{DEAD}-01234567.part", f".a.mp4.{DEAD}-01234567.part.part", f".a.mp4.-{DEAD}-01234567.part",
             f".{DEAD}-01234567.part", f".a.mp4.{DEAD}-0123456G.part"],
)  # fmt: skip
def test_a_strangers_file_is_never_swept(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    os.utime(tmp_path / name, times=(0, 0))
    files.sweep(tmp_path)
    files.sweep(tmp_path, ["a.mp4"])
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("content", [b"", b"one", bytes(5 << 20)])
def test_a_hash_is_that_of_the_content(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    assert files.sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_hashing_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"long")

    def ask() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        files.sha256(tmp_path / "a", ask)


def test_a_remembered_hash_follows_a_change_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a"
    for content in (b"one", b"three"):
        file.write_bytes(content)
        assert files.remembered_sha256(file) == hashlib.sha256(content).hexdigest()
