"""The report: what was done, what was guessed, what is left to look at; what was measured and no more."""

from __future__ import annotations

import contextlib
import json
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from maskanyone import files
from maskanyone.data import (
    HINTED,
    SEEN,
    SPARED,
    STATES,
    Span,
    Track,
)
from maskanyone.proof import corrections, places
from maskanyone.proof.facts import Facts
from maskanyone.proof.stretches import covered, stretch, stretches, weak
from maskanyone.proof.wording import broke_off, listed
from maskanyone.written import counted

FORMAT = 1
#: true of every face or head that is hidden, whatever the method
NOT_PROTECTED = (
    "Body shape, clothing, gait and gestures are as in the source: people who know the person may recognise her.",
    "The place, writing in the picture and everything that is said or shown there stay.",
)
_NOT_SEARCHED = "No search of the finished file has been made: what every detector missed is missed here too."
_BROKE_OFF = "The search of the finished file was not finished: what every detector missed may be missed here too."
_SEARCHED = "The search of the finished file errs where detectors err: whom none of them finds is missed here too."
_NAMELESS = (
    "format key verdict made seconds result methods faces to_look_at tracks not_hidden cuts looks damage audit "
    "not_protected software weights release left_out"
).split()
_NAMELESS_SOURCE = (
    "sha256 bytes frames codec width height turned_clockwise mirrored interlaced left_out first_frame_s zero_s"
).split()
#: a fault with the words of the library that raised it
_RAISED = re.compile(r"(\braised \w+).*?( \(frame \d+\)|; the region was filled)?$", re.DOTALL)


def describe(facts: Facts, result: Path, *, anonymous: bool = False) -> dict[str, Any]:
    """The report as plain JSON data. anonymous: leave out the source's name."""
    hidden = _hidden_frames(facts)
    wanting = stretches(facts)
    tracks = [_track(track, facts) for track in facts.tracks]
    facts = replace(facts, audit=corrections.audited(facts.audit, facts.tracks, facts.corrections))
    return {
        "format": FORMAT,
        "key": facts.key,
        "verdict": _verdict(facts, hidden, wanting),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(facts.seconds, 2),
        "source": _source(facts, anonymous),
        "result": _result(facts, result),
        "recipe": dict(facts.recipe),
        "methods": [dict(method) for method in facts.methods],
        "faces": {
            "frames_hidden": int(hidden.sum()),
            "frames_covered_wholly": int(covered(facts).sum()),
            "most_at_once": _most_at_once(facts),
            "tracks": sum(bool(_hidden(track).any()) for track in facts.tracks),
        },
        "corrections": [corrections.told(each, facts.shown_at) for each in facts.corrections],
        "to_look_at": wanting,
        "nobody_found": _nobody(facts, tracks, wanting),
        "tracks": tracks,
        "not_hidden": [_track(track, facts) | weak(track, facts) for track in facts.doubted],
        "cuts": [int(cut) for cut in facts.cuts],
        "looks": _looks(facts),
        "second_look": dict(facts.second_look),
        "faults": [*facts.looks.notes, *facts.broken, *facts.faults],
        "damage": _damage(facts),
        "audit": facts.audit if isinstance(facts.audit, str) else dict(facts.audit),
        "left_out": [*facts.left_out, *_missing(facts.audit)],
        "not_protected": _not_protected(facts),
        "software": _software(),
        "weights": [dict(weight) for weight in facts.weights],
    }


