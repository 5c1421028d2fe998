"""Words of the page Videos."""

from __future__ import annotations

from maskanyone.written import counted, duration

EMPTY = "Drop your recordings above, or begin with a short clip of ten seconds that is made here."
SAMPLE = "Try the sample"
SAMPLE_NAME = "sample.mp4"
HEADS = ("Recording", "Length", "State")
SOUND, NO_SOUND = "sound", "no sound"
CHOOSE_ALL = "Choose all"
READY, CHECKING, BROKEN, DAMAGED = "Ready", "Being looked over", "Cannot be read", "Damaged"
MASKED, FAILED, STOPPED = "Masked", "Failed", "Stopped"
DAMAGE = "Part of it is lost. If you choose it, what cannot be trusted is covered wholly."
INTERRUPTED = "Drop the same file again to go on with the copy."
COPYING = "Copying"
CHOOSE = "Choose what to hide"
DELETE_TITLE = "Delete for good?"
REMOVE_TITLE = "Remove from the list?"
DELETE, REMOVE = "Delete", "Remove"
KEEP = "Keep"


def chosen(number: int, total: int, seconds: float) -> str:
    return f"{number} of {counted(total, 'recording')} chosen, {duration(seconds)} in all"


def choose(name: str) -> str:
    return f"Choose {name}"


def delete(copied: int, named: int) -> str:
    """What the button below the list says; named: files in a folder, which stay there."""
    if not copied and not named:
        return DELETE
    return f"{DELETE if copied else REMOVE} {counted(copied + named, 'recording')}"


def deleting(number: int, named: int) -> str:
    what = counted(number, "recording")
    kept = (
        f" {counted(named, 'file')} that you named in a folder {'stays' if named == 1 else 'stay'} there."
        if named
        else ""
    )
    return f"{what}, with results, runs and everything that was found in them.{kept}"
