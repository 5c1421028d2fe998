"""The way of a video: probe, look, link, correct, render, join, report. A table of contents, no work of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from maskanyone import keys, registry, results
from maskanyone.data import Pixels, Span, Store, Video
from maskanyone.detect.look import VERSION as LOOK
from maskanyone.detect.look import Seen, look
from maskanyone.edit import Edits
from maskanyone.pipeline.auditing import Audit, compared
from maskanyone.pipeline.auditors import searching
from maskanyone.pipeline.closely import Closely
from maskanyone.pipeline.correcting import Corrections
from maskanyone.pipeline.following import Following
from maskanyone.pipeline.glimpse import Glimpse, looked
from maskanyone.pipeline.piecework import Pieces
from maskanyone.pipeline.planning import hiding, linked, planned, times_of
from maskanyone.pipeline.producers import Producers, left_out, runnable
from maskanyone.pipeline.watch import Cancel, Progress, Watch
from maskanyone.proof import report as reports
from maskanyone.proof.facts import Facts
from maskanyone.recipe import Recipe
from maskanyone.render.piece import VERSION as RENDER
from maskanyone.render.piece import Task
from maskanyone.runtime import settle
from maskanyone.track import Links
from maskanyone.video.audio import check_sound
from maskanyone.video.encode import Output
from maskanyone.video.pieces import divided
from maskanyone.video.probe import probe
from maskanyone.video.read import check_same, check_whole
from maskanyone.video.tonemap import VERSION as TONEMAP
from maskanyone.video.write import join

LOOKING, JOINING = "Finding faces", "Writing"

__all__ = ["Analysis", "Cancel", "Glimpse", "Progress", "Result", "analyse", "looked", "mask", "prepared", "preview"]


@dataclass(frozen=True)
class Analysis:
    """What is known of a recording: facts of the file, of every frame, and who is where.

    faults: of what goes on once all was looked at: looking closely, following. second_look: what came of hints, see
    ``Closely``; empty where nobody is here to be asked.
    """

    video: Video
    seen: Seen
    links: Links
    weights: tuple[Mapping[str, Any], ...]
    faults: tuple[str, ...] = ()
    second_look: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """A finished result: the video, the report beside it, and what the report says. skipped: it was there already."""

    video: Path
    report_file: Path
    report: Mapping[str, Any]
    skipped: bool = False

    @property
    def page_file(self) -> Path:
        """The report as a page; a result of an early version has none."""
        return results.page_of(self.report_file)


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
    name: str | None = None,
    edits: Edits | None = None,
) -> Result:
    """Hide what the recipe says in one recording; see ``maskanyone.mask``."""
    began = time.monotonic()
    settle()
    recipe.check()
    without = left_out(recipe)
    watch = Watch(Path(video).name, progress, cancel)
    edits = edits or Edits()
    recipe, target, source, there = prepared(
        video, out_file, recipe, edits, overwrite=overwrite, salvage=salvage, anonymous=anonymous, ask=watch.ask
    )
    source = replace(source, name=name or source.name)
    if there is not None:
        return Result(target.video, target.report, there, skipped=True)
    analysis = _analysed(source, recipe, cache, watch, salvage)
    corrections = Corrections(source, analysis.seen, analysis.links, edits, searched=recipe.audit.on)
    if not searching(recipe):
        corrections.check("nobody is here who could search the result for it")
    analysis = replace(analysis, links=corrections.links)
    pieces = _rendered(analysis, recipe, cache, watch, salvage)
    with target.writing() as unfinished, Audit(recipe) as audit:
        while True:
            join(
                source,
                analysis.seen.timeline,
                pieces.stored(),
                unfinished,
                sound=recipe.keeps_sound(),
                tick=lambda: watch.tick(JOINING, 1, 1),
            )
            more = audit.search(source, unfinished, analysis.seen, analysis.links, pieces, watch)
            changed = corrections.take(more)
            analysis = replace(analysis, links=corrections.links)
            if not changed:
                break
            pieces = _rendered(analysis, recipe, cache, watch, salvage)
        corrections.check(audit.stopped and f"the search of the result broke off ({audit.stopped})")
        facts = _facts(
            analysis,
            recipe,
            audit,
            key=target.key,
            faults=pieces.faults,
            broken=analysis.faults,
            seconds=time.monotonic() - began,
            salvage=salvage,
            corrections=corrections.done,
            left_out=without,
        )
        report = reports.describe(facts, unfinished, anonymous=anonymous)
        check_same(source)
        target.finish(unfinished, report)
    return Result(target.video, target.report, report)


def prepared(
    video: Path | str,
    out_file: Path | str,
    recipe: Recipe,
    edits: Edits | None = None,
    *,
    overwrite: bool = False,
    salvage: bool = False,
    anonymous: bool = False,
    ask: Callable[[], None] = lambda: None,
) -> tuple[Recipe, results.Target, Video, Mapping[str, Any] | None]:
    """All that is checked before any work.

    Returns:
        The recipe as it can be run here, where the result goes, the source's facts, and the report if it is there.

    Raises:
        Refused: the recording, the recipe, the edits or the place of the result cannot be taken.
    """
    recipe, source, edits = runnable(recipe), probe(video, ask), edits or Edits()
    edits.check(source.sha256)
    check_whole(source, salvage=salvage)
    if recipe.keeps_sound():
        check_sound(source)
    target = results.Target(Path(out_file), source, recipe, edits, searching(recipe))
    return recipe, target, source, target.existing(overwrite=overwrite, anonymous=anonymous)


def analyse(
    video: Path | str,
    recipe: Recipe,
    *,
    cache: Store,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    salvage: bool = False,
    edits: Edits | None = None,
) -> Analysis:
    """Find and follow everybody; hides nothing. See ``maskanyone.analyse``."""
    settle()
    watch = Watch(Path(video).name, progress, cancel)
    found = _analysed(probe(video, watch.ask), recipe, cache, watch, salvage)
    return replace(found, links=Corrections(found.video, found.seen, found.links, edits or Edits()).links)


def audit(
    original: Path | str,
    result: Path | str,
    *,
    cache: Store,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> dict[str, Any]:
    """Search a masked file, whoever made it, for people who show. See ``maskanyone.audit``."""
    settle()
    watch = Watch(Path(result).name, progress, cancel)
    source, masked = probe(original, watch.ask), probe(result, watch.ask)
    recipe = Recipe.built_in()
    analysis = _analysed(source, recipe, cache, watch, True)
    found = compared(source, masked, analysis.seen, analysis.links, watch)
    return found | {"faults": [*analysis.seen.looks.notes, *analysis.faults], "left_out": list(left_out(recipe))}


def preview(video: Path | str, seconds: float, recipe: Recipe, *, around: float = 1.0) -> tuple[Pixels, Pixels]:
    """One frame before and after, from a look at the time around it alone. See ``maskanyone.preview``."""
    with Producers(recipe) as producers:
        moment = looked(probe(video), seconds, producers, around=around)
    return moment.before(), moment.after(recipe)


def _analysed(source: Video, recipe: Recipe, cache: Store, watch: Watch, salvage: bool) -> Analysis:
    def key(kind: str, span: Span, identity: Mapping[str, Any]) -> str:
        return keys.key(
            kind,
            look=[LOOK, TONEMAP],
            source=source.sha256,
            span=keys.span_of(span),
            salvage=salvage,
            by=dict(identity),
            libraries=dict(keys.libraries("av", "numpy", "opencv-python")),
        )

    with Producers(recipe) as producers:
        seen = look(
            source,
            producers.made,
            cache,
            key,
            salvage=salvage,
            tick=lambda index: watch.tick(LOOKING, index, source.packets),
        )
    lead = Following(source, seen, recipe, watch, salvage)
    with Producers(recipe, closely=True) as others:
        closely = Closely(source, seen, recipe.tracking(), others.made, cache, watch, salvage)
        links = linked(source, seen, recipe, lead, closely if others.made else None)
    used = (*producers.identities, *others.identities)
    asked = {"by": [each.name for each in others.made], **closely.told} if others.made else {}
    return Analysis(source, seen, links, used, (*closely.faults, *lead.faults), asked)


def _rendered(analysis: Analysis, recipe: Recipe, cache: Store, watch: Watch, salvage: bool) -> Pieces:
    task, settings = _task(analysis, recipe, salvage)
    pieces = Pieces(task, settings, cache, watch)
    pieces.render()
    return pieces


def _task(analysis: Analysis, recipe: Recipe, salvage: bool) -> tuple[Task, dict[str, Any]]:
    """What to render, and as plain data what of it decides every piece's pictures."""
    source, timeline = analysis.video, analysis.seen.timeline
    plan = planned(source, analysis.seen, analysis.links, recipe)
    output = Output(recipe.output.crf, recipe.output.speed)
    task = Task(source, timeline, plan, hiding(recipe), output, divided(source, timeline), salvage)
    plain = recipe.data()
    settings = {
        "render": [RENDER, TONEMAP],
        "source": source.sha256,
        "salvage": salvage,
        "output": plain["output"],
        "seed": str(plan.seed),
        "hide": [step for people in plain["people"] for step in people["hide"]],
        "libraries": dict(keys.libraries("av", "numpy", "opencv-python")),
    }
    return task, settings


def _facts(analysis: Analysis, recipe: Recipe, audit: Audit, **others: Any) -> Facts:
    """All that the report is made of. others: what only the run knows."""
    steps = (*recipe.hiding(), *recipe.sound)
    methods = [
        {"method": info.id, "title": info.title, "level": info.level, "protects": info.protects, "shows": info.shows}
        for info in (registry.info(step.method) for step in steps)
    ]
    return Facts(
        video=analysis.video,
        timeline=analysis.seen.timeline,
        looks=analysis.seen.looks,
        tracks=analysis.links.tracks,
        cuts=analysis.links.cuts,
        blind=analysis.links.blind,
        doubted=analysis.links.doubted,
        second_look=analysis.second_look,
        recipe=recipe.data(),
        methods=methods,
        keeps_sound=recipe.keeps_sound(),
        weights=analysis.weights,
        audit=audit.data(times_of(analysis.video, analysis.seen) - float(analysis.video.zero), analysis.links.tracks),
        **others,
    )
