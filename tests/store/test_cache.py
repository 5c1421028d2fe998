"""The cache keeps bytes, whole or not at all, and forgets what was changed on disk."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maskanyone.errors import BadOutput
from maskanyone.store.cache import Cache

LARGE = bytes(range(256)) * 1000  # lies in a file of its own
SMALL = b"a few bytes"  # lies in the database

every_value = pytest.mark.parametrize("value", [SMALL, LARGE], ids=["small", "large"])


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    made = Cache(tmp_path / "cache")
    yield made
    made.close()


@every_value
def test_what_is_put_is_there_for_the_next_one_too(tmp_path: Path, cache: Cache, value: bytes) -> None:
    cache.put("a", value)
    assert cache.get("a") == value
    with closing(Cache(tmp_path / "cache")) as next_one:
        assert next_one.get("a") == value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=80), st.binary(max_size=100_000))
def test_any_bytes_come_back_as_they_were(cache: Cache, key: str, value: bytes) -> None:
    cache.put(key, value)
    assert cache.get(key) == value


def test_what_was_never_put_is_absent(cache: Cache) -> None:
    assert cache.get("a") is None


def test_a_later_value_replaces_the_earlier(cache: Cache) -> None:
    cache.put("a", SMALL)
    cache.put("a", LARGE)
    assert cache.get("a") == LARGE


def test_dropped_and_cleared_values_are_absent(cache: Cache) -> None:
    for key in "abc":
        cache.put(key, SMALL)
    cache.drop("a")
    cache.drop("never there")
    assert [cache.get(key) for key in "abc"] == [None, SMALL, SMALL]
    assert cache.clear() == 2
    assert [cache.get(key) for key in "abc"] == [None] * 3


def test_it_says_how_much_it_holds(cache: Cache) -> None:
    before = cache.bytes
    cache.put("a", LARGE)
    assert cache.bytes - before >= len(LARGE)


@pytest.mark.parametrize("value", ["text", 7, None, [b"x"], {"a": 1}, 1.5], ids=repr)
def test_nothing_but_bytes_is_taken(cache: Cache, value: object) -> None:
    with pytest.raises(TypeError):
        cache.put("a", value)  # type: ignore[arg-type]
    assert cache.get("a") is None


def test_a_pickle_that_somebody_put_there_is_not_opened(tmp_path: Path, cache: Cache) -> None:
    cache.put("a", SMALL)
    evil = pickle.dumps(Marker(tmp_path / "opened"))
    with closing(sqlite3.connect(tmp_path / "cache" / "cache.db")) as rows, rows:
        mode_of_pickles = 4
        assert rows.execute("UPDATE Cache SET mode = ?, value = ?", (mode_of_pickles, evil)).rowcount == 1
    assert cache.get("a") is None
    assert not (tmp_path / "opened").exists()
    assert pickle.loads(evil) is None
    assert (tmp_path / "opened").exists(), "the pickle would have done no harm"


class Marker:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("harm", ["flipped", "cut", "emptied", "gone", "folder"])
def test_a_large_value_that_was_changed_on_disk_counts_as_absent(tmp_path: Path, cache: Cache, harm: str) -> None:
    cache.put("a", LARGE)
    cache.put("b", LARGE)
    (file,) = [path for path in (tmp_path / "cache").rglob("*.val") if of_key(tmp_path, "a") in str(path)]
    data = file.read_bytes()
    file.unlink()
    if harm == "folder":
        file.mkdir()
    elif harm != "gone":
        file.write_bytes({"flipped": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], "cut": data[:-1]}.get(harm, b""))
    assert cache.get("a") is None
    assert cache.get("b") == LARGE


def of_key(folder: Path, key: str) -> str:
    """The name of the file in which a value lies."""
    with closing(sqlite3.connect(folder / "cache" / "cache.db")) as rows:
        return Path(rows.execute("SELECT filename FROM Cache WHERE key = ?", (key,)).fetchone()[0]).name


@pytest.mark.parametrize("value", [b"", b"short", bytes(40)], ids=["nothing", "too short", "zeros"])
def test_a_small_value_that_was_changed_on_disk_counts_as_absent(tmp_path: Path, cache: Cache, value: bytes) -> None:
    cache.put("a", SMALL)
    with closing(sqlite3.connect(tmp_path / "cache" / "cache.db")) as rows, rows:
        assert rows.execute("UPDATE Cache SET value = ?", (value,)).rowcount == 1
    assert cache.get("a") is None


def test_an_absent_value_can_be_put_again(tmp_path: Path, cache: Cache) -> None:
    cache.put("a", LARGE)
    next((tmp_path / "cache").rglob("*.val")).write_bytes(b"x")
    assert cache.get("a") is None
    cache.put("a", LARGE)
    assert cache.get("a") == LARGE


def test_a_database_that_is_none_any_more_is_begun_anew(tmp_path: Path) -> None:
    with closing(Cache(tmp_path / "cache")) as first:
        first.put("a", LARGE)
    for path in (tmp_path / "cache").glob("cache.db*"):
        path.write_bytes(b"no database" * 1000)
    with closing(Cache(tmp_path / "cache")) as second:
        assert second.get("a") is None
        second.put("a", LARGE)
        assert second.get("a") == LARGE


def test_a_database_that_breaks_meanwhile_is_told_when_it_is_written_to(tmp_path: Path, cache: Cache) -> None:
    cache.put("a", SMALL)
    with closing(sqlite3.connect(tmp_path / "cache" / "cache.db")) as rows, rows:
        rows.execute("DROP TABLE Cache")
    assert cache.get("a") is None
    with pytest.raises(BadOutput, match="cannot be written to"):
        cache.put("b", SMALL)


def test_the_oldest_unused_values_go_first(tmp_path: Path) -> None:
    with closing(Cache(tmp_path / "small", limit=2_000_000)) as small:
        for number in range(40):
            small.put(str(number), os.urandom(100_000))
            assert small.get("0") is not None, "the one that is used again and again went"
        kept = [number for number in range(40) if small.get(str(number)) is not None]
    assert 0 in kept
    assert 39 in kept
    assert 1 not in kept
    assert len(kept) < 40


@pytest.mark.slow
def test_two_processes_write_side_by_side(tmp_path: Path, cache: Cache) -> None:
    program = (
        "import sys; from pathlib import Path; from maskanyone.store.cache import Cache\n"
        "cache = Cache(Path(sys.argv[1]))\n"
        "for number in range(100): cache.put(f'{sys.argv[2]} {number}', bytes(40_000))"
    )
    root = str(Path(__file__).resolve().parents[2])
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "cache"), name], cwd=root) for name in "ab"
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    assert all(cache.get(f"{name} {number}") == bytes(40_000) for name in "ab" for number in range(100))
