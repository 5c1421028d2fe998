"""What a second look said of a hint, and whether that is enough to hide somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: so many answers without a score of at least this part of an agreement, and the rest need not be asked for
FIRST, _NOTHING = 2, 0.5
#: mean of all scores, in agreements; the same for hints seen in fewer frames than that, but never more than this
_MEAN, _MEAN_SHORT, _SHORT, _SURE = 0.5, 1.5, 5, 0.9


@dataclass(frozen=True)
class Opinion:
    """What was said of a stretch of a hint.

    scores: 0 to 1, of its wanted rows in order; fewer where the first ones said enough. failed: somebody could not be
    asked about one of them.
    """

    scores: tuple[float, ...]
    failed: bool = False


def in_vain(scores: Sequence[float], agree: float) -> bool:
    """Whether the first answers say so clearly that nobody is there that no other is needed."""
    return len(scores) >= FIRST and max(scores[:FIRST]) < _NOTHING * agree


def vouched(opinion: Opinion, sights: int, agree: float) -> bool:
    """Whether what was said is an agreement: failure is one.

    Args:
        sights: in how many frames the whole hint was seen.
        agree: score from which on one place is agreed with.
    """
    if opinion.failed:
        return True
    if not opinion.scores or in_vain(opinion.scores, agree):
        return False
    mean = _MEAN * agree if sights >= _SHORT else min(_MEAN_SHORT * agree, max(_SURE, agree))
    return max(opinion.scores) >= agree and float(np.mean(opinion.scores)) >= mean
