"""The way of a video: probe, look, link, render, join, report. A table of contents of calls, no work of its own."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from maskanyone import keys, registry, results
from maskanyone.audit import report as reports
from maskanyone.data import Pixels, Plan, Span, Store, Video
from maskanyone.detect import Detector
from maskanyone.detect.look import Producer, Seen, look, look_around
from maskanyone.errors import BadOutput, BadRecipe, Cancelled
from maskanyone.recipe import Recipe, Step
from maskanyone.render.piece import Hiding, Renderer, Task, render
from maskanyone.track import Links, link
from maskanyone.video.audio import check_sound
from maskanyone.video.encode import Output
from maskanyone.video.pieces import divided
from maskanyone.video.probe import probe
from maskanyone.video.read import Frame, check_whole, read
from maskanyone.video.write import join
from maskanyone.weights import store as weights

Progress = Callable[[str, int, int], None]
Cancel = Callable[[], bool]

LOOKING, HIDING, JOINING = "Finding faces", "Hiding", "Writing"
#: of each piece, one encoder keeps two cores busy
_CORES_A_PIECE = 2


@dataclass(frozen=True)
class Analysis:
    """What is known of a recording: facts of the file, of every frame, and who is where."""

    video: Video
    seen: Seen
    links: Links
    weights: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Result:
    """A finished result: the video, the report beside it, and what the report says. skipped: it was there already."""

    video: Path
    report_file: Path
    report: Mapping[str, Any]
    skipped: bool = False


class Watch:
    """Tells progress and asks whether to stop; calls may come from several threads."""

    def __init__(self, subject: str, progress: Progress | None = None, cancel: Cancel | None = None) -> None:
        self._subject, self._progress, self._cancel = subject, progress, cancel
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Raises ``Cancelled`` when asked to stop."""
        if self._cancel is not None and self._cancel():
            raise Cancelled(self._subject, "was stopped", "Run it again to go on with the pieces that are done")

    def tick(self, stage: str, done: int, total: int) -> None:
        """Say how far it is; raises ``Cancelled`` when asked to stop."""
        self.ask()
        if self._progress is not None:
            with self._lock:
                self._progress(stage, min(done, total), total)


def mask(
    video: Path | str,
    out_file: Path | str,
    recipe: Recipe,
    *,
    cache: Store,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    overwrite: bool = False,
    salvage: bool = False,
    anonymous: bool = False,
) -> Result:
    """Hide what the recipe says in one recording; see ``maskanyone.mask``."""
    began = time.monotonic()
    recipe.check()
    watch = Watch(Path(video).name, progress, cancel)
    source = probe(video, watch.ask)
    if recipe.keeps_sound():
        check_sound(source)
    target = results.Target(Path(out_file), source, recipe)
    if (there := target.existing(overwrite)) is not None:
        return Result(target.video, target.report, there, skipped=True)
    analysis = _analysed(source, recipe, cache, watch, salvage)
    task, settings = _task(analysis, recipe, salvage)
    pieces = _Pieces(task, settings, cache, watch)
    pieces.render()
    with target.writing() as unfinished:
        timeline = task.timeline
        join(
            source,
            timeline,
            pieces.stored(),
            unfinished,
            sound=recipe.keeps_sound(),
            tick=lambda: watch.tick(JOINING, 1, 1),
        )
        facts = _facts(analysis, recipe, pieces.faults, salvage, time.monotonic() - began)
        report = reports.describe(facts, unfinished, anonymous=anonymous)
        target.finish(unfinished, report)
    pieces.forget_faulty()
    return Result(target.video, target.report, report)


def analyse(
    video: Path | str,
    recipe: Recipe,
    *,
    cache: Store,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    salvage: bool = False,
) -> Analysis:
    """Find and follow everybody; hides nothing. See ``maskanyone.analyse``."""
    watch = Watch(Path(video).name, progress, cancel)
    return _analysed(probe(video, watch.ask), recipe, cache, watch, salvage)


