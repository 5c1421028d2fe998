"""A report's facts in sentences: the recipe in words, and a paragraph for the methods section of a paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maskanyone.data import BY_HAND, SPARED, STATES
from maskanyone.proof.citations import CITATIONS, cited, with_source
from maskanyone.written import counted

Plain = Mapping[str, Any]
#: how a report begins to tell of a search that broke off
UNFINISHED = "not finished"
#: how a frame's hiding came about, as ``data.STATES`` names it, in words that stand after a number
HOW = {
    "seen": "seen by a detector",
    "hinted": "seen too faintly to count alone, and agreed with by a detector that looked closely",
    "filled": "filled between two sights",
    "followed": "followed by what moves in the picture",
    "placed": "placed on the head of a person whose face no detector found",
    "guessed": "guessed before a first or after a last sight",
    "mended": "hidden after the search of the finished file",
    "by hand": "hidden by hand",
    "spared": "spared by hand",
}
#: libraries whose versions a paper gives, by the names of their packages
_LIBRARIES = {"av": "PyAV", "opencv-python": "OpenCV", "onnxruntime": "ONNX Runtime", "mediapipe": "MediaPipe"}


def steps(report: Plain) -> list[str]:
    """What the recipe does, a sentence for each step."""
    recipe, titles = report["recipe"], {method["method"]: method["title"] for method in report["methods"]}
    said = [
        f"Each {step['target']}: {_step(step, titles)}."
        for people in recipe.get("people", ())
        for step in people.get("hide", ())
    ]
    sound = [_step(step, titles) for step in recipe.get("sound", ())]
    return [*said, f"Sound: {', '.join(sound) or 'left out'}."]


def counts(tracks: Iterable[Plain]) -> dict[str, int]:
    """Of all frames of all tracks, how many are in which state."""
    total: Counter[str] = Counter()
    for track in tracks:
        total.update({state: int(number) for state, number in track["frames"].items()})
    return {state: total[state] for state in (*HOW, *sorted(set(total) - set(HOW))) if total[state]}


def detectors(report: Plain) -> list[str]:
    """Titles of the detectors that made the result and of those that searched it."""
    audit = searched(report)
    makers = [
        CITATIONS[step["method"]].title if step["method"] in CITATIONS else str(step["method"])
        for step in report["recipe"].get("detect", ())
    ]
    return list(dict.fromkeys([*makers, *(audit["by"] if audit else ())]))


def searched(report: Plain) -> Plain | None:
    """What the search of the finished file gave; none where there was none."""
    audit = report.get("audit")
    return audit if isinstance(audit, Mapping) else None


def broke_off(audit: Plain | str | None) -> bool:
    """Whether the search of the finished file was begun and not ended."""
    return isinstance(audit, str) and audit.startswith(UNFINISHED)


def references(report: Plain) -> list[str]:
    """What the paragraph cites, in its order."""
    return [citation.full for citation in cited(detectors(report))]


def paragraph(report: Plain) -> str:
    """A paragraph for a paper: what was done and with what, and what came of it."""
    version = report.get("software", {}).get("maskanyone", "")
    how = "; ".join(f"{step[0].lower()}{step[1:].rstrip('.')}" for step in steps(report))
    parts = [
        f"{_targets(report)} in the recording were hidden with {f'MaskAnyone {version}'.strip()} ({how}).",
        _found(report),
        _followed(report),
        *_shares(report),
        *_search(report),
        _libraries(report),
    ]
    return " ".join(part for part in parts if part)


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _step(step: Plain, titles: Mapping[str, str]) -> str:
    params = ", ".join(f"{name} {_value(value)}" for name, value in step.get("params", {}).items())
    title = titles.get(step["method"], step["method"])
    return f"{title} ({params})" if params else str(title)


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _targets(report: Plain) -> str:
    targets = dict.fromkeys(
        f"{step['target']}s" for people in report["recipe"].get("people", ()) for step in people.get("hide", ())
    )
    return listed(list(targets)).capitalize() or "People"


def _found(report: Plain) -> str:
    """Who looked, at what size and how."""
    said, closely = (_detectors(report, closely) for closely in (False, True))
    looks = sum(int(look["frames_looked_at"]) for look in report.get("looks", ()))
    frames = counted(int(report["result"]["frames"]), "frame")
    found = f"They were looked for by {listed(said)}, {counted(looks, 'look')} at {frames} in all." if said else ""
    return found + _second_look(report.get("second_look", {}), closely)


def _second_look(told: Plain, by: Sequence[str]) -> str:
    """What came of hints. by: who was asked."""
    if not told or not by:
        return ""
    if not told["hints"]:
        return f" Nowhere was there a mere hint of a face, which would have been shown to {listed(by)}."
    said = f" {counted(told['hints'], 'place')} with no more than a hint of a face"
    if left := told["hints"] - told["asked_about"]:
        said += f", {left:,} of which nobody was asked about,"
    said += " was" if told["hints"] == 1 else " were"
    shown = f"shown to {listed(by)} in {counted(told['places'], 'enlarged picture')}"
    return f"{said} {shown}; where it took them for a face ({told['agreed']:,}) they were hidden."


def _detectors(report: Plain, closely: bool) -> list[str]:
    """Those who looked at whole pictures, or those who were asked about single places, with their sizes."""
    by_method: dict[str, list[Plain]] = {}
    for step in report["recipe"].get("detect", ()):
        if bool(step.get("closely")) == closely:
            by_method.setdefault(step["method"], []).append(step.get("params", {}))
    titled = {method: with_source(CITATIONS[method].title) for method in by_method if method in CITATIONS}
    return [f"{titled.get(method, method)}{_sizes(params)}" for method, params in by_method.items()]


def _sizes(params: Sequence[Plain]) -> str:
    sizes = list(dict.fromkeys(str(each["size"]) for each in params if "size" in each))
    turns = sorted({int(each.get("turn", 0)) for each in params} - {0})
    steady = sorted({int(each.get("steady", 1)) for each in params} - {1})
    soft = sorted({int(each.get("soften", 0)) for each in params} - {0})
    said = [f"at {'input sizes' if len(sizes) > 1 else 'an input size'} of {listed(sizes)} px"] if sizes else []
    said += [f"in some frames with the picture turned by {listed([f'{turn}°' for turn in turns])}"] if turns else []
    said += [f"in some with the picture steadied over {listed(list(map(str, steady)))} frames"] if steady else []
    said += [f"in some with the picture softened by {listed(list(map(str, soft)))} px"] if soft else []
    return " " + ", ".join(said) if said else ""


def _followed(report: Plain) -> str:
    track = report["recipe"].get("track", {})
    said = f"What was found was linked to {counted(len(report['tracks']), 'track')} in both directions of time"
    if {"before", "after", "fill"} <= set(track):
        said += (
            f"; each was hidden from {_value(track['before'])} s before its first to {_value(track['after'])} s after "
            f"its last sight and through gaps of up to {_value(track['fill'])} s"
        )
    return " ".join([f"{said}.", *_by_picture(track), *_heads(report)])


def _by_picture(track: Plain) -> list[str]:
    if not (lasting := float(track.get("follow", 0))):
        return []
    return [
        f"Faces were hidden beyond these sights too, for up to {_value(lasting)} s ({_value(lasting / 5)} s where no "
        "score reached 0.7), where what moves in the picture told where they were."
    ]


def _heads(report: Plain) -> list[str]:
    by_hand = {STATES[BY_HAND], STATES[SPARED]}
    heads = sum(track["kind"] == "head" and not by_hand.issuperset(track["frames"]) for track in report["tracks"])
    where = f"by the person's place ({counted(heads, 'track')})"
    return [f"Of people in whom no face was found the head was hidden, {where}."] if heads else []


def _shares(report: Plain) -> list[str]:
    how = counts(report["tracks"])
    spared = how.pop(STATES[SPARED], 0)
    weak = len(report.get("not_hidden", ()))
    said = []
    if how:
        total = counted(sum(how.values()), "hidden place")
        parts = [f"{number:,} {_was(number)} {HOW.get(state, state)}" for state, number in how.items()]
        said.append(f"Of {total}, counted once a frame and track, {listed(parts)}.")
    if corrected := len(report.get("corrections", ())):
        said.append(f"{counted(corrected, 'correction')} {_was(corrected)} made by hand.")
    if spared:
        said.append(f"{counted(spared, 'further place')} {_was(spared)} found and deliberately not hidden.")
    if covered := int(report["faces"].get("frames_covered_wholly", 0)):
        said.append(f"{counted(covered, 'frame')} {_was(covered)} covered wholly.")
    if weak:
        said.append(f"{counted(weak, 'weak sight')} {_was(weak)} not taken for faces and not hidden.")
    return said


def _search(report: Plain) -> list[str]:
    audit = searched(report)
    if audit is None:
        begun = broke_off(report.get("audit"))
        return [f"The {'search of the finished file was not finished' if begun else 'finished file was not searched'}."]
    by = [with_source(str(title)) for title in audit["by"]]
    frames, deep = counted(int(audit["frames_searched"]), "frame"), int(audit["frames_searched_by_all"])
    where = f": {audit['by'][0]} in {frames}, all of them thoroughly in {deep:,}" if len(by) > 1 else f", in {frames}"
    said = [f"The finished file was searched by {listed(by)}, which took no part in finding{where}."]
    if ways := looks(audit):
        said.append(f"Thoroughly means {'; '.join(ways)}.")
    if more := int(audit.get("hidden_afterwards", 0)):
        tracks = counted(more, "track")
        said.append(f"{tracks} found there {_was(more)} hidden afterwards, and the file was searched again.")
    left, perhaps = len(audit["left"]), len(audit.get("perhaps", ()))
    said.append(f"It found somebody who shows in {counted(left, 'place')}." if left else "It found nobody who shows.")
    if perhaps:
        said.append(f"In {counted(perhaps, 'place')} one detector alone took something that shows for a face.")
    return [*said, str(audit["bound"]["verdict"])]


def looks(audit: Plain) -> list[str]:
    """For each who searches thoroughly, at which sizes and by which turns; none where an early report says nothing."""
    ways: Mapping[str, Plain] = audit.get("looks", {})
    return [f"{name} at {listed([str(size) for size in way['px']])} px{_turned(way)}" for name, way in ways.items()]


def _turned(way: Plain) -> str:
    degrees = [f"{turn}°" for turn in way["turned"] if turn]
    return f", turned by {listed(degrees).replace(' and ', ' or ')} too" if degrees else ""


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _libraries(report: Plain) -> str:
    software = report.get("software", {})
    said = [f"{title} {software[name]}" for name, title in _LIBRARIES.items() if name in software]
    python = [f"Python {software['python']}"] if "python" in software else []
    return f"Software: {listed([*python, *said])}." if said or python else ""
