"""A second opinion on hints: which are asked about, and what was said of the same ones before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone import keys
from maskanyone.arrays import packed, unpacked
from maskanyone.data import Store, Video
from maskanyone.detect.closely import VERSION as CLOSE
from maskanyone.detect.look import TIMEOUT, Producer, Seen
from maskanyone.detect.look import VERSION as LOOK
from maskanyone.pipeline.second_look import SecondLook
from maskanyone.pipeline.watch import Watch
from maskanyone.track import FIRST, Doubt, Opinion, TrackParams, vouched
from maskanyone.video.tonemap import VERSION as TONEMAP

#: places asked about at most, for each frame of the film, and in a short one
_MOST, _MOST_SHORT = 1.0, 200


class Closely:
    """Asks about hints, or takes from the cache what was said of the same ones.

    faults: what went wrong, in words. told: how many stretches of hints there were, how many were asked about, at how
    many places in all, and how many were agreed with.
    """

    def __init__(
        self,
        source: Video,
        seen: Seen,
        params: TrackParams,
        producers: Sequence[Producer],
        cache: Store,
        watch: Watch,
        salvage: bool,
        timeout: float = TIMEOUT,
    ) -> None:
        """producers: at least one. timeout: seconds that one place may take before its detector counts as hung."""
        self._source, self._seen, self._agree = source, seen, params.agree
        self._producers, self._cache, self._salvage = producers, cache, salvage
        self._second = SecondLook(source, seen, params.agree, producers, watch, salvage, timeout)
        self.told: dict[str, int] = {"hints": 0, "asked_about": 0, "places": 0, "agreed": 0}

    @property
    def faults(self) -> tuple[str, ...]:
        """A sentence, where anything went wrong."""
        told = []
        if self._second.kinds:
            kinds = ", ".join(self._second.kinds)
            told.append(f"hints of faces could not all be looked at closely, and the rest of them is hidden: {kinds}")
        if left := self.told["hints"] - self.told["asked_about"]:
            told.append(f"there were too many hints of faces: the {left:,} faintest were not looked at closely")
        return tuple(told)

    def __call__(self, doubts: Sequence[Doubt]) -> list[Opinion | None]:
        """What is said of each of them; none of the faintest, where there are too many."""
        worth = self._worth(doubts)
        asked = [doubts[place] for place in worth]
        said = self._said(asked) if asked else []
        agreed = sum(vouched(each, doubt.sights, self._agree) for each, doubt in zip(said, asked, strict=True))
        places = sum(len(each.scores) for each in said)
        self.told = {"hints": len(doubts), "asked_about": len(asked), "places": places, "agreed": agreed}
        opinions: list[Opinion | None] = [None] * len(doubts)
        for place, opinion in zip(worth, said, strict=True):
            opinions[place] = opinion
        return opinions

    def _worth(self, doubts: Sequence[Doubt]) -> list[int]:
        """The places of as many as there is time for, the clearest."""
        most = max(_MOST * len(self._seen.timeline), _MOST_SHORT)
        clearest = sorted(range(len(doubts)), key=lambda place: -doubts[place].best)
        places = np.cumsum([len(doubts[place].wanted) for place in clearest])
        return sorted(clearest[: int(np.searchsorted(places, most, side="right"))])

    def _said(self, doubts: Sequence[Doubt]) -> list[Opinion]:
        key = self._key(doubts)
        if (known := unpacked(self._cache.get(key))) is not None:
            return _read(known)
        said = self._second.of(doubts)
        if not self._second.kinds:
            self._cache.put(key, _kept([each.scores for each in said]))
        return said

    def _key(self, doubts: Sequence[Doubt]) -> str:
        """Everything that the answers depend on, and how many of them there are."""
        digest = sha256()
        for doubt in doubts:
            rows = list(doubt.wanted)
            digest.update(doubt.hint.frame[rows].tobytes() + doubt.hint.box[rows].tobytes() + b";")
        return keys.key(
            "closely",
            look=[LOOK, CLOSE, TONEMAP],
            first=[FIRST, self._agree],
            source=self._source.sha256,
            salvage=self._salvage,
            places=digest.hexdigest(),
            by=[dict(producer.identity) for producer in self._producers],
            libraries=dict(keys.libraries("av", "numpy", "opencv-python")),
        )


def _kept(said: Sequence[Sequence[float]]) -> bytes:
    """Scores, and how many of them belong to each stretch."""
    scores = np.array([score for each in said for score in each], np.float64)
    return packed({"scores": scores, "count": np.array([len(each) for each in said], np.int64)})


def _read(known: Mapping[str, NDArray[Any]]) -> list[Opinion]:
    """The inverse of ``_kept``, unpacked."""
    parts = np.split(known["scores"], np.cumsum(known["count"])[:-1])
    return [Opinion(tuple(part.tolist())) for part in parts]
