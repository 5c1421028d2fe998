"""Who searches a finished file: detectors of families that took no part in making it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from maskanyone import registry
from maskanyone.data import Pixels
from maskanyone.detect import Detector, Found
from maskanyone.detect.views import halved, softened, turned
from maskanyone.proof.search import NEARLY, Auditor, Look
from maskanyone.recipe import Recipe
from maskanyone.weights import store as weights

#: degrees by which pictures are turned for heads that hang or lie
TURNS = (90, 180, 270)


@dataclass(frozen=True)
class _Searcher:
    """How one detector may search. turned: px of the pictures that are turned, and of those that are softened.

    least: scores below say nothing; askew: the same of these pictures, in which more looks like a face.
    sizes: longer sides of the pictures it is shown, px, its quickest first. halves: of these, the one shown in halves.
    """

    method: str
    least: float
    askew: float
    sizes: tuple[int, ...]
    turned: int
    halves: int = 0


#: who may search, the best for its time first; chosen by measurement (docs/benchmarks.md)
SEARCHERS = (
    _Searcher("detect.ultraface", 0.8, 0.9, (384, 960), 384),
    _Searcher("detect.blazeface", 0.7, 0.8, (384, 640), 384, halves=640),
    _Searcher("detect.mtcnn", 0.8, 0.95, (320, 480), 320),
)
#: px of the blur that softens a picture for faces behind lines and meshes
_SOFT = 4
#: how many of those who took no part search; those left over only say whether they take for a face what is found
FAMILIES = 2


def searching(recipe: Recipe) -> tuple[str, ...]:
    """Ids and versions of those who search a result of a recipe here; none where nobody can, or nobody is to."""
    return tuple(sorted(f"{made.id} {made.version}" for _, made in _here(_others(_makers(recipe)))))


def _makers(recipe: Recipe) -> list[str] | None:
    """Methods that take part; none where nobody is to search."""
    return [step.method for step in recipe.detect] if recipe.audit.on else None


def _others(makers: Sequence[str] | None) -> list[tuple[_Searcher, type[Detector]]]:
    """Those of other families than the makers'."""
    families = {registry.implementation(method).family for method in makers or ()}
    known = () if makers is None else ((each, registry.implementation(each.method)) for each in SEARCHERS)
    return [(each, made) for each, made in known if made.family not in families]


def _here(some: Sequence[tuple[_Searcher, type[Detector]]]) -> list[tuple[_Searcher, type[Detector]]]:
    """Those whose weights are here."""
    return [(each, made) for each, made in some if all(map(weights.have, made.weights))]


class Auditors:
    """Detectors of families that took no part, as far as their weights are here; use within ``with``."""

    def __init__(self, makers: Sequence[str] | None) -> None:
        """makers: methods that took part; none where nobody is to search."""
        others = _others(makers)
        self._wanted = _here(others)
        #: those who could search too, were their weights here
        self.missing = tuple(made.title for each, made in others if (each, made) not in self._wanted)
        self._loaded: list[Detector] = []
        self.made: list[Auditor] = []

    @staticmethod
    def of(recipe: Recipe) -> Auditors:
        """Those who search a result of a recipe."""
        return Auditors(_makers(recipe))

    @property
    def identities(self) -> tuple[Mapping[str, Any], ...]:
        """What exactly they compute with."""
        return tuple(weights.identity(name) for _, made in self._wanted for name in made.weights)

    @property
    def names(self) -> tuple[str, ...]:
        """Those who search."""
        return tuple(auditor.name for auditor in self.made if auditor.looks)

    @property
    def looks(self) -> dict[str, dict[str, list[int]]]:
        """For each who searches thoroughly, the sizes of its pictures, px, and by how much they are turned, degrees."""
        return {
            auditor.name: {
                "px": sorted({look.longer for look in auditor.looks}),
                "turned": sorted({look.turn for look in auditor.looks}),
            }
            for auditor in self.made
            if auditor.looks
        }

    def __enter__(self) -> Auditors:
        try:
            for number, (each, made) in enumerate(self._wanted):
                self.made.append(self._auditor(each, made, searches=number < FAMILIES))
        except BaseException:
            self.__exit__()
            self.made = []
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for detector in self._loaded:
            detector.close()

    def _auditor(self, each: _Searcher, made: type[Detector], *, searches: bool) -> Auditor:
        ready = {name: weights.ready(name) for name in made.weights}
        by_size: dict[int, Detector] = {}
        for size in {*each.sizes, each.turned} if searches else {each.turned}:
            params: Any = made.Params(size=size, threshold=NEARLY * each.least)
            detector: Detector = made(params, ready)
            detector.load()
            self._loaded.append(detector)
            by_size[size] = detector

        def seen(size: int, turn: int, picture: Pixels) -> Found:
            detect = by_size[size].detect
            return halved(detect, picture) if size == each.halves else turned(detect, picture, turn)

        def soft(picture: Pixels) -> Found:
            return seen(each.turned, 0, softened(picture, _SOFT))

        looks = [Look(size, 0, each.least, partial(seen, size, 0)) for size in each.sizes]
        looks += [Look(each.turned, turn, each.askew, partial(seen, each.turned, turn)) for turn in TURNS]
        looks.append(Look(each.turned, 0, each.askew, soft))
        return Auditor(
            made.title,
            tuple(looks) if searches else (),
            lambda picture, turn: seen(each.turned, turn, picture),
            each.least,
        )
