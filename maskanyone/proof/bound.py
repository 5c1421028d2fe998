"""What a search that found nothing shows, and what it does not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from maskanyone.written import counted

#: below this recall of the searchers themselves nothing is shown
LEAST_RECALL = 0.5
#: 95 %: the rule of three
_RULE = 3.0


@dataclass(frozen=True)
class Bound:
    """checks: one a second and person. people: so many of them were looked for unmasked too, in the original.

    recall: the share of these that the searchers found; none without people.
    rate: the share of checks at which somebody may show is below it with 95 % confidence; none where not proven.
    """

    checks: int
    people: int
    recall: float | None
    rate: float | None

    def data(self, seen: bool, perhaps: int = 0) -> dict[str, Any]:
        """As a report tells it. seen: something was found. perhaps: so many places may be somebody."""
        return asdict(self) | {"verdict": self.told(seen, perhaps)}

    def told(self, seen: bool, perhaps: int = 0) -> str:
        """A sentence. seen: something was found. perhaps: so many places may be somebody."""
        if seen:
            return "Somebody shows in the result; no bound can be given."
        if self.recall is None:
            return "Nobody was known whom the search could have missed, so nothing is proven."
        if self.rate is None:
            return (
                f"Too little to prove anything from: {counted(self.people, 'check')} on people as they were before, in "
                f"which the searchers found {self.recall:.0%} of them."
            )
        unless = f" This holds if nobody is in {counted(perhaps, 'place')} of which one detector alone says so."
        return (
            f"With 95 % confidence somebody shows in fewer than {self.rate:.1%} of the moments that were checked, one "
            f"a second and person ({self.checks} checks; unmasked, the searchers find {self.recall:.0%} of "
            f"{self.people}).{unless if perhaps else ''}"
        )


def incomparable(seen: bool) -> dict[str, Any]:
    """Of a search that had nothing to compare with, as ``Bound.data``. seen: something was found."""
    none = Bound(0, 0, None, None)
    return asdict(none) | {"verdict": none.told(True) if seen else "Of films that differ so nothing is proven."}


def bound(checks: int, people: int, found: int) -> Bound:
    """The bound of a search without findings. found: so many of the people unmasked the searchers found."""
    if not checks or not people:
        return Bound(checks, people, None, None)
    recall = found / people
    proven = recall >= LEAST_RECALL and _RULE / (checks * recall) < 1
    return Bound(checks, people, recall, _RULE / (checks * recall) if proven else None)
