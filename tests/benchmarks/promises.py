"""The promises that take many minutes: kills, stops, memory, silence, formats, every method.

    python tests/benchmarks/promises.py

Runs the tests that hold them, those marked ``soak`` too, and prints one row a Show with what they said.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWS = {
    "Show 5": ("every method: outside, strength, same again, cover, faults", ["test_every_method.py"], []),
    "Show 6": ("the format matrix", ["test_formats.py", "test_nothing_else.py"], []),
    "Show 7": ("20 kills and 20 stops, twice", ["test_whole_or_not_at_all.py", "test_cancel.py"], ["-m", "soak"]),
    "Show 8": ("peak memory of 1 and 10 min", ["test_memory.py"], ["-m", "soak"]),
    "Show 9": ("no attempt to connect", ["test_silence.py"], []),
}
#: lines that a test prints for whoever reads the figures
SAID = re.compile(r"(seconds? of film|s of film|ended within|killed after)", re.IGNORECASE)


def main() -> int:
    """Run all; exit 1 where one fails."""
    worst = 0
    for show, (what, files, options) in SHOWS.items():
        tests = [str(ROOT / "tests" / "promises" / name) for name in files]
        command = [sys.executable, "-m", "pytest", "-s", "-v", *options, *tests]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        counts = re.findall(r"(\d+ (?:passed|failed|skipped|errors?))", run.stdout.splitlines()[-1])
        said = [line.strip() for line in run.stdout.splitlines() if SAID.search(line)]
        print("\n".join(said))
        print(f"| {show} | {what}: {', '.join(counts)}{summed(said)} | {'held' if run.returncode == 0 else 'failed'} |")
        worst = max(worst, run.returncode)
    return worst


def summed(said: list[str]) -> str:
    """The figures of many lines in one: the longest stop, each peak."""
    ends = [float(m[1]) for line in said if (m := re.search(r"ended within\s+([\d.]+) s", line))]
    peaks = [line for line in said if "of film" in line]
    parts = ([f"slowest stop {max(ends):.2f} s of {len(ends)}"] if ends else []) + peaks
    return "; " + "; ".join(parts) if parts else ""


if __name__ == "__main__":
    sys.exit(main())
