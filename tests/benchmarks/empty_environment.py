"""Show 1: a wheel in an empty environment fetches its weights and runs the demo from another folder.

Run by ``make shows``. Measures the time of the installation, the size of the environment, and the demo's time with
torch, ultralytics and insightface blocked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from make import Environment  # noqa: E402
from tests.test_wheel import BLOCK, HEAVY, build  # noqa: E402


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("wheel", "block", "elsewhere"):
            (work / name).mkdir()
        wheel = build(work / "source", work / "wheel")
        environment = Environment(work / "environment")
        environment.make()
        installing = timed(lambda: environment.install(str(wheel)))
        size = sum(file.lstat().st_size for file in environment.folder.rglob("*") if not file.is_dir()) / 1e9
        (work / "block" / "sitecustomize.py").write_text(BLOCK)
        run = Runner(environment, work)
        fetching = timed(lambda: run("weights", "get", "default"))
        demo = timed(lambda: run("demo"))
        holds = run.worst == 0 and any((work / "elsewhere").rglob("*.mp4"))
    verdict = "holds" if holds else "does not hold"
    installed = f"a wheel in an empty environment: installed in {installing:.0f} s, {size:.1f} GB"
    ran = f"default weights in {fetching:.0f} s; demo from another folder in {demo:.0f} s, {', '.join(HEAVY)} blocked"
    print(f"| Show 1 | {installed}; {ran} | {verdict} |")
    return 0 if holds else 1


class Runner:
    """Runs the installed program from another folder, with the heavy libraries blocked."""

    def __init__(self, environment: Environment, work: Path) -> None:
        self.program, self.folder, self.worst = environment.program("maskanyone"), work / "elsewhere", 0
        own = {"PYTHONPATH": str(work / "block"), "MASKANYONE_DATA": str(work / "data")}
        self.variables = {**os.environ, **own}
        self.variables.pop("MASKANYONE_WEIGHTS", None)

    def __call__(self, *arguments: str) -> None:
        command = [str(self.program), *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self.variables, check=False)
        self.worst = max(self.worst, abs(done.returncode))


def timed(action: Callable[[], object]) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
