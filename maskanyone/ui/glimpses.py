"""Previews: one frame of a recording as it is and as a recipe leaves it, kept in memory alone and only a few.

Nothing of it reaches a disk or Streamlit's own caches; a recording that is deleted takes its frames with it.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from maskanyone.data import Float, Pixels, Video
from maskanyone.pipeline import Glimpse, looked
from maskanyone.pipeline.producers import Producers
from maskanyone.recipe import Recipe
from maskanyone.store import recordings
from maskanyone.store.tables import Recording
from maskanyone.ui.closeup import around
from maskanyone.ui.newest import Newest, forgotten
from maskanyone.video.probe import probe
from maskanyone.video.read import stamp
from maskanyone.video.stills import jpeg

_MOST_LOOKED, _MOST_PICTURES, _MOST_VIDEOS = 6, 64, 32
_WIDEST, _CARD = 1600, 320
_QUALITY = 90
#: a card's picture: width by height, how much of it a face fills, px that it shows at least, frames either way
_SHAPE, _AROUND, _LEAST, _NEAR = 2.4, 1.9, 60.0, 3


@dataclass(frozen=True)
class Shown:
    """Where the page finds a frame, as tokens. middle: of its surest face, as a share of its width."""

    before: str
    after: str
    middle: float


_videos, _looked = Newest(_MOST_VIDEOS), Newest(_MOST_LOOKED)
_pictures = Newest(_MOST_PICTURES)
_looking = threading.Lock()


def shown(row: Recording, seconds: float, recipe: Recipe, models: Producers) -> Shown:
    """A frame before and after; the look at the seconds around it is taken once, each recipe's picture is made once.

    Raises:
        Refused: the recording cannot be read, or has no frame at that time.
    """
    glimpse, name = _glimpse(row, seconds, recipe, models)
    before = _token((row.id, name, "before"), glimpse.before)
    after = _token((row.id, name, _identity(recipe)), lambda: glimpse.after(recipe))
    box = _surest(glimpse)
    middle = 0.5 if box is None else float(box[0] + box[2]) / 2 / glimpse.source.upright[0]
    return Shown(before, after, min(max(middle, 0.0), 1.0))


def card(row: Recording, seconds: float, recipe: Recipe, models: Producers) -> str:
    """A small picture of what a recipe does to a frame, as a token."""
    glimpse, name = _glimpse(row, seconds, recipe, models)
    return _token((row.id, name, f"card {_identity(recipe)}"), lambda: _close(glimpse, glimpse.after(recipe)), _CARD)


def address(token: str, side: str) -> str:
    """Where the server hands a picture out; empty for none."""
    return f"/api/moments/{token}/{side}.jpg" if token else ""


def picture(token: str) -> bytes | None:
    """The JPEG behind a token."""
    for kept, data in _pictures.values():
        if secrets.compare_digest(kept.encode(), token.encode()):
            return bytes(data)
    return None


def close(models: Producers) -> None:
    """Let go of models, but not while somebody looks with them."""
    with _looking:
        models.__exit__()


def forget(ids: list[str]) -> None:
    """Drop all frames of these recordings."""
    forgotten(set(ids))


def _glimpse(row: Recording, seconds: float, recipe: Recipe, models: Producers) -> tuple[Glimpse, str]:
    with _looking:  # the same second is asked for by several elements of a page
        video = _video(row)
        name = f"{video.stamp} {seconds:.3f} {json.dumps(recipe.data()['detect'], sort_keys=True)}"
        kept: Glimpse | None = _looked.get((row.id, name))
        if kept is None:
            kept = looked(video, min(max(seconds, 0.0), video.duration), models)
            _looked.put((row.id, name), kept)
    return kept, name


def _video(row: Recording) -> Video:
    recordings.check_in_place(row)
    kept: Video | None = _videos.get((row.id,))
    if kept is None or kept.stamp != stamp(str(Path(row.path).resolve())):
        kept = replace(probe(row.path), name=row.name)
        _videos.put((row.id,), kept)
    return kept


def _token(key: tuple[str, str, str], made: Callable[[], Pixels], width: int = _WIDEST) -> str:
    kept: tuple[str, bytes] | None = _pictures.get(key)
    if kept is None:
        kept = secrets.token_urlsafe(16), jpeg(_at_most(made(), width), _QUALITY)
        _pictures.put(key, kept)
    return kept[0]


def _close(glimpse: Glimpse, picture: Pixels) -> Pixels:
    """The part of a frame around its surest face, in a card's shape; the whole frame where none was seen."""
    height, width = picture.shape[:2]
    box = _surest(glimpse)
    if box is None:
        return picture
    high = max(_AROUND * float(box[3] - box[1]), _LEAST)
    left, top, right, bottom = map(round, around(box.tolist(), (width, height), _SHAPE, high))
    return picture[top:bottom, left:right]


def _surest(glimpse: Glimpse) -> Float | None:
    """The box of the surest face in a frame or near it, px."""
    found = glimpse.seen.detections
    here = np.flatnonzero(abs(found.frame - glimpse.index) <= _NEAR)
    return found.box[here[np.argmax(found.score[here])]] if len(here) else None


def _at_most(picture: Pixels, width: int) -> Pixels:
    if picture.shape[1] <= width:
        return picture
    height = round(picture.shape[0] * width / picture.shape[1])
    small: Any = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return small  # type: ignore[no-any-return]


def _identity(recipe: Recipe) -> str:
    plain = recipe.data()
    return json.dumps([plain["people"], plain["track"], plain["seed"]], sort_keys=True)
