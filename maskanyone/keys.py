"""Names for artefacts: sha256 over canonical JSON (RFC 8785) of exactly what made them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
import rfc8785

from maskanyone.data import Plan, Span, Timeline

FORMAT = 1


def key(kind: str, **made_of: Any) -> str:
    """The key of an artefact. Everything in ``made_of`` is plain data.

    One that comes from a ``source`` begins with that source's sha256 and a full stop, so that a store can forget all
    that derives from a recording.
    """
    plain: Any = {"kind": kind, "format": FORMAT} | made_of
    digest = hashlib.sha256(rfc8785.dumps(plain)).hexdigest()
    return f"{made_of['source']}.{digest}" if "source" in made_of else digest


@lru_cache
def libraries(*names: str) -> Mapping[str, str]:
    """Versions of the libraries whose computing shows in a result."""
    return {name: version(name) for name in names}


def span_of(span: Span) -> list[int]:
    """A span as plain data."""
    return [span.start, span.stop]


def inside(plan: Plan, timeline: Timeline, span: Span) -> str:
    """A digest of all that a plan hides within a span, and when: what an edit elsewhere leaves unchanged."""
    digest = hashlib.sha256(timeline.pts[span.start : span.stop].tobytes())
    for covered in plan.covered:
        if covered.start < span.stop and covered.stop > span.start:
            digest.update(f"covered {max(covered.start, span.start)} {min(covered.stop, span.stop)}".encode())
    for track in plan.tracks:
        if track.frame[0] < span.stop and track.frame[-1] >= span.start:
            rows = np.logical_and(track.frame >= span.start, track.frame < span.stop)
            digest.update(f"track {track.id} {track.kind}".encode())
            digest.update(track.frame[rows].tobytes())
            digest.update(track.box[rows].tobytes())
    return digest.hexdigest()
