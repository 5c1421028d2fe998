"""All pieces of a result: those that the cache holds are used, the others rendered, as many at once as cores allow."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone import keys
from maskanyone.data import Span, Store
from maskanyone.errors import BadOutput, Cancelled
from maskanyone.pipeline.watch import Watch
from maskanyone.render.piece import Task, render
from maskanyone.video.read import check_same

HIDING = "Hiding"
#: of each piece, one encoder keeps two cores busy
_CORES_A_PIECE = 2


class Pieces:
    """Renders what is not there yet, several runs of pieces at once where cores allow, and hands out all in order."""

    def __init__(
        self, task: Task, settings: Mapping[str, Any], cache: Store, watch: Watch, stage: str = HIDING
    ) -> None:
        self._task, self._cache, self._watch, self._stage = task, cache, watch, stage
        self._keys = {
            span: keys.key(
                "piece", span=keys.span_of(span), inside=keys.inside(task.plan, task.timeline, span), **settings
            )
            for span in task.spans
        }
        self._faults: dict[Span, tuple[str, ...]] = {}
        self._done = 0
        self._lock = threading.Lock()
        self._broken = threading.Event()

    @property
    def faults(self) -> tuple[str, ...]:
        """What went wrong with methods, in order of frames."""
        return tuple(fault for span in sorted(self._faults, key=lambda s: s.start) for fault in self._faults[span])

    def changed_since(self, before: Pieces) -> NDArray[np.bool_]:
        """bool (F,): frames of pieces that are others now. One in which a method failed is another each time."""
        changed = [span for span, key in self._keys.items() if before._keys.get(span) != key]
        return Span.flags(changed, len(self._task.timeline))

    def render(self) -> None:
        """Render all pieces that the cache does not hold."""
        missing = [span for span in self._task.spans if self._cache.get(self._keys[span]) is None]
        self._done = len(self._task.timeline) - sum(map(len, missing))
        runs = _runs(missing, self._at_once())
        with ThreadPoolExecutor(max(1, len(runs)), "render") as executor:
            futures = [executor.submit(self._run, run) for run in runs]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            self._broken.set()  # where one fails the others need not go on
            for future in (*done, *futures):
                future.result()
        self._broken.clear()

    def stored(self) -> Iterator[bytes]:
        """All pieces, in order; one that the cache dropped meanwhile is rendered again."""
        for span in self._task.spans:
            data = self._cache.get(self._keys[span])
            if data is None:
                self._run([span])
                data = self._cache.get(self._keys[span])
            if data is None:
                raise BadOutput(
                    "cache", "keeps nothing", "Free some space on its disk; `maskanyone doctor` says where it is"
                )
            yield data

    def _run(self, spans: Sequence[Span]) -> None:
        for piece in render(replace(self._task, spans=tuple(spans)), self._tick, self._watch.ask):
            if piece.faults:  # a key that nobody asks for again: next time the method may work
                self._keys[piece.span] += f"-{secrets.token_hex(8)}"
                self._faults[piece.span] = piece.faults
            check_same(self._task.video)
            self._cache.put(self._keys[piece.span], piece.data)

    def _tick(self, index: int) -> None:
        if self._broken.is_set():
            raise Cancelled(self._task.video.name, "was stopped", "Another piece of it failed")
        with self._lock:
            self._done += 1
            done = self._done
        self._watch.tick(self._stage, done, len(self._task.timeline))

    def _at_once(self) -> int:
        return max(1, (os.cpu_count() or 1) // _CORES_A_PIECE) if self._task.video.seekable else 1


def _runs(spans: Sequence[Span], most: int) -> list[list[Span]]:
    """Split spans into at most ``most`` runs of neighbours, about equally long."""
    share = -(-len(spans) // most) if spans else 1
    return [list(spans[i : i + share]) for i in range(0, len(spans), share)]
