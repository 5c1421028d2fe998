"""``maskanyone mask``: hide people in recordings."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from maskanyone import names
from maskanyone.cli import plan, speak
from maskanyone.cli.meter import Meter
from maskanyone.edit import Edits
from maskanyone.errors import BadEdits, BadRecipe, Cancelled, MaskAnyoneError
from maskanyone.proof.wording import listed
from maskanyone.recipe import DEFAULT, Recipe
from maskanyone.results import masked_with
from maskanyone.written import counted


def mask(
    videos: Annotated[list[Path], typer.Argument(help="Recordings, or folders of recordings.", metavar="VIDEO...")],
    folder: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results.", metavar="DIR")],
    preset: Annotated[
        str | None, typer.Option(help="A preset by name or title; `maskanyone presets` lists them.", metavar="NAME")
    ] = None,
    recipe: Annotated[Path | None, typer.Option(help="A recipe's JSON file.", metavar="FILE")] = None,
    hide: Annotated[
        list[str] | None,
        typer.Option(
            help="One step, as TARGET=METHOD[:key=value,...], for instance face=blur:strength=0.8. Replaces the "
            "preset's step for that target. Alone it makes a recipe that removes the sound.",
            metavar="STEP",
        ),
    ] = None,
    audio: Annotated[
        str | None, typer.Option(help="keep or remove the sound. A voice identifies.", metavar="keep|remove")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A value of the recipe, as hide.face.strength=0.8 or output.crf=20.", metavar="NAME=VALUE"
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Neutral names for the results, for instance 'P{n:02}'. The key to them lies beside DIR, not in it.",
            metavar="PATTERN",
        ),
    ] = None,
    edits: Annotated[
        Path | None,
        typer.Option(
            help="Corrections of one recording, a JSON file (docs/edits.md). Only what they touch is rendered again.",
            metavar="FILE",
        ),
    ] = None,
    audit: Annotated[
        bool, typer.Option("--audit/--no-audit", help="Search the result with other detectors; hide what they find.")
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that are there.")] = False,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Mask damaged recordings too; spoiled pictures are covered.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done, how long and how large.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a recording, for machines.")] = False,
) -> None:
    """Hide people in recordings.

    Each recording gives DIR/STEM.mp4 and a report as DIR/STEM.report.html, to read and to print, and as
    DIR/STEM.report.json. The recordings are only read. Without a preset, recipe or step every face is filled and the
    sound is removed.

    Where recordings come from several folders, their results lie in DIR as they do in the innermost folder that holds
    them all: a/talk.mp4 and b/talk.mp4 give DIR/a/talk.mp4 and DIR/b/talk.mp4.

    Examples:

        maskanyone mask interview.mp4 -o masked

        maskanyone mask recordings/ -o masked --preset heads --audio keep

        maskanyone mask talk.mkv -o masked --hide face=solid:colour=#ff00ff

        maskanyone mask interview.mp4 -o masked --edits corrections.json --overwrite
    """
    values = [*(set_ or []), *([] if audit else ["audit.on=false"])]
    chosen = choose(preset, recipe, hide or [], audio, values)
    if folder.suffix.lower() in names.VIDEO_SUFFIXES and not folder.is_dir():
        raise BadRecipe(f"-o {folder}", "names a file, and results go to a folder", f"Write -o {folder.parent}")
    sources = names.recordings(videos, folder)
    if not sources:
        raise BadRecipe(
            ", ".join(map(str, videos)), "holds no recording", "Name video files, or a folder that holds some"
        )
    corrections = Edits.load(edits) if edits else None
    if edits and len(sources) > 1:
        raise BadEdits(edits, f"is for one recording, not for {len(sources)}", "Name the recording that it corrects")
    if name is None:
        targets = names.named(sources, folder)
    else:
        pseudonyms = names.Pseudonyms(name, folder)
        targets = pseudonyms.named(sources) if dry_run else pseudonyms.take(sources)
    if corrections and not (preset or recipe or hide) and (made := masked_with(*targets.values())):
        chosen = changed(made, audio, values)
    if dry_run:
        raise typer.Exit(plan.tell(targets, chosen, corrections, as_json=as_json, overwrite=overwrite, salvage=salvage))
    batch = Batch(chosen, as_json, overwrite=overwrite, salvage=salvage, anonymous=name is not None, edits=corrections)
    raise typer.Exit(batch.run(targets))


def choose(
    preset: str | None, file: Path | None, hide: Sequence[str], audio: str | None, values: Sequence[str]
) -> Recipe:
    """The recipe that the options name."""
    if preset and file:
        raise BadRecipe("--preset and --recipe", "were both given", "Choose one of them")
    if audio not in (None, "keep", "remove"):
        raise BadRecipe(f"--audio {audio}", "is not understood", "Choose keep or remove")
    if file:
        recipe = Recipe.load(file)
    elif preset or not hide:
        recipe = Recipe.preset(preset or DEFAULT)
    else:
        recipe = Recipe.parse({"name": "Single steps"}, check=False)
    return changed(recipe.with_steps(hide) if hide else recipe, audio, values)


def changed(recipe: Recipe, audio: str | None, values: Sequence[str]) -> Recipe:
    """The recipe with single values and the sound as the options say."""
    if values:
        recipe = recipe.with_values(values)
    return recipe.with_sound(audio == "keep") if audio else recipe


class Batch:
    """Masks one recording after the other; a refused one is told and the rest goes on."""

    def __init__(self, recipe: Recipe, as_json: bool, **options: Any) -> None:
        self._recipe, self._as_json, self._options = recipe, as_json, options

    def run(self, targets: Mapping[Path, Path]) -> int:
        """Exit code: the worst of all recordings."""
        codes = []
        with speak.bar() as bar, speak.stoppable() as stop:
            for source, target in targets.items():
                task = bar.add_task("", name=speak.readable(source.name), total=None)
                try:
                    names.check_apart(target, [other for other in targets if other != source])
                    codes.append(self._one(source, target, Meter(bar, task), stop))
                except Cancelled as error:
                    self._tell(source, {"status": "stopped"}, str(error), bad=True)
                    return speak.STOPPED
                except MaskAnyoneError as error:
                    self._tell(source, {"status": "refused", "message": str(error)}, str(error), bad=True)
                    codes.append(speak.code(error))
                except Exception as error:
                    sentence = f"{source.name}: {speak.fault(error)}"
                    self._tell(source, {"status": "failed", "message": sentence}, sentence, bad=True)
                    codes.append(speak.FAULT)
                finally:
                    bar.remove_task(task)
        return speak.worst(codes)

    def _one(self, source: Path, target: Path, meter: Meter, stop: threading.Event) -> int:
        import maskanyone

        began = time.monotonic()
        result = maskanyone.mask(source, target, self._recipe, progress=meter, cancel=stop.is_set, **self._options)
        report = result.report
        plain = {
            "status": "skipped" if result.skipped else "masked",
            "result": str(result.video),
            "report": str(result.report_file),
            "verdict": report["verdict"],
            "frames": report["result"]["frames"],
            "to_look_at": len(report["to_look_at"]),
            "corrections": len(report.get("corrections", ())),
            "faults": report["faults"],
        }
        if not report["faces"]["tracks"] and not self._as_json:
            speak.err.print("  Where people are small in the picture, --set detect.centerface.size=1280 finds more.")
        self._tell(source, plain, _line(source, report, time.monotonic() - began, skipped=result.skipped))
        for faulty in report["faults"][:3]:
            speak.err.print(f"  {faulty}", style="yellow")
        return speak.DONE

    def _tell(self, source: Path, plain: Mapping[str, Any], line: str, *, bad: bool = False) -> None:
        if self._as_json:
            print(json.dumps({"recording": str(source)} | dict(plain)), flush=True)
        elif bad:
            speak.err.print(speak.readable(line), style="red")
        else:
            speak.out.print(speak.readable(line))


def _searched(audit: Mapping[str, Any] | str) -> list[str]:
    """What the search of the result gave, if it is not that nobody shows."""
    if isinstance(audit, str):
        return [f"search of the result {audit}"]
    found = {
        "SOMEBODY SHOWS": audit["left"],
        "spared by hand and in sight": audit.get("spared", ()),
        "somebody shows perhaps": audit["perhaps"],
    }
    return [f"{what} in {counted(len(places), 'place')}" for what, places in found.items() if places]


def _line(source: Path, report: Mapping[str, Any], seconds: float, *, skipped: bool) -> str:
    """``interview.mp4  somebody hidden in 1,180 of 1,204 frames · 3 stretches to look at · sound removed · 12 s``."""
    faces, frames, left = report["faces"], report["result"]["frames"], len(report["to_look_at"])
    hidden = (
        f"somebody hidden in {faces['frames_hidden']:,} of {frames:,} frames"
        if faces["tracks"] or faces.get("frames_covered_wholly")
        else f"NOTHING HIDDEN in {frames:,} frames"
        if report.get("corrections")
        else f"NOTHING HIDDEN: nobody found in {frames:,} frames"
    )
    parts = [hidden]
    if corrected := len(report.get("corrections", ())):
        parts.append(counted(corrected, "correction"))
    if covered := faces.get("frames_covered_wholly"):
        parts.append(f"{covered:,} covered wholly")
    if left:
        parts.append(f"{left} {'stretch' if left == 1 else 'stretches'} to look at")
    if weak := len(report["not_hidden"]):
        parts.append(f"{weak} weak {'sight' if weak == 1 else 'sights'} not hidden")
    parts += _searched(report["audit"])
    if report.get("left_out"):
        parts.append(f"weights of {listed(report['left_out'])} not here")
    if report["damage"]:
        parts.append("damaged: " + "; ".join(report["damage"]))
    parts.append(
        f"sound {report['result']['sound']}" if "source" not in report["result"]["sound"] else "no sound in it"
    )
    parts.append("done before, left as it is" if skipped else speak.duration(seconds))
    return f"{source.name}  {' · '.join(parts)}"