def written(report: Mapping[str, Any]) -> bytes:
    """A report, or what goes with it, as a JSON file; a name that is no text is written as JSON escapes."""
    return json.dumps(report, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace")


def shareable(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report that may go round: what names the recording, or may name somebody, is left out.

    Of the top level and of the source only what is known to name nobody stays; the recipe loses the words that its
    author has written, faults those of libraries, which often hold a path, and corrections who made them and why.
    """
    kept = {key: report[key] for key in _NAMELESS if key in report}
    source = {key: report["source"][key] for key in _NAMELESS_SOURCE if key in report["source"]}
    recipe = {key: value for key, value in report["recipe"].items() if key not in ("name", "description")}
    faults = [_RAISED.sub(r"\1\2", str(fault)) for fault in report["faults"]]
    if "release" in kept:
        kept["release"] = {key: value for key, value in kept["release"].items() if key != "by"}
    corrected = [corrections.nameless(each) for each in report.get("corrections", ())]
    return kept | {"source": source, "recipe": recipe, "faults": faults, "corrections": corrected}


def _source(facts: Facts, anonymous: bool) -> dict[str, Any]:
    video = facts.video
    name = {} if anonymous else {"name": video.name}
    return name | {
        "sha256": video.sha256,
        "bytes": video.bytes,
        "frames": len(facts.timeline),
        "codec": video.codec,
        "width": video.upright[0],
        "height": video.upright[1],
        "turned_clockwise": video.turns * 90,
        "mirrored": video.mirrored,
        "interlaced": video.interlaced,
        "left_out": list(video.dropped),
        "first_frame_s": facts.shown_at(0),
        "zero_s": float(video.zero),
    }


def _result(facts: Facts, result: Path) -> dict[str, Any]:
    timeline = facts.timeline
    seconds = float((int(timeline.pts[-1]) - int(timeline.pts[0]) + timeline.last) * facts.video.time_base)
    return {
        "sha256": files.sha256(result),
        "bytes": result.stat().st_size,
        "frames": len(timeline),
        "seconds": round(seconds, 6),
        "sound": "kept"
        if facts.keeps_sound and facts.video.sound
        else "removed"
        if facts.video.sound
        else "none in the source",
    }


def _damage(facts: Facts) -> list[str]:
    """What of the recording was lost, in words."""
    frames, spoiled = len(facts.timeline), sum(map(len, facts.timeline.lost))
    said = list(facts.video.damage)
    if facts.salvage and facts.video.packets > frames:
        said.append(f"{facts.video.packets - frames} of {facts.video.packets} pictures could not be decoded")
    if spoiled:
        said.append(f"{spoiled} pictures may be spoiled by a loss and are covered wholly")
    return said


def _hidden_frames(facts: Facts) -> np.ndarray[Any, np.dtype[np.bool_]]:
    hidden = np.zeros(len(facts.timeline), bool)
    for track in facts.tracks:
        hidden[track.frame[_hidden(track)]] = True
    return hidden


def _hidden(track: Track) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """bool (T,): frames of a track in which it is not spared."""
    return np.asarray(track.state != SPARED)


def _spared(facts: Facts) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """bool (F,): frames in which a hand spares somebody."""
    spared = np.zeros(len(facts.timeline), bool)
    for track in facts.tracks:
        spared[track.frame[~_hidden(track)]] = True
    return spared


def _most_at_once(facts: Facts) -> int:
    count = np.zeros(len(facts.timeline), np.int32)
    for track in facts.tracks:
        count[track.frame[_hidden(track)]] += 1
    return int(count.max(initial=0))


def _track(track: Track, facts: Facts) -> dict[str, Any]:
    states = {STATES[code]: int((track.state == code).sum()) for code in np.unique(track.state)}
    best = float(np.nanmax(track.score)) if np.isfinite(track.score).any() else None
    first = int(np.argmax(np.isin(track.state, (SEEN, HINTED))))
    return {
        "id": track.id,
        "kind": track.kind,
        "first_frame": int(track.frame[0]),
        "last_frame": int(track.frame[-1]),
        "from_s": facts.shown_at(int(track.frame[0])),
        "to_s": facts.shown_at(int(track.frame[-1])),
        "frames": states,
        "starts": track.starts,
        "ends": track.ends,
        "best_score": best and round(best, 3),
        "found_by": list(track.support),
        "at": {"frame": int(track.frame[first]), "box": [round(float(side), 1) for side in track.box[first]]},
    }


def _nobody(
    facts: Facts, tracks: Sequence[Mapping[str, Any]], stretches: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Where nothing is hidden and nothing is covered."""
    runs = places.unfound(tracks, places.covering(stretches), len(facts.timeline))
    return [stretch(facts, Span(run.start, run.stop), "no face was found") for run in runs]


def _looks(facts: Facts) -> list[dict[str, Any]]:
    looks = facts.looks
    return [
        {"by": name, "frames_asked": int(looks.asked[p].sum()), "frames_looked_at": int(looks.ran[p].sum())}
        for p, name in enumerate(looks.producers)
    ]


def _verdict(facts: Facts, hidden: Any, stretches: Sequence[Mapping[str, Any]]) -> str:
    frames = len(facts.timeline)
    whole, spared = covered(facts), _spared(facts)
    clear = int((~hidden & ~whole & ~spared).sum())
    if hidden.any() or whole.any():
        who = "face or head" if any(track.kind == "head" and _hidden(track).any() for track in facts.tracks) else "face"
        what = f"At least one {who} is hidden in {int(hidden.sum()):,} of {frames:,} frames."
        if whole.any():
            what += f" {int(whole.sum()):,} frames are covered wholly, for nobody could look at them."
        if clear:
            what += f" In {clear:,} no face was found: make sure that nobody is in them."
    elif spared.any():
        what = f"Nothing is hidden in {frames:,} frames."
    else:
        what = f"Nothing is hidden: no face was found in {frames:,} frames. Make sure that nobody is in them."
    if spared.any():
        what += f" In {int(spared.sum()):,} a correction by hand spares what was found: it shows."
    left = f" {counted(len(stretches), 'stretch wants', 'stretches want')} a look." if stretches else ""
    if facts.doubted:
        one = len(facts.doubted) == 1
        was = "was not taken for a face and is" if one else "were not taken for faces and are"
        left += f" {counted(len(facts.doubted), 'weak sight')} {was} not hidden; look at {'it' if one else 'them'}."
    left += _search(facts.audit)
    if facts.left_out:
        left += f" {listed(facts.left_out)} did not look: the weights are not here."
    if missing := _missing(facts.audit):
        left += f" {listed(missing)} did not search: the weights are not here."
    if facts.looks.notes:
        left += " Some detectors failed in some frames: whom they alone would have found there may show."
    left += "".join(f" {each[:1].upper()}{each[1:]}." for each in facts.broken)
    return what + left + (" Some methods failed and were replaced by a fill." if facts.faults else "")


def _missing(audit: Mapping[str, Any] | str) -> list[str]:
    """Who could have searched the result too."""
    return [] if isinstance(audit, str) else list(audit.get("searchers_missing", ()))


def _search(audit: Mapping[str, Any] | str) -> str:
    if isinstance(audit, str):
        return f" The search of the result was {audit}."
    perhaps = counted(len(audit["perhaps"]), "place")
    doubt = f" In {perhaps} one detector alone takes for a face what shows; look there." if audit["perhaps"] else ""
    if audit["left"]:
        where = counted(len(audit["left"]), "place")
        return f" The search of the result found somebody who shows in {where}; look there.{doubt}"
    but = " but those whom corrections by hand spare" if audit.get("spared") else ""
    sure = " for sure" if audit["perhaps"] else ""
    return f" The search of the result found nobody who shows{sure}{but}.{doubt}"


def _not_protected(facts: Facts) -> list[str]:
    """What the result does not protect from, a sentence each."""
    searched = _SEARCHED
    if isinstance(facts.audit, str):
        searched = _BROKE_OFF if broke_off(facts.audit) else _NOT_SEARCHED
    missing = [f"{name} could have looked too, and its weights were not here." for name in facts.left_out]
    return [*NOT_PROTECTED, searched, *missing, *_shows(facts)]


def _shows(facts: Facts) -> list[str]:
    return list(dict.fromkeys(method["shows"] for method in facts.methods if method["shows"]))


def _software() -> dict[str, str]:
    said = {"python": platform.python_version(), "system": platform.system()}
    for name in ("maskanyone", "av", "numpy", "opencv-python", "onnxruntime", "onnxruntime-gpu", "mediapipe", "scipy"):
        with contextlib.suppress(PackageNotFoundError):
            said[name] = version(name)
    return said