def preview(video: Path | str, seconds: float, recipe: Recipe, *, around: float = 1.0) -> tuple[Pixels, Pixels]:
    """One frame before and after, from a look at the time around it alone. See ``maskanyone.preview``."""
    source = probe(video)
    moment = _Moment(source, seconds, around)
    with _Producers(recipe) as producers:
        seen = look_around(source, producers.made, moment.frames())
    if moment.frame is None:
        raise BadRecipe(source.name, f"has no frame at {seconds:g} s", "Choose a time within the recording")
    plan = _plan(source, seen, _linked(source, seen, recipe), recipe)
    _, picture = moment.frame.opened()
    before = picture.rgb()
    renderer = Renderer(source, seen.timeline, plan, _hiding(recipe))
    try:
        renderer.hide(picture, moment.frame.index)
    finally:
        renderer.close()
    return before, picture.rgb()


class _Moment:
    """The frames around a time, passed on one by one; only the nearest is kept."""

    def __init__(self, video: Video, seconds: float, around: float) -> None:
        self._video, self._around = video, around
        self._wanted = (seconds + float(video.zero)) / float(video.time_base)
        self.frame: Frame | None = None

    def frames(self) -> Iterator[Frame]:
        reach = self._around / float(self._video.time_base)
        first = int(self._wanted - reach) - 1
        after = first if self._video.keys and first > self._video.keys[0] else None
        for frame in read(self._video, 0, after, salvage=True):
            if frame.pts > self._wanted + reach:
                return
            if self.frame is None or abs(frame.pts - self._wanted) < abs(self.frame.pts - self._wanted):
                self.frame = frame
            yield frame


def _analysed(source: Video, recipe: Recipe, cache: Store, watch: Watch, salvage: bool) -> Analysis:
    def key(kind: str, span: Span, identity: Mapping[str, Any]) -> str:
        return keys.key(
            kind,
            source=source.sha256,
            span=keys.span_of(span),
            salvage=salvage,
            by=dict(identity),
            libraries=dict(keys.libraries("av", "numpy", "opencv-python")),
        )

    with _Producers(recipe) as producers:
        seen = look(
            source,
            producers.made,
            cache,
            key,
            salvage=salvage,
            tick=lambda index: watch.tick(LOOKING, index, source.packets),
        )
        return Analysis(source, seen, _linked(source, seen, recipe), producers.identities)


def _linked(source: Video, seen: Seen, recipe: Recipe) -> Links:
    times = seen.timeline.pts.astype(np.float64) * float(source.time_base)
    return link(seen.detections, seen.looks, seen.change, times, source.upright, recipe.tracking())


def _plan(source: Video, seen: Seen, links: Links, recipe: Recipe) -> Plan:
    seed = recipe.seed if recipe.seed is not None else int(source.sha256[:12], 16)
    return Plan(links.tracks, (*links.blind, *seen.timeline.lost), seed)


def _hiding(recipe: Recipe) -> tuple[Hiding, ...]:
    return tuple(Hiding(step.target, registry.implementation(step.method)(step.checked())) for step in recipe.hiding())


def _task(analysis: Analysis, recipe: Recipe, salvage: bool) -> tuple[Task, dict[str, Any]]:
    """What to render, and as plain data what of it decides every piece's pictures."""
    source, timeline = analysis.video, analysis.seen.timeline
    plan = _plan(source, analysis.seen, analysis.links, recipe)
    output = Output(recipe.output.crf, recipe.output.speed)
    task = Task(source, timeline, plan, _hiding(recipe), output, divided(source, timeline), salvage)
    plain = recipe.data()
    settings = {
        "source": source.sha256,
        "salvage": salvage,
        "output": plain["output"],
        "seed": str(plan.seed),
        "hide": [step for people in plain["people"] for step in people["hide"]],
        "libraries": dict(keys.libraries("av", "numpy", "opencv-python")),
    }
    return task, settings


