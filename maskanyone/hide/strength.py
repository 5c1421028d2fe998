"""What a strength means: a share of the hidden thing's size, never a number of pixels.

A face is hidden alike at 40 px and at 1,000 px. Steps are even to the eye, so each is the same factor.
"""

from __future__ import annotations

WEAKEST, STRONGEST = 0.1, 1.0


def between(strength: float, weakest: float, strongest: float) -> float:
    """The value at ``strength``, from ``weakest`` at 0.1 to ``strongest`` at 1, by equal factors."""
    share = (strength - WEAKEST) / (STRONGEST - WEAKEST)
    return float(weakest * (strongest / weakest) ** share)
