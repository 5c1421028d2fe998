"""Set up MaskAnyone and run it: ``python make.py start | demo | test | lint | shows [-- more arguments]``.

    start   virtual environment, system libraries, the tested versions, the default weights, the demo; then the page,
            which opens in the browser and runs until Ctrl-C; more arguments go to ``maskanyone app``
    demo    the same without the page
    test    the same set-up, then all tests but the ones marked soak; more arguments go to pytest
    lint    ruff, mypy, import-linter
    shows   measures what docs/shows.md tells; more arguments name scripts of tests/benchmarks

The same on Linux, macOS and Windows, with nothing but Python's own library. ``MASKANYONE_VENV`` moves the environment
from ``.venv``.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST, NEWEST = (3, 11), (3, 13)
WINDOWS = os.name == "nt"
#: the checkout on Python's path, so that a folder of its name beside it is not taken for the package
EDITABLE = ("--config-settings", "editable_mode=compat")
#: tests of one file run one after the other, those of several files at the same time
SIDE_BY_SIDE = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"

#: scripts of tests/benchmarks whose rows make docs/shows.md
MEASURED = ("clips", "empty_environment", "faces", "kills", "page", "promises", "second_run")

#: what OpenCV and MediaPipe load, and the Debian package that brings it
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
}


class Stop(Exception):
    """A sentence for the user; nothing more is done."""


def main(arguments: list[str]) -> int:
    tasks = {"start": start, "demo": demo, "test": test, "lint": lint, "shows": shows}
    if not arguments or arguments[0] not in tasks:
        print(__doc__)
        return 2
    more = arguments[1:]
    if more[:1] == ["--"]:
        more = more[1:]
    try:
        return tasks[arguments[0]](more)
    except Stop as sentence:
        print(sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def start(more: list[str]) -> int:
    begun = time.monotonic()
    environment = set_up()
    if code := get_weights(environment):
        return code
    say(f"Ready after {seconds(begun)}. Now the demo.")
    if code := environment.run("maskanyone", "demo"):
        return code
    say("Now the page; Ctrl-C ends it.")
    return environment.serve("maskanyone", "app", *more)


def demo(more: list[str]) -> int:
    environment = set_up()
    return get_weights(environment) or environment.run("maskanyone", "demo", *more)


def test(more: list[str]) -> int:
    environment = set_up()
    if get_weights(environment):
        say("The default weights are not here: tests that need them are skipped.")
    return environment.run("pytest", "-m", "not soak", *SIDE_BY_SIDE, *more)


def lint(more: list[str]) -> int:
    environment = set_up()
    checks = (("ruff", "check", "."), ("mypy",), ("lint-imports", "--no-logo"))
    return max([environment.run(*check) for check in checks])


def shows(more: list[str]) -> int:
    """Run scripts of tests/benchmarks and gather the lines that begin with ``| Show`` into docs/shows.md."""
    environment = set_up()
    if code := get_weights(environment):
        return code
    rows: list[str] = []
    worst = 0
    for script in sorted((ROOT / "tests" / "benchmarks").glob("*.py")):
        if script.stem not in (more or MEASURED):
            continue
        say(f"Running {script.name}.")
        with environment.start("python", str(script)) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                rows += [line.strip()] if line.startswith("| Show") else []
        worst = max(worst, process.returncode)
    head = ["# Shows", "", f"Measured on {machine()} by `make shows`.", "", "| | measured | |", "|---|---|---|"]
    if more:
        print("\n".join(head[4:] + rows))
    else:
        (ROOT / "docs").mkdir(exist_ok=True)
        (ROOT / "docs" / "shows.md").write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    return worst


def set_up() -> Environment:
    """The project's environment with everything installed; quick where nothing changed since the last time."""
    install_libraries()
    environment = Environment(Path(os.environ.get("MASKANYONE_VENV") or ROOT / ".venv"))
    stamp = environment.folder / "installed.sha256"
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")))
    wanted.update(" ".join(EDITABLE).encode())
    if environment.python.exists() and stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return environment
    if not environment.python.exists():
        environment.make()
    say("Installing the tested versions; the first time this takes some minutes and about 3 GB.")
    environment.install("-e", f"{ROOT}[dev]", *EDITABLE)
    stamp.write_text(wanted.hexdigest())
    return environment


def get_weights(environment: Environment) -> int:
    return environment.run("maskanyone", "weights", "get", "default")


