"""Memory does not grow with a film's length: frames are streamed, pieces lie on the disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.promises.runs import QUICK, environment, film, looped

#: seconds of the clip that is looped
LOOP, RATE = 10, 25
#: masks a clip with a cache on disk, and says the most memory that it held at once, in kB
PROGRAM = """
import sys
import maskanyone
clip, result, *values = sys.argv[1:]
maskanyone.mask(clip, result, maskanyone.Recipe.preset("faces").with_values(values))
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")


@dataclass(frozen=True)
class Peak:
    """The most memory that masking a film held at once."""

    seconds: int
    megabytes: float


@pytest.mark.slow
def test_four_times_as_long_a_film_takes_no_more_memory(weights: Path, tmp_path: Path):
    short, long = peaks(tmp_path, [LOOP, 4 * LOOP])
    print(f"{short.megabytes:.0f} MB and {long.megabytes:.0f} MB")
    assert long.megabytes < 1.25 * short.megabytes


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_minutes_take_as_much_memory_as_one(weights: Path, tmp_path: Path):
    one, ten = peaks(tmp_path, [60, 600])
    for peak in (one, ten):
        print(f"{peak.seconds:4} s of film: {peak.megabytes:.0f} MB at most")
    assert ten.megabytes < 1.1 * one.megabytes


def peaks(folder: Path, lengths: Sequence[int], size: tuple[int, int] = (320, 180), *values: str) -> list[Peak]:
    """Mask films of so many seconds (multiples of ``LOOP``), each in a process of its own and a fresh cache."""
    loop = film(folder / "loop.mp4", LOOP * RATE, RATE, size)
    found = []
    for seconds in lengths:
        clip = looped(folder / f"{seconds}.mp4", loop, seconds // LOOP)
        found.append(Peak(seconds, peak(clip, folder / str(seconds), *(values or QUICK[1:]))))
    return found


def peak(clip: Path, folder: Path, *values: str) -> float:
    """The most memory, in MB, that masking this clip holds at once."""
    command = [sys.executable, "-c", PROGRAM, str(clip), str(folder / "result.mp4"), *values]
    done = subprocess.run(
        command, env=environment(folder / "data"), capture_output=True, text=True, check=False, timeout=3000
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) / 1000
