"""How much a stretch wants a look: a rank from 0 to 1, no probability."""

from __future__ import annotations

from maskanyone.data import BY_HAND, FILLED, FOLLOWED, GUESSED, HINTED, MENDED, PLACED, SEEN, SPARED

#: by how a frame's box came about: what a detector saw again soon is likelier hidden well than what a search found;
#: what was seen counts where one look alone has found it
_STATES = {
    SEEN: 0.35,
    HINTED: 0.6,
    FILLED: 0.5,
    GUESSED: 0.4,
    MENDED: 0.9,
    FOLLOWED: 0.3,
    PLACED: 0.3,
    BY_HAND: 0.3,
    SPARED: 1.0,
}
#: a sight that was too weak to be hidden
WEAK = 0.8
#: what the search of the result found: two detectors agree that somebody shows, or one alone takes it for a face
SHOWS, PERHAPS = 1.0, 0.85
#: a detector failed there, or following broke off
FAILED = 0.6
#: nothing of the picture shows
COVERED = 0.05
#: seconds from which a stretch counts wholly, and the same for a face's share of the picture's shorter side
_LONG, _LARGE = 0.5, 0.15
#: what a short stretch or a small face counts at least
_LEAST = 0.4


def risk(state: int, seconds: float, size: float) -> float:
    """Of a stretch of one track. state: index into ``STATES``. size: the face's, of the picture's shorter side."""
    return round(of_state(state) * _part(seconds, _LONG) * _part(size, _LARGE), 3)


def of_state(state: int) -> float:
    """Of a long stretch of a large face. state: index into ``STATES``."""
    return _STATES.get(state, 1.0)


def weak(score: float, seconds: float, size: float) -> float:
    """Of a sight that was not hidden. score: the detector's, 0 to 1."""
    return round(WEAK * (0.5 + 0.5 * min(score / 0.3, 1.0)) * _part(seconds, _LONG) * _part(size, _LARGE), 3)


def _part(value: float, whole: float) -> float:
    return _LEAST + (1 - _LEAST) * min(value / whole, 1.0)
