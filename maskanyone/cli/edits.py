"""``maskanyone edits``: how corrections are written down, and whether a file of them is well formed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from maskanyone.cli import speak
from maskanyone.edit import Edits
from maskanyone.written import counted


def edits(
    file: Annotated[Path | None, typer.Argument(help="A file of corrections.", metavar="FILE")] = None,
) -> None:
    """Check a file of corrections, or print the JSON Schema of such files.

    Whether they fit a recording is checked by `maskanyone mask VIDEO -o DIR --edits FILE`, before anything is written.
    docs/edits.md has an example.
    """
    if file is None:
        speak.out.print(json.dumps(Edits.json_schema(), indent=2))
        return
    known = Counter(edit.do for edit in Edits.load(file).edits)
    said = ", ".join(f"{number} to {do}" for do, number in known.items())
    speak.out.print(
        speak.readable(f"{file}: {counted(known.total(), 'correction')}{f' ({said})' if said else ''}, well formed")
    )
