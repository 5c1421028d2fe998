"""Files appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from maskanyone.weights import files


def write_half(final: Path, then: BaseException) -> None:
    with files.landing(final) as part:
        part.write_bytes(b"half")
        raise then


def test_an_interrupted_write_leaves_nothing(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_half(folder / "weights.bin", KeyboardInterrupt())
    assert list(folder.iterdir()) == []


def test_an_interrupted_write_keeps_the_file_that_was_there(folder: Path) -> None:
    (folder / "weights.bin").write_bytes(b"old")
    with pytest.raises(OSError, match="disk full"):
        write_half(folder / "weights.bin", OSError("disk full"))
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [("weights.bin", b"old")]


def test_nothing_has_the_final_name_before_the_end(folder: Path) -> None:
    with files.landing(folder / "weights.bin") as part:
        part.write_bytes(b"whole")
        assert not (folder / "weights.bin").exists()
        assert part.parent == folder
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [("weights.bin", b"whole")]


def test_what_a_killed_process_left_is_swept_and_what_another_writes_is_not(folder: Path) -> None:
    with files.landing(folder / "old.bin") as old, files.landing(folder / "new.bin") as new:
        old.write_bytes(b"left")
        new.write_bytes(b"being written")
        two_days_ago = time.time() - 2 * 24 * 3600
        os.utime(old, (two_days_ago, two_days_ago))
        files.sweep(folder)
        assert [old.exists(), new.exists()] == [False, True]
        old.write_bytes(b"")


def test_a_hash_follows_a_change_of_the_file(folder: Path) -> None:
    file = folder / "weights.bin"
    for content in (b"one", b"three"):
        file.write_bytes(content)
        assert files.sha256(file) == hashlib.sha256(content).hexdigest()
