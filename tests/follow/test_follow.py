"""Tracks are led on by the picture: a textured thing that moves is followed to where it goes, and no further."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from maskanyone.data import FOLLOWED, GUESSED, SEEN, Pixels, Track
from maskanyone.follow import follow

SIZE, SIDE, RATE, FRAMES = (640, 360), 60, 25, 75
Place = Callable[[int], tuple[float, float]]


def texture(seed: int, size: tuple[int, int] = (SIDE, SIDE)) -> Any:
    rough = np.random.default_rng(seed).normal(128, 60, (size[1], size[0])).astype(np.float32)
    return np.clip(cv2.GaussianBlur(rough, (0, 0), 2) * 3 - 256, 0, 255)


def film(place: Place, *, light: Callable[[int], float] = lambda at: 1.0, until: int = FRAMES) -> list[Pixels]:
    """A patch whose middle is at ``place`` of each frame, before a ground that stands still; gone from ``until`` on."""
    ground, patch = texture(1, SIZE), texture(2)
    pictures = []
    for at in range(FRAMES):
        picture = ground.copy()
        x, y = place(at)
        if at < until:
            shift = np.array([[1, 0, x - SIDE / 2], [0, 1, y - SIDE / 2]], np.float32)
            cv2.warpAffine(patch, shift, SIZE, picture, borderMode=cv2.BORDER_TRANSPARENT)
        pictures.append(np.clip(picture * light(at), 0, 255).astype(np.uint8))
    return pictures


def box(place: Place, at: int) -> np.ndarray[Any, Any]:
    x, y = place(at)
    return np.array([x - SIDE / 2, y - SIDE / 2, x + SIDE / 2, y + SIDE / 2], np.float32)


def track(place: Place, first: int, last: int, score: float = 0.9) -> Track:
    frame = np.arange(first, last + 1, dtype=np.int32)
    boxes = np.stack([box(place, int(at)) for at in frame])
    state, scores = np.full(len(frame), SEEN, np.uint8), np.full(len(frame), score, np.float32)
    return Track("a", "face", frame, boxes, state, scores)


def raised(error: Exception) -> None:
    raise error


def led(tracks: Sequence[Track], pictures: Sequence[Pixels], cut: int = FRAMES, **how: float) -> tuple[Track, ...]:
    def since(start: int) -> Iterator[Pixels]:
        return iter(pictures[start:])

    shot = (np.arange(FRAMES) >= cut).astype(np.int64)
    settings: Any = {"lasting": 2.0, "patience": 0.25} | how
    return follow(tracks, since, shot, np.arange(FRAMES) / RATE, SIZE, fault=raised, **settings)


def bare(found: Track, place: Place, at: int) -> bool:
    """Whether nine tenths of the thing are not in the track's box."""
    row = at - int(found.frame[0])
    if not 0 <= row < len(found):
        return True
    truth, there = box(place, at), found.box[row]
    common = np.prod(np.maximum(np.minimum(truth[2:], there[2:]) - np.maximum(truth[:2], there[:2]), 0))
    return bool(common < 0.9 * SIDE * SIDE)


def across(at: int) -> tuple[float, float]:
    return 100 + 5 * at, 180 + 40 * np.sin(at / 8)


def still(at: int) -> tuple[float, float]:
    return 320, 180


@pytest.mark.parametrize("place", [across, still])
def test_it_is_followed_both_ways_from_one_sight(place: Place) -> None:
    (found,) = led([track(place, 37, 37)], film(place))
    assert not [at for at in range(FRAMES) if bare(found, place, at)]
    assert (found.starts, found.ends) == ("start", "end")
    assert (found.state == FOLLOWED).sum() == FRAMES - 1
    assert np.isnan(found.score).sum() == FRAMES - 1


def test_light_that_goes_and_comes_back_loses_nobody() -> None:
    pictures = film(across, light=lambda at: 0.02 if at % 4 < 2 else 1.0)
    (found,) = led([track(across, 3, 3)], pictures)
    assert not [at for at in range(3, 40) if bare(found, across, at)]


def test_a_cut_ends_it() -> None:
    (found,) = led([track(still, 30, 30)], film(still), cut=50)
    assert (found.frame[-1], found.ends) == (49, "cut")


def test_it_lasts_as_long_as_was_asked_and_shorter_for_doubtful_sights() -> None:
    pictures = film(still)
    (sure,), (weak,) = (led([track(still, 30, 30, score)], pictures, lasting=1.0) for score in (0.9, 0.5))
    assert (sure.frame[0], sure.frame[-1]) == (5, 55)
    assert (weak.frame[0], weak.frame[-1]) == (25, 35)
    assert led([track(still, 30, 30)], pictures, lasting=0)[0].frame.tolist() == [30]


def test_what_is_gone_is_not_followed_for_long() -> None:
    (found,) = led([track(across, 20, 20)], film(across, until=40))
    assert 39 <= found.frame[-1] <= 40 + 0.25 * RATE + 1
    assert found.ends == "lost"


def test_another_track_that_has_it_ends_it() -> None:
    later = replace(track(across, 50, 60), id="b")
    found, other = led([track(across, 20, 20), later], film(across))
    assert found.frame[-1] == 50 + 0.25 * RATE // 1
    assert other.frame[0] <= 20 + 1


def test_guesses_are_kept_and_joined_with_what_is_found() -> None:
    seen = track(across, 20, 25)
    guess = replace(seen, state=np.array([SEEN] * 4 + [GUESSED] * 2, np.uint8))
    (found,) = led([guess], film(across))
    rows = slice(20 - int(found.frame[0]), 26 - int(found.frame[0]))
    assert (found.box[rows, :2] <= seen.box[:, :2]).all()
    assert (found.box[rows, 2:] >= seen.box[:, 2:]).all()
    assert found.state[rows].tolist() == [SEEN] * 4 + [FOLLOWED] * 2


def test_a_plain_picture_and_a_box_outside_tell_nothing() -> None:
    plain = [np.full(SIZE[::-1], 90, np.uint8)] * FRAMES
    outside = replace(track(still, 30, 30), box=np.array([[700, 400, 760, 460]], np.float32))
    assert led([track(still, 30, 30)], plain)[0].frame.tolist() == [30]
    assert led([outside], film(still))[0].frame.tolist() == [30]


def test_whoever_asks_to_stop_is_heard() -> None:
    def stop(done: int, of: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        led([track(still, 30, 30)], film(still), tick=stop)  # type: ignore[arg-type]
