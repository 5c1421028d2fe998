"""Heads of people whose face nobody finds."""

from __future__ import annotations

import numpy as np

from maskanyone.data import GUESSED, SEEN, Track
from maskanyone.track import heads

SIZE, FRAMES = (640, 360), 30
TIMES = np.arange(FRAMES) / 25
STANDING = (200.0, 60.0, 280.0, 300.0)
LYING = (200.0, 200.0, 440.0, 280.0)


def track(box: tuple[float, ...], first: int = 0, last: int = FRAMES - 1, kind: str = "person") -> Track:
    frame = np.arange(first, last + 1, dtype=np.int32)
    count = len(frame)
    boxes = np.tile(np.array(box, np.float32), (count, 1))
    state, score = np.full(count, SEEN, np.uint8), np.full(count, 0.9, np.float32)
    return Track(f"{kind} {box}", kind, frame, boxes, state, score)  # type: ignore[arg-type]


def test_of_somebody_upright_the_upper_part_is_hidden() -> None:
    (head,) = heads([track(STANDING)], [], TIMES, SIZE, 0.2).hidden
    assert (head.kind, len(head)) == ("head", FRAMES)
    assert head.box[0].tolist() == [212, 60, 268, 108]


def test_of_somebody_who_lies_all_is_hidden() -> None:
    (head,) = heads([track(LYING)], [], TIMES, SIZE, 0.2).hidden
    assert head.box[0].tolist() == list(LYING)


def test_where_the_face_is_found_nothing_more_is_hidden() -> None:
    assert not heads([track(STANDING)], [track((225, 65, 255, 100), kind="face")], TIMES, SIZE, 0.2).hidden


def test_where_the_face_is_found_for_a_while_the_head_is_hidden_before_and_after_and_a_little_longer() -> None:
    face = track((225, 65, 255, 100), 10, 19, kind="face")
    before, after = heads([track(STANDING)], [face], TIMES, SIZE, 0.08).hidden
    assert (before.frame[0], before.frame[-1]) == (0, 11)
    assert (after.frame[0], after.frame[-1]) == (18, FRAMES - 1)
    assert before.id != after.id


def test_a_face_elsewhere_is_somebody_else() -> None:
    beside = track((400, 65, 430, 100), kind="face")
    lower = track((225, 200, 255, 240), kind="face")
    assert len(heads([track(STANDING)], [beside, lower], TIMES, SIZE, 0.2).hidden) == 1


def test_whose_head_lies_outside_the_picture_is_left() -> None:
    cut_off = [(200.0, 0.0, 280.0, 300.0), (0.0, 200.0, 240.0, 280.0), (420.0, 200.0, 640.0, 280.0)]
    found = heads([track(box) for box in cut_off], [], TIMES, SIZE, 0.2)
    assert (len(found.hidden), len(found.outside)) == (0, 3)


def test_a_face_is_one_persons_alone() -> None:
    child = (255.0, 80.0, 295.0, 200.0)
    face = track((265, 85, 285, 110), kind="face")
    (head,) = heads([track((200, 60, 300, 330)), track(child)], [face], TIMES, SIZE, 0.2).hidden
    assert head.box[0].tolist() == [215, 60, 285, 120]


def test_two_boxes_of_one_person_have_one_face() -> None:
    upper = (202.0, 61.0, 278.0, 160.0)
    face = track((225, 65, 255, 100), kind="face")
    assert not heads([track(STANDING), track(upper)], [face], TIMES, SIZE, 0.2).hidden


def test_hair_just_below_the_edge_is_in_the_picture() -> None:
    (head,) = heads([track((200.0, 4.0, 280.0, 300.0))], [], TIMES, SIZE, 0.2).hidden
    assert len(head) == FRAMES


def test_who_is_only_guessed_to_be_outside_is_not_told() -> None:
    guessed = track((-60.0, 200.0, 120.0, 280.0))
    guessed.state[:] = GUESSED
    found = heads([guessed], [], TIMES, SIZE, 0.2)
    assert (found.hidden, found.outside) == ((), ())


def test_where_pixels_are_wide_a_head_is_as_high_as_it_is_shown() -> None:
    (head,) = heads([track(STANDING)], [], TIMES, SIZE, 0.2, 2.0).hidden
    assert head.box[0].tolist() == [212, 60, 268, 156]
