"""The command line: it checks what was typed, calls the public functions, and speaks plainly."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from maskanyone.cli.audit import audit
from maskanyone.cli.demo import demo
from maskanyone.cli.doctor import cache, doctor
from maskanyone.cli.edits import edits
from maskanyone.cli.lists import methods, presets
from maskanyone.cli.mask import mask
from maskanyone.cli.report import report
from maskanyone.cli.serve import app as page
from maskanyone.cli.serve import worker
from maskanyone.cli.weights import app as weights

app = typer.Typer(
    help="Hide the people in videos and keep what research needs. Nothing leaves this machine.\n\n"
    "Start with `maskanyone demo`. `maskanyone app` opens the page; "
    "`maskanyone mask interview.mp4 -o masked` does it here.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("app")(page)
app.command()(mask)
app.command()(audit)
app.command()(edits)
app.command()(report)
app.command()(presets)
app.command()(methods)
app.add_typer(weights, name="weights")
app.command()(demo)
app.command()(doctor)
app.command()(cache)
app.command()(worker)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"maskanyone {version('maskanyone')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Options before the command."""


def main() -> None:
    """Entry of the command ``maskanyone``: 0 done, 1 a leak or a fault of ours, 2 bad input, 130 stopped."""
    from maskanyone.cli.speak import interruptible, told

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows a question mark
    with told(), interruptible():
        app()
    sys.exit(0)
