"""The search of a result, with detectors that say what they are told to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from maskanyone.data import Pixels, Span, Track
from maskanyone.pipeline.auditing import _touched
from maskanyone.proof.pairs import pairs
from maskanyone.proof.search import Auditor, Searched, search
from maskanyone.video.probe import probe
from tests.conftest import Sample

FACE = np.array([[290, 90, 350, 160]], np.float32)
NOBODY = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)


def finds(picture: Pixels) -> Any:
    return SimpleNamespace(box=FACE, score=np.ones(1, np.float32))


def searched(sample: Sample, **how: Any) -> Searched:
    """The sample as its own result, by a detector that sees somebody everywhere."""
    video = probe(sample.path)
    auditor = Auditor("one", finds, 640, 0.5)
    return search(pairs(video, video), [auditor], lambda _: NOBODY, lambda _: False, lambda _: None, **how)


def test_only_what_is_wanted_is_searched(sample: Sample) -> None:
    told = searched(sample, wanted=lambda index: 10 <= index < 30)
    assert told.frames == 20
    assert {finding.frame for finding in told.findings} <= set(range(10, 30))
    assert told.findings


def test_all_is_searched_where_nothing_else_is_said(sample: Sample) -> None:
    assert searched(sample).frames == len(sample.truth)


def test_a_mending_touches_whole_pieces() -> None:
    frames = np.arange(12, 15, dtype=np.int32)
    track = Track("0", "face", frames, np.zeros((3, 4), np.float32), np.zeros(3, np.uint8), np.zeros(3, np.float32))
    touched = _touched([track], [Span(0, 10), Span(10, 20), Span(20, 25)], 25)
    assert np.flatnonzero(touched).tolist() == list(range(10, 20))