class Environment:
    """A virtual environment in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / ("Scripts" if WINDOWS else "bin")
        self.python = self.program("python")

    def program(self, name: str) -> Path:
        return self.bin / (f"{name}.exe" if WINDOWS else name)

    def make(self) -> None:
        python = find_python()
        say(f"Making {self.folder.name} with {python}.")
        if subprocess.run([python, "-m", "venv", "--clear", str(self.folder)], check=False).returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise Stop(
                f"{python} cannot make a virtual environment. Install its module venv "
                "(on Debian and Ubuntu: apt-get install python3-venv), then run this again."
            )

    def install(self, *what: str) -> None:
        """Install by pip, in the versions of constraints.txt."""
        take_cpu_torch(self)
        if self.pip("install", *what, "-c", str(ROOT / "constraints.txt")):
            raise Stop("pip could not install the dependencies. Its last lines say why.")

    def pip(self, *arguments: str) -> int:
        quiet = [] if sys.stdout.isatty() else ["--quiet"]
        return self.run("python", "-m", "pip", "--disable-pip-version-check", *arguments, *quiet)

    def run(self, program: str, *arguments: str) -> int:
        command = [str(self.program(program)), *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.variables(), check=False).returncode

    def serve(self, program: str, *arguments: str) -> int:
        """Run what goes on until Ctrl-C, which reaches it too: it is given the time to end, and has not failed then."""
        asked = False
        with subprocess.Popen([str(self.program(program)), *arguments], cwd=ROOT, env=self.variables()) as process:
            while True:
                try:
                    code = process.wait()
                    return 0 if asked else code
                except KeyboardInterrupt:
                    asked = True

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        command = [str(self.program(program)), *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.variables(), stdout=subprocess.PIPE, text=True)

    def variables(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.bin), os.environ.get("PATH", "")])
        variables = {**os.environ, "VIRTUAL_ENV": str(self.folder), "PATH": path, "PIP_NO_INPUT": "1"}
        variables.pop("PYTHONHOME", None)
        return variables


def find_python() -> str:
    """A Python that the dependencies support: the running one first."""
    names = [sys.executable, "python3.12", "python3.13", "python3.11", "python3", "python"]
    commands = [[name] for name in names] + [["py", f"-3.{minor}"] for minor in (12, 13, 11) if WINDOWS]
    for command in commands:
        try:
            told = subprocess.run(
                [*command, "-c", "import sys; print(*sys.version_info[:2], sys.executable)"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split(maxsplit=2)
        except (OSError, subprocess.CalledProcessError):
            continue
        if len(told) == 3 and OLDEST <= (int(told[0]), int(told[1])) <= NEWEST:
            return told[2].strip()
    raise Stop("No Python 3.11, 3.12 or 3.13 was found. Install one, then run this again.")


def install_libraries() -> None:
    """Bring the system libraries that are missing on Linux, where that is allowed; otherwise name them."""
    if not sys.platform.startswith("linux"):
        return
    missing = {library: package for library, package in LIBRARIES.items() if not loads(library)}
    if not missing:
        return
    apt = shutil.which("apt-get")
    names = " ".join(missing.values())
    if apt is None:
        raise Stop(f"These system libraries are missing: {', '.join(missing)}. Install them, then run this again.")
    administrator = as_administrator()
    if administrator is not None:
        say(f"Installing system libraries: {names}.")
        quiet = [*administrator, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-qq"]
        subprocess.run([*quiet, "update"], check=False)
        subprocess.run([*quiet, "install", "-y", "--no-install-recommends", *missing.values()], check=False)
    if not all(loads(library) for library in missing):
        raise Stop(f"System libraries are missing. Run 'sudo apt-get install {names}', then run this again.")


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def as_administrator() -> list[str] | None:
    """What to put before a command to run it as root without a question; None where that cannot be."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def take_cpu_torch(environment: Environment) -> None:
    """On Linux without an NVIDIA card: PyTorch's CPU build, which is 5 GB smaller. PyPI has none there."""
    if not sys.platform.startswith("linux") or shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists():
        return
    installed = f"import importlib.metadata as m, sys; sys.exit(m.version('torch') != {tested('torch')!r} + '+cpu')"
    if environment.run("python", "-c", f"try:\n {installed}\nexcept Exception: raise SystemExit(1)") == 0:
        return
    if "+cpu" in offered(environment, f"torch=={tested('torch')}"):
        return
    pair = [f"{name}=={tested(name)}" for name in ("torch", "torchvision")]
    say("Fetching PyTorch's CPU build.")
    options = ["--quiet", "--no-deps", "--retries", "1", "--timeout", "20", "--index-url", CPU_INDEX]
    command = [str(environment.python), "-m", "pip", "install", *options, *pair]
    if subprocess.run(command, env=environment.variables(), stderr=subprocess.DEVNULL, check=False).returncode:
        say("PyTorch's CPU build could not be fetched: its default build is taken, which works too but is 5 GB larger.")


def tested(name: str) -> str:
    """The version in constraints.txt."""
    found = re.search(rf"^{re.escape(name)}==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    if found is None:
        raise Stop(f"constraints.txt: it names no version of {name}. Take the file as it was delivered.")
    return found[1]


def offered(environment: Environment, requirement: str) -> str:
    """The version that pip would install, with its local part; empty where pip cannot tell."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--dry-run", "--no-deps", "--ignore-installed", "--report", str(report)]
        if environment.pip("install", "--quiet", *options, requirement):
            return ""
        return str(json.loads(report.read_text(encoding="utf-8"))["install"][0]["metadata"]["version"])


def machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def seconds(begun: float) -> str:
    minutes, rest = divmod(round(time.monotonic() - begun), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
