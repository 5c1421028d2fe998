"""What the promises about whole runs share: small films of several pieces, real processes, and what they leave."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import av
import cv2
import pytest

from maskanyone import sample
from maskanyone.cli import main
from maskanyone.video.write import write_rgb

ROOT = Path(__file__).resolve().parents[2]
#: what the console script ``maskanyone`` does
PROGRAM = (sys.executable, "-c", "from maskanyone.cli import main; main()")
#: detectors that see little: how well they find faces is not what is asked here
QUICK = ("--set", "detect.centerface.size=256")
#: makers that see nobody, so that all is left to the search
BLIND = ("detect.centerface.threshold=0.99", "detect.centerface.hint=0", "track.heads=false")


def film(path: Path, frames: int, rate: int, size: tuple[int, int] = (320, 180)) -> Path:
    """Write the made sample, small, again and again until it has so many frames."""
    shots = [cv2.resize(shot, size, interpolation=cv2.INTER_AREA) for shot in sample.frames(10)]
    write_rgb(path, islice(cycle(shots), frames), rate)
    return path


def looped(path: Path, source: Path, times: int) -> Path:
    """Write a clip's packets so many times, one after the other; nothing is coded again."""
    with av.open(str(path), "w") as result:
        stream: Any = None
        shift = 0
        for _ in range(times):
            with av.open(str(source)) as clip:
                video = clip.streams.video[0]
                if stream is None:
                    stream = result.add_stream_from_template(video)
                for packet in clip.demux(video):
                    if packet.dts is not None:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = stream
                        result.mux(packet)
                shift += video.duration or 0
    return path


def environment(data: Path, first: Path | None = None, **more: str) -> dict[str, str]:
    """Variables for a process whose facts, pieces and log lie in ``data``. first: where Python looks first."""
    paths = [*([str(first)] if first else []), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"MASKANYONE_DATA": str(data), "PYTHONPATH": os.pathsep.join(paths)} | more


def started(*arguments: object, data: Path, first: Path | None = None, **more: str) -> subprocess.Popen[str]:
    """Start the command line, in a process group of its own."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        env=environment(data, first, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ran(*arguments: object, data: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    with started(*arguments, data=data, **more) as process:
        out, err = process.communicate(timeout=280)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@dataclass(frozen=True)
class Said:
    """What the command line said. code: its exit code."""

    code: int
    out: str
    err: str


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> Said:
    """Run the command line in this process."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["maskanyone", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    return Said(int(ended.value.code or 0), out, err)


def pictures(path: Path) -> str:
    """A digest of all decoded pictures, so that the whole file has been read."""
    digest = hashlib.sha256()
    with av.open(str(path)) as clip:
        for frame in clip.decode(video=0):
            digest.update(frame.to_ndarray().tobytes())
    return digest.hexdigest()


def kept(data: Path) -> Mapping[str, float]:
    """What the cache of this data folder holds: when each value was put there, by its key."""
    database = data / "cache" / "cache.db"
    if not database.exists():
        return {}
    with closing(sqlite3.connect(database)) as rows:
        known = rows.execute("SELECT name FROM sqlite_master WHERE name = 'Cache'").fetchall()
        return dict(rows.execute("SELECT key, store_time FROM Cache")) if known else {}


def at_work(process: subprocess.Popen[str], data: Path, values: int) -> None:
    """Wait until the cache of this data folder is there and holds so many values, or the process has ended."""
    while process.poll() is None and not ((data / "cache" / "cache.db").exists() and len(kept(data)) >= values):
        time.sleep(0.02)


def tree(folder: Path) -> Mapping[str, str]:
    """Every file and folder below, with the digest of what it holds."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


class Memory:
    """A store that lives as long as the test, and tells what was put into it."""

    def __init__(self, values: Mapping[str, bytes] | None = None) -> None:
        self.values: dict[str, bytes] = dict(values or {})

    def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.values[key] = value
