"""The same input and recipe give the same pictures before encoding, and the same file, wherever and however often."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import maskanyone
from maskanyone import pipeline
from maskanyone.data import Span
from maskanyone.detect import look
from maskanyone.pipeline import piecework
from maskanyone.video.encode import PieceEncoder
from tests.promises.runs import BLIND, QUICK, Memory, environment

#: blur and feather lay new pixels over old ones, so that every sample of a region counts
RECIPE = ("face=blur:feather=0.1", "head=pixelate")
#: encodes forty pictures that do not fit the encoder's blocks, and says the digest of the piece
PIECE = """
import hashlib
from fractions import Fraction
from types import SimpleNamespace
import cv2
import numpy as np
from av.video.frame import VideoFrame
from maskanyone import sample
from maskanyone.data import Colours
from maskanyone.video.encode import Output, PieceEncoder
film = SimpleNamespace(time_base=Fraction(1, 25), frame_rate=Fraction(25), pixel_aspect=Fraction(1))
for constant in (True, False):
    encoder = PieceEncoder(film, (330, 186), Colours(), Output(), constant)
    for number, shot in enumerate(sample.frames(1.6)):
        picture = VideoFrame.from_ndarray(cv2.resize(shot, (330, 186)), "rgb24").reformat(format="yuv420p")
        encoder.add(picture, number)
    print(hashlib.sha256(encoder.finish()).hexdigest())
"""


@dataclass(frozen=True)
class Made:
    """One run. shown: digest of each picture before encoding, by its time. file: of the result. data: facts, pieces."""

    shown: dict[int, str]
    file: str
    data: dict[str, bytes]
    report: Mapping[str, Any]


@pytest.fixture(scope="module")
def run(weights: Path, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Masks the film, or another clip, with a cache that holds ``values`` at first."""

    def masked(
        values: dict[str, bytes] | None = None,
        settings: Sequence[str] = (QUICK[1], "audit.on=false"),
        clip: Path = film,
    ) -> Made:
        recipe = maskanyone.Recipe.preset("faces").with_steps(RECIPE).with_values(settings)
        cache, result = Memory(values), tmp_path_factory.mktemp("run") / "film.mp4"
        with pytest.MonkeyPatch.context() as patch:
            shown = spied(patch)
            told = maskanyone.mask(clip, result, recipe, cache=cache)
        return Made(shown, hashlib.sha256(result.read_bytes()).hexdigest(), cache.values, told.report)

    return masked


@pytest.fixture(scope="module")
def first(run: Callable[..., Made]) -> Made:
    return run()


@pytest.mark.slow
def test_two_runs_give_the_same_pictures_the_same_facts_and_the_same_file(run: Callable[..., Made], first: Made):
    again = run()
    assert len(first.shown) == 600
    assert again.shown == first.shown
    assert again.file == first.file
    assert again.data == first.data


@pytest.mark.slow
def test_what_the_search_mends_is_mended_alike(run: Callable[..., Made], brief: Path):
    one, other = (run(None, BLIND, brief) for _ in range(2))
    assert one.report["audit"]["hidden_afterwards"] > 0
    assert (other.shown, other.file, other.data) == (one.shown, one.file, one.data)


@pytest.mark.slow
def test_one_piece_or_many_give_the_same_pictures(
    run: Callable[..., Made], first: Made, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pipeline, "divided", lambda video, timeline: (Span(0, len(timeline)),))
    assert run(facts(first)).shown == first.shown


@pytest.mark.slow
def test_as_many_pieces_at_once_as_there_are_give_the_same_file(
    run: Callable[..., Made], first: Made, monkeypatch: pytest.MonkeyPatch
):
    at_once: list[int] = []
    runs = piecework._runs

    def noted(spans: Any, most: int) -> Any:
        at_once.append(len(runs(spans, most)))
        return runs(spans, most)

    monkeypatch.setattr(piecework, "_runs", noted)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    many = run(facts(first))
    assert at_once == [17]
    assert many.shown == first.shown
    assert many.file == first.file


@pytest.mark.slow
@pytest.mark.parametrize("frames", [37, 1000])
def test_spans_of_any_length_are_looked_at_alike(
    run: Callable[..., Made], first: Made, frames: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(look, "SPAN", frames)
    pieces = {key: value for key, value in first.data.items() if key not in facts(first)}
    again = run(pieces)
    assert not again.shown, "a piece was rendered again, so its regions are not the same"
    assert again.file == first.file


@pytest.mark.slow
def test_the_encoder_reads_no_memory_that_nobody_has_written():
    """The C library fills memory with the byte that this variable names before it is used."""
    assert len({encoded("1"), encoded("85"), encoded("255")}) == 1


def encoded(fill: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PIECE], env=environment(Path(os.devnull), MALLOC_PERTURB_=fill),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(done.stdout.split()) == 2
    return done.stdout


def facts(made: Made) -> dict[str, bytes]:
    """What was found, without the finished pieces (MP4 files)."""
    return {key: value for key, value in made.data.items() if value[4:8] != b"ftyp"}


def spied(patch: pytest.MonkeyPatch) -> dict[int, str]:
    """Note every picture as it is handed to an encoder."""
    shown: dict[int, str] = {}
    add = PieceEncoder.add

    def added(self: PieceEncoder, frame: Any, pts: int) -> None:
        shown[pts] = hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest()
        add(self, frame, pts)

    patch.setattr(PieceEncoder, "add", added)
    return shown
