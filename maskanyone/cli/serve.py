"""``maskanyone app`` and ``maskanyone worker``: the page, and what works behind it."""

from __future__ import annotations

from typing import Annotated

import typer

from maskanyone.errors import BadOutput


def app(
    host: Annotated[
        str, typer.Option(help="Address to serve on; 0.0.0.0 lets other machines in, which then need --allow-host.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve on.", min=1, max=65535)] = 8501,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Name under which browsers may ask for the page, besides localhost.", metavar="NAME"),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")] = True,
) -> None:
    """Open the page: drop recordings, choose what to hide, review, download.

    It serves this machine alone unless told otherwise. Ctrl-C ends it; runs go on at the next start.
    """
    from maskanyone.ui import serve

    if not serve.free(host, port):
        raise BadOutput(f"port {port}", "is in use already", "Close the other program, or choose another with --port")
    serve.run(host=host, port=port, hosts=allow_host or (), browser=browser)


def worker() -> None:
    """Work on runs that the page has put in line; one is started beside the page, this starts one more."""
    from maskanyone.jobs.worker import work

    work()
