"""The server: Streamlit's app with routes of our own, guarded, and a worker beside it."""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import threading
import tomllib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from streamlit import config

from maskanyone import folders
from maskanyone.jobs.keeper import Keeper
from maskanyone.runtime import be_quiet
from maskanyone.store import recordings
from maskanyone.ui import media, uploads
from maskanyone.ui.guard import LOCAL_HOSTS, Guard
from maskanyone.ui.words import server as words

SCRIPT = Path(__file__).with_name("main.py")
#: comma-separated names, besides those of this machine, under which the server may be asked for
HOSTS = "MASKANYONE_HOSTS"
#: ``elsewhere``: workers are started by hand (``maskanyone worker``), in a container of their own for instance
WORKER = "MASKANYONE_WORKER"
#: what must hold whatever a config.toml says: nothing is sent anywhere, nothing of ours is served to others
_FIRM: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "server.showEmailPrompt": False,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "client.showErrorDetails": "none",
    "logger.hideWelcomeMessage": True,  # and with it what Streamlit offers to those who write apps, page included
}


def parts() -> dict[str, Any]:
    """What ``st.App`` takes besides the script; sets what must hold in its configuration."""
    for name, value in _firm().items():
        config.set_option(name, value, "maskanyone")
    return _parts()


def run(*, host: str, port: int, hosts: Iterable[str], browser: bool) -> None:
    """Serve until stopped; returns after the worker has ended."""
    os.environ[HOSTS] = ",".join([*hosts, os.environ.get(HOSTS, "")])
    settings = settled() | _firm()
    settings |= {"server.address": host, "server.port": port, "server.headless": not browser}
    st.App(SCRIPT, **_parts()).run(config=settings)


def free(host: str, port: int) -> bool:
    """Whether nothing listens there yet."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        if os.name == "posix":  # elsewhere it would call any port free
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True


def settled() -> dict[str, Any]:
    """The options of ``.streamlit/config.toml``, by dotted name."""
    return dict(_flat(tomllib.loads(_config_file().read_text("utf-8"))))


def warm() -> None:
    """Import what the first page needs and Streamlit would import while somebody waits for it."""
    for name in ("pandas", "maskanyone.ui.listing", "maskanyone.ui.dropzone", "maskanyone.ui.brought"):
        importlib.import_module(name)


def _parts() -> dict[str, Any]:
    be_quiet()  # before any page loads a runtime: some report to their makers as soon as they are imported
    return {
        "routes": [*uploads.ROUTES, *media.ROUTES, Route("/videos", _first)],
        "middleware": [Middleware(Guard, hosts=_hosts())],
        "lifespan": _lifespan,
    }


def _hosts() -> frozenset[str]:
    return frozenset(name.strip() for name in os.environ.get(HOSTS, "").split(",") if name.strip()) | LOCAL_HOSTS


def _firm() -> dict[str, Any]:
    return _FIRM | {"server.allowedHosts": sorted(_hosts())}


async def _first(_: Request) -> Response:
    """The first page lies at the root alone."""
    return RedirectResponse("/")


@contextlib.asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    from anyio import to_thread

    folders.arriving()
    await to_thread.run_sync(recordings.finish_forgetting)
    threading.Thread(target=warm, name="warm", daemon=True).start()
    keeper = None if os.environ.get(WORKER) == "elsewhere" else Keeper()
    if keeper:
        keeper.start()
    print(words.answers(config.get_option("server.address"), config.get_option("server.port")), flush=True)
    try:
        yield {}
    finally:
        if keeper:
            await to_thread.run_sync(keeper.stop)


def _config_file() -> Path:
    return folders.beside(".streamlit", "settings") / "config.toml"


def _flat(table: dict[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