def _facts(analysis: Analysis, recipe: Recipe, faults: Sequence[str], salvage: bool, seconds: float) -> reports.Facts:
    steps = (*recipe.hiding(), *recipe.sound)
    methods = [
        {"method": info.id, "title": info.title, "level": info.level, "protects": info.protects, "shows": info.shows}
        for info in (registry.info(step.method) for step in steps)
    ]
    return reports.Facts(
        analysis.video,
        analysis.seen.timeline,
        analysis.seen.looks,
        analysis.links.tracks,
        analysis.links.cuts,
        analysis.links.blind,
        faults,
        recipe.data(),
        methods,
        recipe.keeps_sound(),
        analysis.weights,
        results.key(analysis.video, recipe),
        seconds,
    )


class _Pieces:
    """Renders what is not there yet, several runs of pieces at once where cores allow, and hands out all in order."""

    def __init__(self, task: Task, settings: Mapping[str, Any], cache: Store, watch: Watch) -> None:
        self._task, self._cache, self._watch = task, cache, watch
        self._keys = {
            span: keys.key(
                "piece", span=keys.span_of(span), inside=keys.inside(task.plan, task.timeline, span), **settings
            )
            for span in task.spans
        }
        self._faulty: dict[Span, bytes] = {}
        self._faults: dict[Span, tuple[str, ...]] = {}
        self._done = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """What went wrong with methods, in order of frames."""
        return tuple(fault for span in sorted(self._faults, key=lambda s: s.start) for fault in self._faults[span])

    def render(self) -> None:
        """Render all pieces that the cache does not hold."""
        missing = [span for span in self._task.spans if self._cache.get(self._keys[span]) is None]
        self._done = len(self._task.timeline) - sum(map(len, missing))
        runs = _runs(missing, self._at_once())
        with ThreadPoolExecutor(max(1, len(runs)), "render") as executor:
            for future in [executor.submit(self._run, run) for run in runs]:
                future.result()

    def stored(self) -> Iterator[bytes]:
        """All pieces, in order; one that the cache dropped meanwhile is rendered again."""
        for span in self._task.spans:
            data = self._faulty.get(span) or self._cache.get(self._keys[span])
            if data is None:
                self._run([span])
                data = self._faulty.get(span) or self._cache.get(self._keys[span])
            if data is None:
                raise BadOutput(
                    "cache", "keeps nothing", "Free some space on its disk; `maskanyone doctor` says where it is"
                )
            yield data

    def forget_faulty(self) -> None:
        """Pieces in which a method failed are not used again: next time it may work."""
        self._faulty.clear()

    def _run(self, spans: Sequence[Span]) -> None:
        for piece in render(replace(self._task, spans=tuple(spans)), self._tick, self._watch.ask):
            if piece.faults:
                self._faulty[piece.span], self._faults[piece.span] = piece.data, piece.faults
            else:
                self._cache.put(self._keys[piece.span], piece.data)

    def _tick(self, index: int) -> None:
        self._done += 1
        self._watch.tick(HIDING, self._done, len(self._task.timeline))

    def _at_once(self) -> int:
        return max(1, (os.cpu_count() or 1) // _CORES_A_PIECE) if self._task.video.seekable else 1


def _runs(spans: Sequence[Span], most: int) -> list[list[Span]]:
    """Split spans into at most ``most`` runs of neighbours, about equally long."""
    share = -(-len(spans) // most) if spans else 1
    return [list(spans[i : i + share]) for i in range(0, len(spans), share)]


class _Producers:
    """The recipe's detectors, loaded; use within ``with``."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self.made: list[Producer] = []
        self.identities: tuple[Mapping[str, Any], ...] = ()

    def __enter__(self) -> _Producers:
        needed = [name for step in self._recipe.detect for name in registry.info(step.method).weights]
        self.identities = tuple(weights.identity(name) for name in dict.fromkeys(needed))
        for step in self._recipe.detect:
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
        return Producer(
            name if all(p.name != name for p in self.made) else f"{name}#{len(self.made)}", detector, identity
        )
