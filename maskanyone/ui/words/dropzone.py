"""What stands where recordings are dropped. Braces are filled in the browser."""

from __future__ import annotations

STAYS = "They never leave this computer."

WORDS = {
    "area": "Copy recordings here",
    "drop": "Drop recordings here",
    "release": "Let go to copy them",
    "or": "or",
    "files": "choose files",
    "folder": "open a folder",
    "copying": "Copying",
    "percent": "{n} %",
    "left": "{time} left",
    "waiting": "Waits for its turn",
    "broken": "The connection broke, trying again",
    "stop": "Stop",
    "stop_one": "Stop copying {name}",
    "again": "Try again",
    "again_one": "Try again to copy {name}",
    "dismiss": "Dismiss",
    "dismiss_one": "Dismiss the message about {name}",
    "more": "and {n} more",
    "more_failed": "and {n} more, {failed} of them not copied",
    "seconds": "{s} s",
    "minutes": "{m} min {s} s",
    "hours": "{h} h {m} min",
    "left_out": "{name} was left out: by its name it is no video.",
    "left_out_more": "{name} and {n} more were left out: by their names they are no videos.",
    "empty": "No video lies in what you dropped.",
    "lost": "The connection broke. See that MaskAnyone still runs, then try again; it goes on where it stopped.",
    "refused": "It was refused ({status}). Try again; if that does not help, reload this page.",
    "unreadable": "It can no longer be read. See whether it was moved or changed, then drop it again.",
    "unloaded": "The page is not whole. Reload it and drop the recording again.",
}
