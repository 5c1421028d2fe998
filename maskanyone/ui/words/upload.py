"""Words of the page Videos."""

from __future__ import annotations

from maskanyone.written import counted, duration

EMPTY = "Drop your recordings above, or begin with a short clip of ten seconds that is made here."
SAMPLE = "Try the sample"
SAMPLE_NAME = "sample.mp4"
HEADS = ("Recording", "Length", "Picture", "Sound", "State")
SOUND, NO_SOUND = "Sound", "No sound"
READY, CHECKING, BROKEN, DAMAGED = "Ready", "Being looked over", "Cannot be read", "Damaged"
MASKED, FAILED, STOPPED = "Masked", "Failed", "Stopped"
DAMAGE = "Part of it is lost. If you choose it, what cannot be trusted is covered wholly."
INTERRUPTED = "Drop the same file again to go on with the copy."
COPYING = "Copying"
CHOOSE = "Choose what to hide"
REMOVE = "Remove from the list"
FOLDER = "Folder on this computer"
FOLDER_HELP = "Its recordings stay where they are and are only read. They are never copied, changed or deleted."
ADD = "Add its recordings"
DELETE_TITLE = "Delete for good?"
DELETE = "Delete"
KEEP = "Keep"


def chosen(number: int, total: int, seconds: float) -> str:
    return f"{number} of {counted(total, 'recording')} chosen, {duration(seconds)} in all"


def deleting(number: int, named: int) -> str:
    what = counted(number, "recording")
    kept = (
        f" {counted(named, 'file')} that you named in a folder {'stays' if named == 1 else 'stay'} there."
        if named
        else ""
    )
    return f"{what}, with results, runs and everything that was found in them.{kept}"
