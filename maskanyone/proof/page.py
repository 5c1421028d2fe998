"""The report as a page for people: one HTML file that holds no script and no address, and prints on A4."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from maskanyone.proof.places import covering, unfound
from maskanyone.proof.report import shareable as without_names
from maskanyone.proof.timeline import LEFT, NARROW, WIDTH, Scale, colour, letters, moment, timeline
from maskanyone.proof.wording import HOW, counts, looks, paragraph, references, searched, steps
from maskanyone.written import clock, counted, duration, size

if TYPE_CHECKING:
    from jinja2 import Template

Plain = Mapping[str, Any]
#: how every page begins, by which one of ours is told from a stranger's
BEGINNING = "<!doctype html>\n<!-- a report of MaskAnyone -->\n"
#: rows that stand in their section; longer tables are at the end, up to so many rows
_FEW, _MOST = 12, 2000
_INNERMOST = re.compile(r"\{[^{}\[\]]*\}")
_EARLY: Plain = {
    "not_hidden": [], "cuts": [], "looks": [], "faults": [], "damage": [], "not_protected": [], "methods": [],
    "software": {}, "weights": [], "corrections": [],
}  # fmt: skip
_STATES = ("seen", "hinted", "placed", "filled", "followed", "guessed", "mended")
#: what a hand did, in words after a number; told where it occurs
_BY_HAND = {"by hand": "hidden", "spared": "spared"}
_NO_SIGHT, _WEAK, _SHOWS, _COVERED = "no face found", "weak, not hidden", "still shows", "covered wholly"


@dataclass(frozen=True)
class Table:
    """head: name and kind of each column (``text``, ``span``, ``number`` or ``letter``). rows: of words.

    few: places of the rows that stand in the section; first: which these are, in words.
    left_out: rows that are nowhere.
    """

    name: str
    title: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    few: tuple[int, ...]
    first: str
    left_out: int


def page(report: Plain, *, shareable: bool = False) -> str:
    """The whole page, from a report's plain data alone, so that a stored one can be shown again.

    Args:
        shareable: leave out all that names the recording or somebody.

    Raises:
        ValueError: this is no report, or part of it is not what it should be.
    """
    from jinja2 import TemplateError

    try:
        told = without_names(report) if shareable else report
        return BEGINNING + _template().render(
            _shown(_filled(told)), recipe=_dense(told["recipe"]), by_hand=() if shareable else _by_hand(told)
        )
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, TemplateError) as error:
        raise ValueError(f"this is no whole report ({error})") from error


def _filled(report: Plain) -> Plain:
    """With what early versions did not tell, or a shareable report leaves out."""
    recipe = {"name": "", "output": {}, "track": {}} | report["recipe"]
    return {**_EARLY, **report, "recipe": recipe}


def _shown(report: Plain) -> dict[str, Any]:
    """All that the template needs, in words and numbers."""
    source, result, tracks = report["source"], report["result"], report["tracks"]
    stretches, weak = report["to_look_at"], report["not_hidden"]
    frames, audit = int(result["frames"]), searched(report)
    covered = covering(stretches)
    nobody = [_stretch(run, report) for run in unfound(tracks, covered, frames)]
    left = audit["left"] if audit else []
    how = counts(tracks)
    spared = how.pop("spared", 0)
    name = source.get("name")
    return {
        "name": name,
        "title": name or f"Recording {str(source['sha256'])[:8]}",
        "state": _state(report, audit, nobody),
        "verdict": report["verdict"],
        "report": report,
        "source": source,
        "result": result,
        "made": _when(str(report["made"])),
        "release": _release(report.get("release")),
        "software": report["software"],
        "pictures": _pictures(source),
        "steps": steps(report),
        "how": [(HOW.get(state, state), number) for state, number in how.items()],
        "spared": spared,
        "tracks": _tracks(tracks),
        "names": _names(tracks),
        "corrections": _corrections(report["corrections"]),
        "timeline": timeline(
            tracks,
            [part for part in stretches if "track" in part],
            {_COVERED: covered, _NO_SIGHT: nobody, _WEAK: weak, _SHOWS: left},
            report["cuts"],
            Scale(frames, float(source["first_frame_s"]), float(result["seconds"])),
        ),
        "wanted": _wanted(len(stretches), len(nobody)),
        "stretches": _stretches([*stretches, *nobody], tracks),
        "weak": _weak(weak),
        "audit": audit,
        "thoroughly": looks(audit) if audit else [],
        "left": _places("left", "Places where somebody shows", left),
        "perhaps": _places("perhaps", "What one detector alone took for a face", (audit or {}).get("perhaps", [])),
        "methods_paragraph": paragraph(report),
        "references": references(report),
        "weights": [*report["weights"], *((audit or {}).get("weights", []))],
        "left_edge": LEFT,
        "breadth": WIDTH,
        "narrow": NARROW,
    }


def _release(release: Plain | None) -> Plain | None:
    return dict(release) | {"when": _when(str(release["at"]))} if release else None


def _by_hand(report: Plain) -> tuple[str, ...]:
    """What only people know."""
    known = "by" in report.get("release", {})
    looked = () if known else ("Looked through by, on",)
    return ("Run by", *looked, "Original kept at", "Original deleted on")


def _state(report: Plain, audit: Plain | None, nobody: Sequence[Plain]) -> tuple[str, str]:
    """What the reader has to do, as a mark and in words."""
    if audit and audit["left"]:
        return "shows", "Somebody shows"
    unlooked = any(look["frames_looked_at"] < look["frames_asked"] for look in report["looks"])
    listed = (report["to_look_at"], report["not_hidden"], report["faults"], report["damage"], nobody)
    if any(listed) or unlooked or not audit or audit.get("perhaps") or audit["frames_missing"]:
        return "look", "Wants a look"
    return "none", "Nothing listed to look at"


def _pictures(source: Plain) -> str:
    said = f"{int(source['width'])} × {int(source['height'])} px, {source['codec']}"
    said += f", turned by {source['turned_clockwise']}° to stand upright" if source.get("turned_clockwise") else ""
    said += ", mirrored" if source.get("mirrored") else ""
    return said + (", interlaced" if source.get("interlaced") else "")


def _tracks(tracks: Sequence[Plain]) -> Table:
    named, total = _named(tracks), counts(tracks)
    by_hand = any(total.get(state) for state in _BY_HAND)
    states = [state for state in _STATES if state == "seen" or total.get(state)]
    rows = [
        (
            letter,
            str(track["kind"]),
            _times(track),
            _frames(track),
            *(f"{int(track['frames'].get(state, 0)):,}" for state in states),
            _score(track["best_score"]),
            _hand(track["frames"]) if by_hand else _ends(track),
        )
        for letter, track in named
    ]
    if len(rows) > 1:
        hand = _hand(total) if by_hand else ""
        rows.append(("", "all", "", "", *(f"{total.get(state, 0):,}" for state in states), "", hand))
    head = "track:letter kind:text time:span frames:number "
    head += " ".join(f"{state}:number" for state in states)
    head += f" best_score:number {'by_hand' if by_hand else 'begins/ends'}:text"
    order = sorted(range(len(named)), key=lambda at: _length(named[at][1]), reverse=True)
    return _table("tracks", "All tracks", head, rows, order, last=len(rows) > len(named))


def _names(tracks: Sequence[Plain]) -> Table:
    """What corrections by hand call each track, for the end of the page."""
    rows = [
        (
            letter,
            str(track["id"]),
            _frames(track),
            _ends(track),
            f"{int(track['at']['frame']):,}",
            _corners(track["at"]["box"]),
        )
        for letter, track in _named(tracks)
        if "at" in track
    ]
    head = "track:letter id:text frames:number begins/ends:text first_seen:number box_then,_px:text"
    return _table("names", "What corrections call the tracks", head, rows, (), few=0)


def _named(tracks: Sequence[Plain]) -> list[tuple[str, Plain]]:
    """Tracks in the order of their letters."""
    return sorted(zip(letters(tracks), tracks, strict=True), key=lambda pair: (len(pair[0]), pair[0]))


def _corrections(corrections: Sequence[Plain]) -> Table:
    rows = [
        (
            f"{int(each['number']):,}",
            str(each["what"]),
            str(each.get("author", "left out")),
            _when(str(each["time"])),
            str(each.get("reason", "left out")) or "none given",
        )
        for each in corrections
    ]
    head = "no.:number what:text who:text when:text why:text"
    return _table("corrections", "All corrections by hand", head, rows, range(len(rows)), "first")


def _wanted(stretches: int, nobody: int) -> str:
    """How many stretches want a look, those apart in which nobody was found."""
    numbers = {"": stretches, " in which no face was found": nobody}
    return ", and ".join(f"{counted(n, 'stretch', 'stretches')}{what}" for what, n in numbers.items() if n)


def _stretches(stretches: Sequence[Plain], tracks: Sequence[Plain]) -> Table:
    by_id = {track["id"]: letter for letter, track in zip(letters(tracks), tracks, strict=True)}
    ordered = sorted(stretches, key=lambda part: (int(part["first_frame"]), int(part["last_frame"])))
    rows = [
        (by_id.get(part.get("track"), ""), _times(part), _frames(part), _sentence(part["reason"])) for part in ordered
    ]
    order = sorted(range(len(rows)), key=lambda at: _length(ordered[at]), reverse=True)
    head = "track:letter time:span frames:number why:text"
    return _table("stretches", "All stretches that want a look", head, rows, order)


def _weak(tracks: Sequence[Plain]) -> Table:
    rows = [
        (_times(track), _frames(track), _box(track["box"]) if "box" in track else "",
         f"{int(track['frames'].get('seen', 0)):,}", _score(track["best_score"]),
         ", ".join(map(str, track.get("found_by", ()))))
        for track in tracks
    ]  # fmt: skip
    order = sorted(range(len(rows)), key=lambda at: float(tracks[at]["best_score"] or 0), reverse=True)
    head = "time:span frames:number where:text seen_in:number best_score:number by:text"
    return _table("weak", "All weak sights that are not hidden", head, rows, order, "with the highest scores")


def _places(name: str, title: str, places: Sequence[Plain]) -> Table:
    rows = [
        (_times(place), _frames(place), _box(place["box"]), f"{float(place['shows']):.0%}",
         ", ".join(map(str, place["by"])))
        for place in places
    ]  # fmt: skip
    order = sorted(range(len(rows)), key=lambda at: _length(places[at]), reverse=True)
    return _table(name, title, "time:span frames:number where:text shows:number by:text", rows, order)


def _table(
    name: str,
    title: str,
    head: str,
    rows: Sequence[tuple[str, ...]],
    order: Sequence[int],
    best: str = "longest",
    *,
    last: bool = False,
    few: int = _FEW,
) -> Table:
    """head: names and kinds of the columns. order: rows, those that matter most first; best: what that means.

    last: the last row is a sum and always stands. few: rows that stand in the section.
    """
    chosen = sorted(order[:few])
    if last:
        chosen.append(len(rows) - 1)
    columns = (column.rpartition(":") for column in head.split())
    kept = tuple(rows[:_MOST])
    return Table(
        name,
        title,
        tuple((words.replace("_", " ").replace("/", " / "), kind) for words, _, kind in columns),
        kept,
        tuple(at for at in chosen if at < len(kept)) if len(rows) - last > few else tuple(range(len(kept))),
        f"{few} {best}",
        len(rows) - len(kept),
    )


def _stretch(run: range, report: Plain) -> dict[str, Any]:
    first, a_frame = report["source"]["first_frame_s"], report["result"]["seconds"] / report["result"]["frames"]
    return {
        "first_frame": run.start,
        "last_frame": run.stop - 1,
        "from_s": first + run.start * a_frame,
        "to_s": first + (run.stop - 1) * a_frame,
        "reason": "no face was found: make sure that nobody is in it",
    }


def _times(span: Plain) -> str:
    return " to ".join(dict.fromkeys((moment(float(span["from_s"])), moment(float(span["to_s"])))))


def _frames(span: Plain) -> str:
    return " to ".join(dict.fromkeys((f"{int(span['first_frame']):,}", f"{int(span['last_frame']):,}")))


def _length(span: Plain) -> int:
    return int(span["last_frame"]) - int(span["first_frame"])


def _box(box: Sequence[float]) -> str:
    x1, y1, x2, y2 = (round(corner) for corner in box)
    return f"{x2 - x1} × {y2 - y1} px at {x1}, {y1}"


def _hand(frames: Mapping[str, Any]) -> str:
    """How many frames a hand hid and spared."""
    return ", ".join(f"{int(frames[state]):,} {words}" for state, words in _BY_HAND.items() if frames.get(state))


def _ends(track: Plain) -> str:
    return f"{track['starts']} / {track['ends']}"


def _corners(box: Sequence[float]) -> str:
    return ", ".join(f"{float(side):g}" for side in box)


def _score(score: float | None) -> str:
    return "" if score is None else f"{float(score):.3f}"


def _dense(plain: Plain) -> str:
    """As JSON in which what is innermost stands on one line."""
    text = json.dumps(plain, indent=1, ensure_ascii=False)
    return _INNERMOST.sub(lambda match: re.sub(r"\n *", " ", match[0]), text)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _when(moment_: str) -> str:
    """``2026-11-26 19:29 UTC``."""
    day, _, rest = moment_.partition("T")
    zone = rest[8:].lstrip(".0123456789")
    return f"{day} {rest[:5]}{' UTC' if zone in ('Z', '+00:00') else zone}"


def _clean(value: object) -> object:
    """What is no text becomes readable: control characters, and bytes of a file name that were no letters."""
    if not isinstance(value, str):
        return value
    return value.translate({ord(c): f"\\x{ord(c):02x}" for c in set(value) if _unprintable(c)})


def _unprintable(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_clean
    )
    made.filters.update(clock=clock, duration=duration, size=size, colour=colour, sentence=_sentence)
    made.globals.update(counted=counted)
    return made.from_string(resources.files(__package__).joinpath("page.html").read_text("utf-8"))
