"""``maskanyone report``: a stored report as a page to read, to print or to share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maskanyone import files, results
from maskanyone.cli import speak
from maskanyone.errors import BadOutput, BadReport
from maskanyone.proof.page import page


def report(
    stored: Annotated[Path, typer.Argument(help="A result's report, STEM.report.json.", metavar="REPORT.json")],
    out: Annotated[
        Path | None, typer.Option("-o", "--output", help="The page; beside the report unless given.", metavar="FILE")
    ] = None,
    shareable: Annotated[
        bool, typer.Option("--shareable", help="Leave out all that names the recording or somebody.")
    ] = False,
) -> None:
    """Show a stored report as a page.

    The page is one HTML file that needs nothing else; print it from any browser. A shareable one is named by the
    result's SHA-256 unless -o says otherwise.

    Examples:

        maskanyone report masked/interview.report.json

        maskanyone report masked/interview.report.json --shareable -o for_the_board.html
    """
    told = results.read_report(stored)
    if told is None:
        raise BadReport(stored, "is no report of MaskAnyone", "Name a STEM.report.json that lies beside a result")
    try:
        shown = page(told, shareable=shareable)
    except ValueError:
        raise BadReport(stored, "is no whole report", "Mask the recording again") from None
    nameless = stored.with_name(f"report-{told['result']['sha256'][:12]}.html")
    target = out or (nameless if shareable else results.page_of(stored))
    _write(target, shown)
    speak.out.print(speak.readable(f"{target}: {told['verdict']}"))


def _write(target: Path, shown: str) -> None:
    if target.suffix.lower() not in (".html", ".htm"):
        raise BadOutput(target, "is no name for a page", "End it with .html")
    results.check_page(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with files.replaced(target) as unfinished:
            unfinished.write_bytes(shown.encode())
    except OSError as error:
        raise BadOutput(target, f"cannot be written ({error.strerror})", "Choose another folder with -o") from None
