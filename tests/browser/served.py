"""The page as somebody runs it: a process with a data folder of its own, and a bare client for its routes."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Answer:
    """What the server says. headers: names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Served:
    """``streamlit run app.py`` on a free port; a worker runs beside it unless ``variables`` say otherwise."""

    def __init__(self, data: Path, *, before: Sequence[str] = (), variables: Mapping[str, str] | None = None) -> None:
        self.data, self.port = data, free_port()
        self._before, self._variables = tuple(before), dict(variables or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.log = data.parent / f"{data.name}.log"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Served:
        """Start it; returns once it answers."""
        command = [*self._before, sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        options = [f"--server.port={self.port}", "--server.headless=true", "--server.address=127.0.0.1"]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [*command, *options], cwd=ROOT, env=self._environment(), stdout=out, stderr=subprocess.STDOUT
            )
        end = time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/_stcore/health").status == 200:
                    return self
            time.sleep(0.05)
        raise RuntimeError(f"the server does not answer: {self.log.read_text(errors='replace')}")

    def stop(self) -> None:
        """End it as Ctrl-C does, worker and all."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it with no chance to tidy up."""
        self._end(signal.SIGKILL)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request as a page of ours makes it; a header that is empty in ``headers`` is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        said = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body))}
        if method not in ("GET", "HEAD", "OPTIONS"):
            said["Origin"] = self.address
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in (said | dict(headers or {})).items():
                if value:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, b"" if answer.status == 101 else answer.read())

    def announce(self, name: str, size: int) -> Answer:
        """The first request of an upload."""
        told = base64.b64encode(name.encode()).decode()
        headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": f"filename {told}"}
        return self.ask("POST", "/api/uploads", headers=headers)

    def send(self, place: str, offset: int, body: bytes) -> Answer:
        """More of an upload."""
        return self.ask("PATCH", place, body, patching(offset))

    def bring(self, name: str, data: bytes) -> str:
        """Upload a recording whole; its id."""
        place = self.announce(name, len(data)).headers["location"]
        assert self.send(place, 0, data).status == 204
        return place.rpartition("/")[2]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the store holds."""
        with contextlib.closing(sqlite3.connect(self.data / "maskanyone.db", timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def until(self, query: str, *values: Any, within: float = 60) -> list[tuple[Any, ...]]:
        """Rows, once there are any."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if rows := self.rows(query, *values):
                return rows
            time.sleep(0.1)
        raise AssertionError(f"nothing came of it within {within} s: {query} {values}")

    def _environment(self) -> dict[str, str]:
        paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "MASKANYONE_DATA": str(self.data),
            **self._variables,
        }

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None


def patching(offset: int) -> dict[str, str]:
    """Headers of a PATCH."""
    return TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
