"""Recordings in a folder of this machine: nothing outside the granted ones is named, by no path and no link."""

from __future__ import annotations

from pathlib import Path

import pytest

from maskanyone.store import recordings
from maskanyone.ui import brought


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A granted folder beside one that is not."""
    for name in ("granted", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.mp4").write_bytes(b"recording")
    monkeypatch.setenv("MASKANYONE_DATA", str(tmp_path / "granted" / "data"))
    monkeypatch.setenv(brought.GRANTED, str(tmp_path / "granted"))
    return tmp_path / "granted"


def test_a_granted_folder(folder: Path) -> None:
    assert brought.from_folder("local", str(folder)) == ("1 recording in granted added.", False)
    assert brought.from_folder("local", str(folder)) == ("No new recording lies in granted.", False)
    assert [row.path for row in recordings.listed("local")[0]] == [str(folder / "granted.mp4")]


@pytest.mark.parametrize(
    "named", ["{}/../outside", "{}/../outside/outside.mp4", "/", "/etc", "~", "{}-beside", "{}/out"]
)
def test_a_path_out_of_the_granted_folder(folder: Path, named: str) -> None:
    folder.with_name("granted-beside").mkdir()
    (folder / "out").symlink_to(folder.parent / "outside")
    sentence, problem = brought.from_folder("local", named.format(folder))
    assert problem
    assert "may be named inside" in sentence
    assert recordings.listed("local")[1] == 0


def test_a_link_inside_that_leads_out(folder: Path) -> None:
    (folder / "out").symlink_to(folder.parent / "outside")
    (folder / "linked.mp4").symlink_to(folder.parent / "outside" / "outside.mp4")
    (folder / "round").symlink_to(folder)
    brought.from_folder("local", str(folder))
    assert [row.name for row in recordings.listed("local")[0]] == ["granted.mp4"]


def test_what_the_page_keeps_itself_is_no_recording(folder: Path) -> None:
    kept = folder / "data" / "files" / "ab"
    kept.mkdir(parents=True)
    (kept / "abcdef.mp4").write_bytes(b"a result")
    brought.from_folder("local", str(folder))
    assert [row.name for row in recordings.listed("local")[0]] == ["granted.mp4"]
    assert brought.from_folder("local", str(kept))[1]


@pytest.mark.parametrize("named", ["", "\0", "no such folder", "x" * 5000])
def test_a_folder_that_is_none(folder: Path, named: str) -> None:
    assert brought.from_folder("local", str(folder / named / "nothing"))[1]


def test_no_folder_where_the_server_answers_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from streamlit import config

    monkeypatch.delenv(brought.GRANTED, raising=False)
    monkeypatch.setattr(config, "get_option", {"server.address": "0.0.0.0"}.get)
    assert not brought.folders_allowed()
    assert brought.from_folder("local", str(tmp_path))[1]
