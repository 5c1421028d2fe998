"""Corrections by hand in the way of a video: made again over all tracks whenever the search of the result adds some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from maskanyone.data import Track, Video
from maskanyone.detect.look import Seen
from maskanyone.edit import Edits, Scene, replay
from maskanyone.errors import BadEdits
from maskanyone.pipeline.planning import hidden, times_of
from maskanyone.track import Links

_SEARCH = "Mask it again once a search can be made (`maskanyone doctor` helps), or take its id from the report"
_ELSE = "Take its id and place from the report, or leave the edit out if another one hides what the search found there"


class Corrections:
    """What is known of a film, as corrections leave it.

    links: with the corrected tracks. done: what was corrected, for the report.
    """

    def __init__(self, source: Video, seen: Seen, links: Links, edits: Edits, *, searched: bool = False) -> None:
        """searched: the result will be searched, so a correction may be about what is found there.

        Raises:
            BadEdits: a correction does not fit the film.
        """
        edits.check(source.sha256)
        end = float((int(seen.timeline.pts[-1]) + seen.timeline.last) * source.time_base - source.zero)
        self._scene = Scene(source.upright, times_of(source, seen) - float(source.zero), end)
        self._found, self._edits, self._searched = links, edits, searched
        self._waiting: tuple[int, ...] = ()
        self.done: tuple[Mapping[str, Any], ...] = ()
        self.links = self._replayed()

    def take(self, more: Sequence[Track]) -> bool:
        """Add tracks that a search has found; whether anything is hidden now that was not before."""
        if not more:
            return False
        before = hidden(self.links.tracks)
        self._found = self._found.and_also(tuple(more))
        self.links = self._replayed()
        return not _alike(before, hidden(self.links.tracks))

    def check(self, missing: str = "") -> None:
        """Raise ``BadEdits`` where one still waits for a track that nobody found.

        Args:
            missing: why the result was not searched to the end, a clause; nothing where it was.
        """
        if self._waiting:
            why = f", and {missing}" if missing else ", even after the search of the result"
            raise BadEdits(
                f"{self._edits.subject}, edit {self._waiting[0]}",
                f"there is no such track, nor another at its place{why}",
                _SEARCH if missing else _ELSE,
            )

    def _replayed(self) -> Links:
        edited = replay(self._edits, self._found.tracks, self._scene, patient=self._searched)
        self.done, self._waiting = edited.done, edited.waiting
        return replace(self._found, tracks=edited.tracks)


def _alike(some: Sequence[Track], others: Sequence[Track]) -> bool:
    return len(some) == len(others) and all(
        one.id == other.id and np.array_equal(one.frame, other.frame) and np.array_equal(one.box, other.box)
        for one, other in zip(some, others, strict=True)
    )
