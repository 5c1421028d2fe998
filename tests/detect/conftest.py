"""Each detector, loaded once; skipped where its weights cannot be had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from maskanyone.detect import Detector, detectors
from maskanyone.errors import MissingWeights
from maskanyone.weights import store

FACES = [made for made in detectors() if made.kind == "face"]


@pytest.fixture(scope="module", params=FACES, ids=lambda made: made.id)
def detector(request: pytest.FixtureRequest, own_folders: None) -> Iterator[Detector]:
    """A detector of faces as it is where nobody chooses."""
    made = loaded(request.param)
    yield made
    made.close()


def loaded(method: type[Detector], **params: float) -> Detector:
    """A detector of a kind, ready."""
    try:
        for name in method.weights:
            if not store.have(name):
                store.get(name)
    except MissingWeights as error:
        pytest.skip(str(error))
    made = method(method.Params.model_validate(params), {name: store.ready(name) for name in method.weights})
    made.load()
    return made
