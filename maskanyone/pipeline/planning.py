"""From what was seen to what is hidden where: the same for a whole film and for a glimpse of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maskanyone import registry
from maskanyone.data import SPARED, Looks, Plan, Span, Track, Video
from maskanyone.detect.look import Seen
from maskanyone.recipe import Recipe
from maskanyone.render.piece import Hiding
from maskanyone.track import Ask, Links, bridged, heads, link, with_hints

#: leads tracks on by the pictures, within cuts
Lead = Callable[[Sequence[Track], Sequence[int]], tuple[Track, ...]]


def times_of(source: Video, seen: Seen) -> NDArray[np.float64]:
    """When each frame is shown, in the source's own seconds: float64 (F,)."""
    return seen.timeline.pts.astype(np.float64) * float(source.time_base)


def linked(
    source: Video,
    seen: Seen,
    recipe: Recipe,
    lead: Lead = lambda tracks, cuts: tuple(tracks),
    ask: Ask | None = None,
) -> Links:
    """Who is where, from what was seen; heads of people where no face is. ask: about hints; none asks about nothing."""
    params, times, size = recipe.tracking(), times_of(source, seen), source.upright
    facts = seen.looks.of(seen.detections.producers), seen.change, times, size, params
    found = link(seen.detections, *facts)
    if ask is not None:
        found = with_hints(found, seen.hinted, *facts, ask)
    tracks = bridged(lead(found.tracks, found.cuts), found.cuts, times, params.fill)
    if not params.heads or not len(seen.people):
        return replace(found, tracks=tracks)
    looks = _to_the_ends(seen.looks.of(seen.people.producers))
    people = link(seen.people, looks, seen.change, times, size, params.of_people())
    aspect = float(source.pixel_aspect)
    sure, weak = (heads(some, tracks, times, size, params.after, aspect) for some in (people.tracks, people.doubted))
    doubted = (*found.doubted, *sure.outside, *weak.hidden, *weak.outside)
    return replace(found, tracks=(*tracks, *sure.hidden), doubted=doubted)


def _to_the_ends(looks: Looks) -> Looks:
    """As if somebody had looked at the first and the last frame, so that who is found beside them is led on to them."""
    ran = looks.ran.copy()
    ran[:, [0, -1]] = True
    return replace(looks, ran=ran)


def planned(source: Video, seen: Seen, links: Links, recipe: Recipe) -> Plan:
    """Who is hidden where, and which pictures are covered wholly."""
    seed = recipe.seed if recipe.seed is not None else int(source.sha256[:12], 16)
    return Plan(hidden(links.tracks), (*links.blind, *seen.timeline.lost), seed)


def hidden(tracks: Iterable[Track]) -> tuple[Track, ...]:
    """Tracks without what a hand spares; one that is spared in its middle comes in parts of the same name."""
    return tuple(part for track in tracks for part in _parts(track))


def _parts(track: Track) -> tuple[Track, ...]:
    if not (track.state == SPARED).any():
        return (track,)
    return tuple(track.part(slice(run.start, run.stop)) for run in Span.runs(track.state != SPARED))


def hiding(recipe: Recipe) -> tuple[Hiding, ...]:
    """A recipe's steps with their methods, ready to be used."""
    return tuple(Hiding(step.target, registry.implementation(step.method)(step.checked())) for step in recipe.hiding())
