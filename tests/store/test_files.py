"""Files lie under what is in them, once, private, and go with the last row that names them."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from maskanyone import folders
from maskanyone.store import database, files, recordings
from maskanyone.store.tables import ORIGINAL
from tests.store.rows import OWNER, brought, hashed


def adopted(tmp_path: Path, data: bytes = b"pictures", name: str = "a.mp4") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return files.adopt(path, hashed(data), ".mp4")


def swept() -> int:
    with database.session() as session:
        return files.sweep(session)


def aged(path: Path) -> Path:
    """Let it lie for an hour."""
    long_ago = time.time() - 3600
    os.utime(path, (long_ago, long_ago))
    return path


def test_a_file_lies_under_its_content(tmp_path: Path):
    place = adopted(tmp_path)
    assert place == files.place(hashed(b"pictures"), ".mp4")
    assert place.read_bytes() == b"pictures"


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_only_its_user_may_read_it(tmp_path: Path):
    place = adopted(tmp_path)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (place.parent, place.parent.parent)} == {0o700}


def test_it_keeps_its_first_name_until_the_row_is_written(tmp_path: Path):
    adopted(tmp_path)
    assert (tmp_path / "a.mp4").read_bytes() == b"pictures"


def test_the_same_bytes_may_come_twice(tmp_path: Path):
    assert adopted(tmp_path) == adopted(tmp_path, name="b.mp4")
    assert len([path for path in folders.files().rglob("*") if path.is_file()]) == 1


def test_where_there_are_no_links_it_is_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    assert adopted(tmp_path).read_bytes() == b"pictures"
    assert not (tmp_path / "a.mp4").exists()


def test_what_no_row_names_is_swept_once_it_has_lain_for_a_while(tmp_path: Path):
    new, old = adopted(tmp_path, b"new"), aged(adopted(tmp_path, b"old", "b.mp4"))
    assert swept() == 1
    assert new.exists()
    assert not old.exists()


def test_what_has_just_been_taken_in_is_not_swept_however_old_the_file_is(tmp_path: Path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"pictures")
    files.adopt(aged(path), hashed(b"pictures"), ".mp4")
    assert swept() == 0


def test_what_a_row_names_is_never_swept(tmp_path: Path):
    row = brought()
    half = recordings.arriving(OWNER, "half.mp4", 100)
    Path(half.path).write_bytes(b"half of it")
    made = recordings.artefact(row.id, ORIGINAL)
    assert made is not None
    place = files.place(made.sha256, made.suffix)
    for path in (place, Path(half.path)):
        aged(path)
    assert swept() == 0
    assert place.exists()
    assert Path(half.path).exists()


def test_a_copy_that_is_left_over_under_its_first_name_is_swept(tmp_path: Path):
    row = brought()
    left = folders.arriving() / row.id
    left.write_bytes(b"some pictures")
    aged(left)
    assert swept() == 1
    assert not left.exists()
