"""The search of finished files: of our own, again after each mending, and of any other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import (
    FILLED,
    FOLLOWED,
    GUESSED,
    HINTED,
    SEEN,
    Track,
    Video,
)
from maskanyone.detect.look import Seen
from maskanyone.errors import Cancelled, MaskAnyoneError, MissingWeights
from maskanyone.pipeline.auditors import TURNS, Auditors
from maskanyone.pipeline.mending import mended, renewed
from maskanyone.pipeline.moments import Asking, known_in, once_a_second
from maskanyone.pipeline.piecework import Pieces
from maskanyone.pipeline.planning import times_of
from maskanyone.pipeline.watch import Watch
from maskanyone.proof.bound import bound, incomparable
from maskanyone.proof.corrections import apart
from maskanyone.proof.leaks import Leak, leaks
from maskanyone.proof.pairs import Results, chosen_frames, result_frames, set_against
from maskanyone.proof.placement import AS_IT_WAS, Placement
from maskanyone.proof.search import KNOWN, NOBODY, Asked, Auditor, Searched, search
from maskanyone.proof.wording import UNFINISHED
from maskanyone.recipe import Recipe
from maskanyone.track import Links
from maskanyone.video.again import Again
from maskanyone.video.probe import probe
from maskanyone.video.write import shown_at

log = logging.getLogger(__name__)

SEARCHING = "Searching the result"
#: of a file that may be another tool's, every n-th frame is searched thoroughly
_EVERY = 5


@dataclass(frozen=True)
class Audited:
    """What the last search of a finished file gave. by: who searched. rounds: how often; mended: tracks that it hid.

    looks: see ``Auditors.looks``. weights: what those who searched compute with. missing: who could have searched too.
    """

    by: tuple[str, ...]
    searched: Searched
    rounds: int
    mended: int
    looks: Mapping[str, Any]
    weights: tuple[Mapping[str, Any], ...] = ()
    missing: tuple[str, ...] = ()

    def data(self, times: NDArray[np.float64], tracks: Sequence[Track]) -> dict[str, Any]:
        """As the report tells it, with those apart (``spared``) whom corrections leave in sight.

        Args:
            times: float64 (F,), when each frame of the result is shown, s.
            tracks: of the result, as corrections leave them.
        """
        spared, others = apart(self.searched.findings, tracks)
        told = _data(replace(self.searched, findings=others), self.by, times, "left")
        told |= {"spared": [_told(leak, times) for leak in leaks(spared)]} if spared else {}
        return told | {
            "rounds": self.rounds,
            "hidden_afterwards": self.mended,
            "looks": dict(self.looks),
            "weights": [dict(weight) for weight in self.weights],
            "searchers_missing": list(self.missing),
        }


class Audit:
    """The search of one result, again after each mending; use within ``with``.

    told: what came of the last one. stopped: the kind of error that ended it before it was done; its words, which may
    name a file or a person, stand in the log alone.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._auditors = Auditors.of(recipe)
        self._rounds = self._mended = 0
        self._pieces: Pieces | None = None
        self._asking: Asking | None = None
        self.told: Audited | None = None
        self.stopped = ""

    def __enter__(self) -> Audit:
        try:
            self._auditors.__enter__()
        except MaskAnyoneError:
            raise
        except Exception as error:  # as where the search itself breaks off
            log.exception("nobody could be made ready to search the result")
            self.stopped = type(error).__name__
        return self

    def __exit__(self, *_: object) -> None:
        self._auditors.__exit__()

    def search(
        self, original: Video, result: Path, seen: Seen, links: Links, pieces: Pieces, watch: Watch
    ) -> tuple[Track, ...]:
        """Search the file, all of it or what the last mending has changed.

        Returns:
            Tracks that are to be hidden too, and after which it must be searched again.
        """
        made = self._auditors.made
        if not made:
            return ()
        frames = len(seen.timeline)
        before = self.told
        changed = pieces.changed_since(self._pieces) if before is not None and self._pieces else None
        self._asking = self._asking or Asking.of(links, times_of(original, seen))
        try:
            told = searched(
                original,
                result,
                seen,
                links,
                made,
                self._asking,
                lambda index: watch.tick(SEARCHING, index, frames),
                changed,
            )
        except Cancelled:
            raise
        except Exception as error:  # the result stands, and the report says that it was not searched
            log.exception("the search of the result broke off")
            self.told, self.stopped = None, type(error).__name__
            return ()
        self._rounds, self._pieces = self._rounds + 1, pieces
        if before is not None and changed is not None:
            told = replace(before.searched, findings=renewed(before.searched.findings, told.findings, changed))
        self.told = Audited(
            self._auditors.names,
            told,
            self._rounds,
            self._mended,
            self._auditors.looks,
            self._auditors.identities,
            self._auditors.missing,
        )
        more: tuple[Track, ...] = ()
        if self._rounds <= self._recipe.audit.rounds:
            more = mended(told.findings, original, seen, self._recipe.tracking())
        self._mended += len(more)
        return more

    def data(self, times: NDArray[np.float64], tracks: Sequence[Track]) -> dict[str, Any] | str:
        """As the report tells it: what was found, or why nothing was searched. See ``Audited.data``."""
        if self.told is not None:
            return self.told.data(times, tracks)
        return f"{UNFINISHED} ({self.stopped})" if self.stopped else "not done"


