"""What can go wrong, as sentences a researcher can act on.

MaskAnyoneError
├── Refused            bad input; the command line ends with 2, the batch goes on
│   ├── Unreadable     not a video that can be read
│   ├── TooLarge       beyond a limit on pixels, duration or streams
│   ├── Damaged        a part of the recording is lost (``salvage`` masks it all the same)
│   ├── BadRecipe      unknown method, value out of bounds, unreadable recipe
│   ├── BadEdits       corrections that do not fit the recording, or an unreadable file of them
│   ├── BadTime        there is no frame at that time
│   ├── BadReport      not a report of ours, or not a whole one
│   ├── BadOutput      the result cannot or must not be written there
│   └── MissingWeights weights that a method needs are not here
├── Failed             a fault of ours while masking; nothing was written
└── Cancelled          stopped on request; nothing was written
"""

from __future__ import annotations


class MaskAnyoneError(Exception):
    """A failure told in three parts.

    Args:
        subject: which file, method or weight it is about.
        what: what happened, a clause without a full stop.
        remedy: what to do, a sentence without a full stop.
    """

    def __init__(self, subject: object, what: str, remedy: str) -> None:
        self.subject, self.what, self.remedy = str(subject), what, remedy
        super().__init__(self.subject, what, remedy)

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}. {self.remedy}."


class Refused(MaskAnyoneError):
    """The input cannot be taken as it is."""


class Unreadable(Refused):
    """The file is not a video that can be read."""


class TooLarge(Refused):
    """The file asks for more pixels, time or streams than the limits allow."""


class Damaged(Refused):
    """Some of the recording is lost."""


class BadRecipe(Refused):
    """A recipe that cannot be followed."""


class BadEdits(Refused):
    """Corrections that cannot be made."""


class BadTime(Refused):
    """There is no frame at that time."""


class BadReport(Refused):
    """There is no whole report of ours in that file."""


class BadOutput(Refused):
    """The result cannot, or must not, be written there."""


class MissingWeights(Refused):
    """A method's weights are not on this machine."""


class Failed(MaskAnyoneError):
    """A fault of ours; no result was written."""


class Cancelled(MaskAnyoneError):
    """Stopped on request; no result was written."""
