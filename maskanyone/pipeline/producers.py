"""The detectors that a recipe names, loaded with their weights, each with an identity for the keys of facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maskanyone import registry
from maskanyone.detect import Detector
from maskanyone.detect.look import Producer
from maskanyone.recipe import Recipe, Step
from maskanyone.weights import store as weights


class Producers:
    """The recipe's detectors, loaded; use within ``with``.

    made: those that look at whole pictures, or else those that look closely.
    """

    def __init__(self, recipe: Recipe, *, closely: bool = False) -> None:
        self._steps = tuple(step for step in runnable(recipe).detect if step.closely == closely)
        self.made: list[Producer] = []
        self.identities: tuple[Mapping[str, Any], ...] = ()

    def __enter__(self) -> Producers:
        needed = [name for step in self._steps for name in _weights(step)]
        self.identities = tuple(weights.identity(name) for name in dict.fromkeys(needed))
        for step in self._steps:
            self.made.append(self._producer(step))
        return self

    def __exit__(self, *_: object) -> None:
        for producer in self.made:
            producer.detector.close()

    def _producer(self, step: Step) -> Producer:
        made = registry.implementation(step.method)
        params: Any = step.checked()
        detector: Detector = made(params, {name: weights.ready(name) for name in made.weights})
        identity = {
            "method": step.method,
            "version": step.version,
            "params": params.model_dump(mode="json"),
            "weights": [dict(weights.identity(name)) for name in made.weights],
            "with": dict(made.computed_with()),
        }
        name = f"{made.family}@{params.size}"
        name += f" turned {params.turn}" if params.turn else ""
        name += f" steadied {params.steady}" if params.steady > 1 else ""
        name += f" softened {params.soften}" if params.soften else ""
        return Producer(
            name if all(p.name != name for p in self.made) else f"{name}#{len(self.made)}", detector, identity
        )


def runnable(recipe: Recipe) -> Recipe:
    """The recipe without the detectors that it can do without and whose weights are not here."""
    here = tuple(step for step in recipe.detect if step.needed or all(map(weights.have, _weights(step))))
    return recipe if len(here) == len(recipe.detect) else recipe.model_copy(update={"detect": here})


def left_out(recipe: Recipe) -> tuple[str, ...]:
    """The titles of the detectors that ``runnable`` leaves out."""
    here = runnable(recipe).detect
    return tuple(dict.fromkeys(registry.info(step.method).title for step in recipe.detect if step not in here))


def _weights(step: Step) -> tuple[str, ...]:
    return registry.info(step.method).weights