def searched(
    original: Video,
    result: Path,
    seen: Seen,
    links: Links,
    auditors: Sequence[Auditor],
    asking: Asking,
    tick: Callable[[int], None],
    changed: NDArray[np.bool_] | None = None,
) -> Searched:
    """Search a result of ours. changed: bool (F,), the frames to search after a mending; none for all of them."""
    known = known_in(links.tracks)

    def asked(index: int) -> Asked:
        if not asking.deep[index]:
            return Asked()
        people = known(index) if asking.moments[index] else NOBODY
        recall = bool(asking.both[index]) and changed is None
        return Asked(True, (asking.turns[index],), people, recall, count=True)

    masked = probe(result)

    def results(waiting: Callable[[], None]) -> Results:
        if changed is None:
            return result_frames(masked, len(seen.timeline), ask=waiting)
        return chosen_frames(masked, shown_at(original, seen.timeline, masked.time_base)[:-1], changed, waiting)

    return search_pair(original, seen, results, auditors, asked, tick)


def compared(original: Video, result: Video, seen: Seen, links: Links, watch: Watch) -> dict[str, Any]:
    """Search any result of the original: those who are known from the original are looked for too. Plain data."""
    times = times_of(original, seen)
    moments = once_a_second(times)
    known, supposed = known_in(links.tracks, (SEEN, FILLED, HINTED)), known_in(links.tracks, (FOLLOWED, GUESSED))

    def asked(index: int) -> Asked:
        moment = bool(moments[index])
        return Asked(
            thorough=moment or index % _EVERY == 0,
            turns=TURNS,
            people=known(index),
            recall=moment,
            count=moment,
            check=True,
            supposed=supposed(index),
        )

    against = set_against(original, result, watch.ask)
    with Auditors(()) as auditors:
        if not auditors.names:
            raise MissingWeights("audit", "no detector is here that could search", "Run `maskanyone weights get`")
        told = search_pair(
            original,
            seen,
            lambda waiting: result_frames(result, len(times), against.lag, waiting),
            auditors.made,
            asked,
            lambda at: watch.tick(SEARCHING, at, len(times)),
            against.placement,
        )
        by, looks, missing = auditors.names, auditors.looks, auditors.missing
    return _data(told, [*by, KNOWN], times - float(original.zero), "leaks", against.unlike) | {
        "looks": looks,
        "frames_beyond": told.beyond,
        "tracks_beyond": sum("picture" in words for words in result.dropped),
        "laid_otherwise": against.placement.matrix is not None,
        "films_unlike": against.unlike,
        "frames_unlike": told.unlike,
        "frames_strange": told.strange,
        "searchers_missing": list(missing),
    }


def search_pair(
    original: Video,
    seen: Seen,
    results: Callable[[Callable[[], None]], Results],
    auditors: Sequence[Auditor],
    asked: Callable[[int], Asked],
    tick: Callable[[int], None],
    placement: Placement = AS_IT_WAS,
) -> Searched:
    """Search a result against its original, frame by frame as is asked.

    results: opens its frames; what it is handed is called while one is waited for.
    """
    at = 0

    def going(index: int) -> None:
        nonlocal at
        at = index
        tick(index)

    def waiting() -> None:
        tick(at)

    pts = seen.timeline.pts
    with closing(Again(original, pts, salvage=True, ask=waiting)) as frames, closing(results(waiting)) as shown:
        return search(frames, shown, auditors, asked, going, placement)


def _data(
    told: Searched, by: Sequence[str], times: NDArray[np.float64], left: str, unlike: bool = False
) -> dict[str, Any]:
    """What a search gave.

    times: when each frame is shown, s. left: what those who show are called. unlike: see ``Against``.
    """
    found = leaks(told.findings)
    perhaps = [leak for leak in found if not leak.sure]
    seen = len(perhaps) < len(found)
    proven = bound(told.checks, told.people, told.known)
    return {
        "by": list(by),
        "frames_searched": told.frames,
        "frames_searched_by_all": told.deep,
        "frames_missing": told.missing,
        left: [_told(leak, times) for leak in found if leak.sure],
        "perhaps": [_told(leak, times) for leak in perhaps],
        "bound": incomparable(seen) if unlike else proven.data(seen, len(perhaps)),
    }


def _told(leak: Leak, times: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "first_frame": leak.first,
        "last_frame": leak.last,
        "from_s": round(float(times[leak.first]), 3),
        "to_s": round(float(times[leak.last]), 3),
        "box": list(leak.box),
        "frames": [list(run) for run in leak.runs],
        "shows": leak.shows,
        "by": list(leak.by),
    }
