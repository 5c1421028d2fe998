"""Nothing leaves the machine: whom server, worker and browser connect to in a short story, as the kernel sees it."""

from __future__ import annotations

import ipaddress
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served
from tests.conftest import FLAGS

pytestmark = pytest.mark.slow
NAMED = re.compile(r'sa_family=AF_INET6?, .*?"([0-9a-fA-F.:]+)"')

#: Chromium connects a datagram socket to it, and sends nothing, to hear from the kernel whether there is IPv6
PROBE = "2001:4860:4860::8888"


def test_nobody_is_asked_but_the_page(driver: Any, chromium: str, weights: Path, brief: Path, tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not in the PATH")
    # -D: signals reach what is traced; --seccomp-bpf: nothing stops but at these calls
    trace = (
        strace,
        "-f",
        "-D",
        "-qq",
        "--seccomp-bpf",
        "-e",
        "trace=connect,sendto",
        "-e",
        "signal=none",
        "-s",
        "0",
        "-o",
    )
    served = Served(tmp_path / "data", before=(*trace, str(tmp_path / "server.trace"))).start()
    try:
        wrapper = tmp_path / "chromium"
        wrapper.write_text(f'#!/bin/sh\nexec {" ".join(trace)} {tmp_path / "browser.trace"} {chromium} "$@"\n')
        wrapper.chmod(0o755)
        asked = story(driver, served, str(wrapper), brief)
    finally:
        served.stop()
    assert asked
    assert all(
        address.startswith((served.address, f"ws://127.0.0.1:{served.port}", "data:", "blob:")) for address in asked
    )
    for name in ("server", "browser"):
        lines = (tmp_path / f"{name}.trace").read_text(errors="replace").splitlines()
        assert lines, f"the trace of the {name} holds nothing"
        assert not list(outside(lines)), f"the {name} connects to others"


def story(driver: Any, served: Served, program: str, clip: Path) -> set[str]:
    """Bring a recording, mask it, look at it and at every page; all addresses that the pages asked for."""
    from playwright.sync_api import expect

    asked: set[str] = set()
    browser = driver.launch(executable_path=program, args=FLAGS, timeout=60_000)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.on("request", lambda request: asked.add(request.url))
    page.on("websocket", lambda opened: asked.add(opened.url))
    page.goto(served.address)
    with page.expect_file_chooser() as chooser:
        page.get_by_text("choose files").click()
    chooser.value.set_files(clip)
    expect(page.get_by_text("1 of 1 recording chosen")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Choose what to hide").click()
    page.get_by_role("button", name="Mask 1 recording").click()
    expect(page.get_by_role("link", name="Download the result")).to_be_visible(timeout=120_000)
    page.get_by_role("group", name="Original and result").focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(1000)
    for name in ("Runs", "Presets", "Models", "Settings", "Videos"):
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_timeout(700)
    page.wait_for_timeout(8000)  # what reports to its maker does so some seconds after it was loaded
    browser.close()
    return asked


def outside(lines: Iterable[str]) -> Iterable[str]:
    """Lines of a trace that name an address that is not this machine's own."""
    for line in lines:
        named = NAMED.search(line)
        probed = named is not None and named[1] == PROBE and "connect(" in line
        if named is not None and not probed and not ipaddress.ip_address(named[1]).is_loopback:
            yield line
