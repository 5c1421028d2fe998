"""What a search that found nothing shows, and what it does not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: below this recall of the searchers themselves nothing is shown
LEAST_RECALL = 0.5
#: 95 %: the rule of three
_RULE = 3.0


@dataclass(frozen=True)
class Bound:
    """checks: one a second and person. recall: of the searchers on the same people unmasked; none without people.

    rate: the share of checks at which somebody may show is below it with 95 % confidence; none where not proven.
    """

    checks: int
    recall: float | None
    rate: float | None

    def data(self, seen: bool) -> dict[str, Any]:
        """As a report tells it. seen: something was found."""
        return asdict(self) | {"verdict": self.told(seen)}

    def told(self, seen: bool) -> str:
        """A sentence. seen: something was found."""
        if seen:
            return "Somebody shows in the result; no bound can be given."
        if not self.checks:
            return "Nobody was known whom the search could have missed, so nothing is proven."
        if self.rate is None:
            return (
                f"Not proven: of {self.checks} checks on people as they were before, the searchers found them in "
                f"{self.recall:.0%}."
            )
        return (
            f"With 95 % confidence somebody shows in fewer than {self.rate:.1%} of the moments that were checked, one "
            f"a second and person ({self.checks} checks; the searchers find {self.recall:.0%} of them unmasked)."
        )


def bound(checks: int, found: int) -> Bound:
    """The bound of a search without findings: of ``checks`` people unmasked the searchers found ``found``."""
    if not checks:
        return Bound(0, None, None)
    recall = found / checks
    proven = recall >= LEAST_RECALL and _RULE / (checks * recall) < 1
    return Bound(checks, recall, _RULE / (checks * recall) if proven else None)
