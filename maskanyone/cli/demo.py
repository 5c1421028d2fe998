"""``maskanyone demo``: a clip made by code, masked."""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import Annotated

import typer

from maskanyone import files
from maskanyone.cli import speak
from maskanyone.cli.mask import Batch, choose
from maskanyone.errors import BadOutput
from maskanyone.results import read_report


def demo(
    folder: Annotated[Path, typer.Option("-o", "--output", help="Folder for both clips.", metavar="DIR")] = Path(
        "demo"
    ),
    preset: Annotated[str | None, typer.Option(help="A preset by name.", metavar="NAME")] = None,
) -> None:
    """Make a short clip of a public-domain portrait and mask it."""
    clip = folder / "sample.mp4"
    _make(clip)
    target = folder / "masked" / "sample.mp4"
    ours = read_report(target.with_name("sample.report.json")) is not None
    code = Batch(choose(preset, None, [], None, []), as_json=False, overwrite=ours, salvage=False).run({clip: target})
    if code == speak.DONE:
        speak.out.print(
            f"The clip is {clip}, the result {target}, its report {target.with_name('sample.report.html')}."
        )
    raise typer.Exit(code)


def _make(clip: Path) -> None:
    """Write the sample; one that is there is left as it is, anything else of that name is refused."""
    from maskanyone import sample

    try:
        clip.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadOutput(clip.parent, f"cannot be used ({error.strerror})", "Choose another folder with -o") from None
    unfinished = files.temporary(clip)
    try:
        sample.make(unfinished)
        if not clip.exists():
            unfinished.replace(clip)
        elif not filecmp.cmp(clip, unfinished, shallow=False):
            raise BadOutput(
                clip, "is there already and is not the sample", "Move it away or choose another folder with -o"
            )
    finally:
        unfinished.unlink(missing_ok=True)
