"""Replay corrections over the tracks of a film, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone.data import BY_HAND, HINTED, MENDED, SEEN, SPARED, Track
from maskanyone.edit.edits import Add, Delete, Edits, Join, Move, Named, Split
from maskanyone.edit.scene import Scene, Unfit
from maskanyone.edit.tracks import divided, drawn, joined, left_behind, moved, spared
from maskanyone.errors import BadEdits
from maskanyone.overlap import lies_in, overlaps
from maskanyone.present import Present
from maskanyone.written import counted

#: what two boxes share of both together, from which a track is at the place where another one was
_SAME_PLACE = 0.3
#: what two boxes share of the smaller one, from which a search has found whom a hand spares, and their areas' ratio
_SAME_FACE, _RESIZED = 0.5, 4.0


@dataclass(frozen=True)
class Edited:
    """tracks: as the edits leave them; what is spared stays listed. done: each edit that was made, for a report.

    waiting: numbers, from 1, of edits whose track is not there yet.
    """

    tracks: tuple[Track, ...]
    done: tuple[Mapping[str, Any], ...] = ()
    waiting: tuple[int, ...] = ()


class _Absent(Unfit):
    """A track is not there."""


@dataclass(frozen=True)
class _Did:
    """first, last: frames. tracks: ids that it is about. what: in words."""

    first: int
    last: int
    tracks: tuple[str, ...]
    what: str


def replay(edits: Edits, tracks: Iterable[Track], scene: Scene, *, patient: bool = False) -> Edited:
    """Make every edit, in order.

    Tracks that a search has added follow the sparing ones: where a hand spares somebody, they do not hide him again.

    Args:
        patient: a search will add tracks, so an edit that says where its track is may wait for that.

    Raises:
        BadEdits: one does not fit this film; the sentence names it.
    """
    cast = _Cast(tracks, scene)
    done: list[Mapping[str, Any]] = []
    waiting: list[int] = []
    for number, edit in enumerate(edits.edits, 1):
        try:
            did = _DO[edit.do](cast, edit)
        except Unfit as unfit:
            if patient and isinstance(unfit, _Absent) and all(named.at for named in _named(edit)):
                waiting.append(number)
                continue
            raise BadEdits(f"{edits.subject}, edit {number}", unfit.what, unfit.remedy) from None
        done.append(_told(number, edit, did))
    return Edited(_following(cast.tracks), tuple(done), tuple(waiting))


class _Cast:
    """All tracks, in their order; every name is there once."""

    def __init__(self, tracks: Iterable[Track], scene: Scene) -> None:
        self.scene = scene
        self.tracks: list[Track] = []
        names: set[str] = set()
        for track in tracks:
            self.tracks.append(_renamed(track, names))
            names.add(self.tracks[-1].id)

    def named(self, track: Track) -> Track:
        """A new track, under another name where its own is taken."""
        return _renamed(track, {other.id for other in self.tracks})

    def find(self, named: Named) -> tuple[int, str]:
        """Where a track stands, and in words how it was found where that is not by its name; raises ``Unfit``."""
        for index, track in enumerate(self.tracks):
            if track.id == named.track:
                return index, ""
        if named.at is None:
            raise _Absent(f"there is no track {named.track}", "Take its id from the report, with its place (`at`)")
        frame = self.scene.frame(named.at)
        for mended in (False, True):  # whom the search has added comes after all others, however often it is replayed
            near = [index for index in self._at(frame, named.at.box) if _mended(self.tracks[index]) == mended]
            if len(near) > 1:
                others = ", ".join(self.tracks[index].id for index in near)
                raise Unfit(f"where track {named.track} was there are several now", f"Name one of {others}")
            if near:
                return near[0], " (found by its place)"
        raise _Absent(
            f"there is no track {named.track}, nor another at its place", "Take its id and place from the report"
        )

    def _at(self, frame: int, box: tuple[float, ...]) -> list[int]:
        found = []
        for index, track in enumerate(self.tracks):
            row = frame - int(track.frame[0])
            there = 0 <= row < len(track)
            if there and overlaps(np.array(box, np.float32), track.box[row][None], _SAME_PLACE)[0]:
                found.append(index)
        return found


def _renamed(track: Track, taken: Collection[str]) -> Track:
    if track.id not in taken:
        return track
    return replace(track, id=next(name for number in count(2) if (name := f"{track.id}.{number}") not in taken))


def _add(cast: _Cast, edit: Add) -> _Did:
    frame, box = cast.scene.along(edit.keys)
    track = cast.named(drawn(edit.kind, frame, box))
    cast.tracks.append(track)
    first, last = int(frame[0]), int(frame[-1])
    return _Did(first, last, (track.id,), f"A {edit.kind} hidden by hand in {cast.scene.said(first, last)}.")


def _move(cast: _Cast, edit: Move) -> _Did:
    index, how = cast.find(edit)
    frame, box = cast.scene.along(edit.keys)
    before = cast.tracks[index]
    track = cast.tracks[index] = moved(before, frame, box)
    left = [cast.named(part) for part in left_behind(before, frame, box)]
    cast.tracks += left
    first, last = int(frame[0]), int(frame[-1])
    what = f"Track {track.id}{how} moved by hand in {cast.scene.said(first, last)}"
    shows = " and ".join(cast.scene.said(int(part.frame[0]), int(part.frame[-1])) for part in left[:3])
    what += f": where it was, what is there shows in {shows}{' and later' if len(left) > 3 else ''}." if left else "."
    return _Did(first, last, (track.id, *(part.id for part in left)), what)


def _delete(cast: _Cast, edit: Delete) -> _Did:
    index, how = cast.find(edit)
    track = cast.tracks[index]
    first = cast.scene.frame(edit.from_) if edit.from_ else int(track.frame[0])
    last = cast.scene.frame(edit.to) if edit.to else int(track.frame[-1])
    if edit.from_ and edit.to and last < first:
        raise Unfit(f"it ends in frame {last}, before it begins in {first}", "Exchange `from` and `to`")
    cast.tracks[index] = spared(track, first, last)
    first, last = max(first, int(track.frame[0])), min(last, int(track.frame[-1]))
    what = f"Track {track.id}{how} no longer hidden in {cast.scene.said(first, last)}: what is there shows."
    return _Did(first, last, (track.id,), what)


def _split(cast: _Cast, edit: Split) -> _Did:
    index, how = cast.find(edit)
    frame = cast.scene.frame(edit.from_)
    before, after = divided(cast.tracks[index], frame)
    after = cast.named(after)
    cast.tracks[index : index + 1] = [before, after]
    what = f"Track {before.id}{how} divided; from {cast.scene.said(frame, frame)} on it is {after.id}."
    return _Did(frame, frame, (before.id, after.id), what)


def _join(cast: _Cast, edit: Join) -> _Did:
    found = [cast.find(named) for named in edit.tracks]
    places = sorted({index for index, _ in found}, key=lambda index: int(cast.tracks[index].frame[0]))
    if len(places) < len(found):
        raise Unfit("it names one track twice", "Name different tracks")
    parts = [cast.tracks[index] for index in places]
    whole = joined(parts, cast.scene.times)
    cast.tracks[places[0]] = whole
    cast.tracks = [track for index, track in enumerate(cast.tracks) if index not in places[1:]]
    between = len(whole) - len(np.unique(np.concatenate([part.frame for part in parts])))
    how = next((words for _, words in found if words), "")
    what = f"Tracks {', '.join(part.id for part in parts)}{how} made one, {whole.id}"
    what += f"; hidden in the {counted(between, 'frame')} between too." if between else "."
    return _Did(int(whole.frame[0]), int(whole.frame[-1]), tuple(part.id for part in parts), what)


_DO: Mapping[str, Callable[[_Cast, Any], _Did]] = {
    "add": _add,
    "move": _move,
    "delete": _delete,
    "split": _split,
    "join": _join,
}


def _named(edit: Add | Move | Delete | Split | Join) -> tuple[Named, ...]:
    """The tracks that an edit names."""
    return edit.tracks if isinstance(edit, Join) else (edit,) if isinstance(edit, Named) else ()


def _told(number: int, edit: Add | Move | Delete | Split | Join, did: _Did) -> dict[str, Any]:
    return {
        "number": number,
        "what": did.what,
        "first_frame": did.first,
        "last_frame": did.last,
        "about": list(did.tracks),
        "edit": edit.model_dump(mode="json", by_alias=True, exclude_none=True),
    }


def _following(tracks: Iterable[Track]) -> tuple[Track, ...]:
    """Without what a search has found of those that are spared."""
    known = tuple(tracks)
    open_ = Present.of(known, (SPARED,))
    if not len(open_.frame):
        return known
    followed = (_spared_too(track, open_) if _mended(track) else track for track in known)
    return tuple(track for track in followed if track is not None)


def _spared_too(track: Track, open_: Present) -> Track | None:
    """A track that the search has added, spared where a hand spares the same; none where nothing else is found."""
    same: NDArray[np.bool_] = np.array(
        [
            lies_in(box, open_.box[open_.at(frame)], _SAME_FACE, _RESIZED).any()
            for frame, box in zip(track.frame.tolist(), track.box, strict=True)
        ],
        bool,
    )
    if not ((track.state == MENDED) & ~same).any():
        return None
    return replace(track, state=np.where(same, SPARED, track.state).astype(np.uint8)) if same.any() else track


def _mended(track: Track) -> bool:
    """Whether a search has added it, and no hand has changed it since."""
    return bool((track.state == MENDED).any() and not np.isin(track.state, (SEEN, HINTED, BY_HAND)).any())
