"""``maskanyone audit``: does anybody show in a masked file, whoever masked it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from maskanyone.cli import speak
from maskanyone.cli.meter import Meter
from maskanyone.proof.wording import listed
from maskanyone.written import clock, counted

LEAK = 1
_MOST = 20


def audit(
    original: Annotated[Path, typer.Argument(help="The recording before it was masked.", metavar="ORIGINAL")],
    result: Annotated[Path, typer.Argument(help="The masked file, ours or another tool's.", metavar="RESULT")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Search a masked file for people who show.

    Every face that is found in ORIGINAL is looked for in RESULT, frame by frame, and detectors that took no part search
    RESULT itself, whose pictures may be mirrored, turned, cut or moved. Ends with 1 and the word leak where somebody
    shows; with 1 too where RESULT lacks frames, has more frames, picture tracks or cover pictures than could be
    compared, a face where ORIGINAL shows nobody, or almost everywhere other pictures than ORIGINAL; with 0 where nobody
    was found to show; with 2 where a file cannot be read. Places are in pixels of ORIGINAL.

    Example:

        maskanyone audit interview.mp4 masked/interview.mp4
    """
    import maskanyone

    with speak.bar() as bar, speak.stoppable() as stop:
        task = bar.add_task("", name=speak.readable(result.name), total=None)
        told = maskanyone.audit(original, result, progress=Meter(bar, task), cancel=stop.is_set)
        bar.remove_task(task)
    if as_json:
        print(json.dumps(told), flush=True)
    else:
        _tell(result, told)
    apart = ("frames_missing", "frames_beyond", "tracks_beyond", "frames_strange", "films_unlike")
    whole = not any(told[name] for name in apart)
    raise typer.Exit(LEAK if told["leaks"] or not whole else speak.DONE)


def _tell(result: Path, told: dict[str, Any]) -> None:
    for kind, found in (("leak", told["leaks"]), ("perhaps", told["perhaps"])):
        for leak in found[:_MOST]:
            speak.out.print(f"{kind}: {_place(leak)}")
        if (more := len(found) - _MOST) > 0:
            speak.out.print(f"{kind}: {more} more")
    if told["frames_missing"]:
        speak.out.print(f"{counted(told['frames_missing'], 'frame')} of the original are missing in the result.")
    for fault in told["faults"]:
        speak.out.print(f"{fault}: whom this would have found in the original was not looked for.")
    if told["left_out"]:
        speak.out.print(f"{listed(told['left_out'])} did not look at the original: the weights are not here.")
    if told["frames_beyond"]:
        what = counted(told["frames_beyond"], "frame is", "frames are")
        speak.out.print(f"After the original's last, {what} in the result that nobody searched.")
    if told["tracks_beyond"]:
        speak.out.print("The result holds a further picture track or a cover picture, which nobody searched.")
    if told["laid_otherwise"]:
        speak.out.print(
            "The result's pictures are mirrored, turned, cut or moved against the original's; they were compared where "
            "they belong."
        )
    if told["frames_unlike"]:
        what = counted(told["frames_unlike"], "frame")
        speak.out.print(
            f"In {what} of the result a face was found that is not what the original shows there: it may be drawn, "
            "blurred or another's, or the picture laid elsewhere. Look at it."
        )
    if told["frames_strange"]:
        what = counted(told["frames_strange"], "frame")
        speak.out.print(
            f"In {what} of the result there is a face where the original shows nobody. Is ORIGINAL the first of the "
            "two files, and are both of one recording?"
        )
    if told["searchers_missing"]:
        speak.out.print(f"{listed(told['searchers_missing'])} could have searched too: the weights are not here.")
    if told["films_unlike"]:
        speak.out.print(
            "The pictures of both files differ almost everywhere. Is RESULT made from ORIGINAL? If it is not, that "
            "nobody was found says nothing."
        )
    frames = sum(map(_frames, told["leaks"]))
    doubt = told["frames_unlike"] or told["perhaps"] or told["films_unlike"]
    clear = "No leak is certain, and what is told above wants a look." if doubt else "No leak found."
    verdict = f"{counted(len(told['leaks']), 'leak')}, {counted(frames, 'frame')} in all." if frames else clear
    speak.out.print(f"{result.name}  {verdict} {told['bound']['verdict']} Searched by {', '.join(told['by'])}.")


def _frames(leak: dict[str, Any]) -> int:
    return sum(last - first + 1 for first, last in leak["frames"])


def _place(leak: dict[str, Any]) -> str:
    x1, y1, x2, y2 = (round(corner) for corner in leak["box"])
    first, last = leak["first_frame"], leak["last_frame"]
    some = f", in {_frames(leak)} of them" if _frames(leak) <= last - first else ""
    return (
        f"frames {first} to {last}{some} ({clock(leak['from_s'])} to {clock(leak['to_s'])}), "
        f"{x2 - x1} x {y2 - y1} px at {x1}, {y1}; {leak['shows']:.0%} shows; found by {', '.join(leak['by'])}"
    )
