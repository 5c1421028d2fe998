"""``maskanyone demo``: a clip made by code, masked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maskanyone.cli import speak
from maskanyone.cli.mask import Batch, choose


def demo(
    folder: Annotated[Path, typer.Option("-o", "--output", help="Folder for both clips.", metavar="DIR")] = Path(
        "demo"
    ),
    preset: Annotated[str | None, typer.Option(help="A preset by name.", metavar="NAME")] = None,
) -> None:
    """Make a short clip of a public-domain portrait and mask it."""
    from maskanyone import sample

    folder.mkdir(parents=True, exist_ok=True)
    clip = folder / "sample.mp4"
    sample.make(clip)
    target = folder / "masked" / "sample.mp4"
    code = Batch(choose(preset, None, [], None, []), as_json=False, overwrite=True, salvage=False).run({clip: target})
    if code == speak.DONE:
        speak.out.print(
            f"The clip is {clip}, the result {target}, its report {target.with_name('sample.report.json')}."
        )
    raise typer.Exit(code)
