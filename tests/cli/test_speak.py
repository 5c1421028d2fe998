"""How the command line speaks: a bar and colours on a terminal only, and none where nobody wants them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from maskanyone.cli import speak
from tests.promises.runs import PROGRAM, QUICK, environment, ran

pty = pytest.importorskip("pty", reason="terminals are made with pty", exc_type=ImportError)

ESCAPE = "\x1b"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (18.4, "18 s"),
        (59.6, "1 min 00 s"),
        (242, "4 min 02 s"),
        (3599, "59 min 59 s"),
        (4360, "1 h 12 min"),
    ],
)
def test_a_duration_is_said_as_it_is_read_aloud(seconds: float, words: str) -> None:
    assert speak.duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 kB"), (340_000, "340 kB"), (12_300_000, "12 MB"), (1_240_000_000, "1.2 GB")]
)
def test_a_size_is_said_in_its_unit(number: int, words: str) -> None:
    assert speak.size(number) == words


@pytest.mark.slow
def test_in_a_pipe_there_is_no_bar_and_no_colour(clip: Path, weights: Path, tmp_path: Path) -> None:
    done = ran("mask", clip, tmp_path / "none.mp4", "-o", tmp_path / "out", *QUICK, data=tmp_path / "data")
    assert done.returncode == 2
    assert ESCAPE not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr
    assert done.stderr.count("\n") == done.stdout.count("\n") == 1


@pytest.mark.slow
def test_on_a_terminal_a_bar_shows_how_far_it_is_and_goes(clip: Path, weights: Path, tmp_path: Path) -> None:
    done = on_a_terminal(tmp_path, "mask", clip, "-o", tmp_path / "out", *QUICK)
    assert done.returncode == 0
    assert ESCAPE not in done.stdout, "standard output was piped, and is for machines"
    assert done.stdout.startswith("clip.mp4  ")
    assert "Hiding" in done.stderr
    assert "%" in done.stderr
    assert f"{ESCAPE}[2K" in done.stderr, "the bar was not taken away"


@pytest.mark.slow
def test_on_a_terminal_a_refusal_is_red_unless_colours_are_not_wanted(tmp_path: Path) -> None:
    red = f"{ESCAPE}[31m"
    wanted = on_a_terminal(tmp_path, "mask", tmp_path / "none.mp4", "-o", tmp_path / "out")
    assert red in wanted.stderr
    unwanted = on_a_terminal(tmp_path, "mask", tmp_path / "none.mp4", "-o", tmp_path / "out", NO_COLOR="1")
    assert red not in unwanted.stderr
    assert "is not there or is no file" in unwanted.stderr


def on_a_terminal(folder: Path, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with a terminal as its standard error, and a pipe as its standard output."""
    ours, its = pty.openpty()
    variables = {"TERM": "xterm-256color", "COLUMNS": "100"} | variables
    plain = {name: value for name, value in environment(folder / "data").items() if name not in ("NO_COLOR", "CI")}
    process = subprocess.Popen(
        [*PROGRAM, *map(str, words)],
        env=plain | variables,
        stdout=subprocess.PIPE,
        stderr=its,
        stdin=subprocess.DEVNULL,
    )
    os.close(its)
    written = b""
    try:
        while block := os.read(ours, 65536):
            written += block
    except OSError:  # Linux says so when the other side has been closed
        pass
    finally:
        os.close(ours)
    out = process.communicate(timeout=60)[0]
    return subprocess.CompletedProcess(process.args, process.returncode, out.decode(), written.decode())
