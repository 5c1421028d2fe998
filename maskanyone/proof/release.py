"""What goes with a released result: for whom it is, the report in both versions, and a manifest of hashes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from maskanyone.proof import places
from maskanyone.proof.page import page
from maskanyone.proof.report import shareable, written
from maskanyone.proof.wording import paragraph, references

Plain = Mapping[str, Any]
FORMAT = 1
#: folders of the packed files: with the recording's name, and without it
PRIVATE, SHAREABLE = "private", "shareable"


@dataclass(frozen=True)
class Level:
    """For whom a result is. title: as it is chosen. says: what that means, a sentence."""

    title: str
    says: str


LEVELS = {
    "team": Level("The project’s team", "Nobody outside the project gets it."),
    "agreement": Level("On request", "Whoever asks and signs an agreement with you gets it."),
    "authorised": Level("Authorised researchers", "An archive gives it to researchers whom it has authorised."),
    "public": Level("Everybody", "It may be published; it cannot be taken back then."),
}


@dataclass(frozen=True)
class Released:
    """level: of ``LEVELS``. at: seconds since 1970. by: who looked it through, or nobody's name.

    looked_at: when somebody looked, seconds since 1970, by place.
    """

    level: str
    at: float
    by: str
    looked_at: Mapping[str, float]


def released(report: Plain, facts: Released) -> dict[str, Any]:
    """A report that tells for whom its result was released and what was looked at before."""
    level = LEVELS[facts.level]
    queue = places.queue(report)
    looked = [place for place in queue if place.key in facts.looked_at]
    told = {
        "level": facts.level,
        "title": level.title,
        "says": level.says,
        "at": _iso(facts.at),
        "places": len(queue),
        "looked_at": [_looked(place, facts.looked_at[place.key]) for place in looked],
        "shows_all_the_same": sum(place.shows for place in queue),
    }
    return dict(report) | {"release": told | ({"by": facts.by} if facts.by else {})}


def packed(report: Plain, result: str, at: float) -> bytes:
    """Reports, methods paragraph and manifest as a ZIP file, once as they are and once without names.

    Args:
        report: of a released result.
        result: what the result's file is called.
        at: when it was released, seconds since 1970.
    """
    nameless = f"result-{report['result']['sha256'][:12]}.mp4"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for folder, told, name in ((PRIVATE, report, result), (SHAREABLE, shareable(report), nameless)):
            for file, content in _files(told, name, without_names=folder == SHAREABLE).items():
                entry = zipfile.ZipInfo(f"{folder}/{file}", datetime.fromtimestamp(at, UTC).timetuple()[:6])
                entry.external_attr = 0o600 << 16
                made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _files(report: Plain, result: str, *, without_names: bool) -> dict[str, bytes]:
    """By their names; the manifest is the last and knows all others."""
    stem = result.removesuffix(".mp4")
    made = {
        f"{stem}.report.html": page(report, shareable=without_names).encode(),
        f"{stem}.report.json": written(report),
        "methods.txt": "\n\n".join([paragraph(report), *references(report), ""]).encode(),
    }
    return made | {"manifest.json": written(_manifest(report, result, made))}


def _manifest(report: Plain, result: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    told = report["result"]
    return {
        "format": FORMAT,
        "release": report["release"]["level"],
        "released": report["release"]["at"],
        "recording": {"sha256": report["source"]["sha256"], "bytes": report["source"]["bytes"]},
        "files": [
            {"name": result, "sha256": told["sha256"], "bytes": told["bytes"]},
            *(
                {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
                for name, content in files.items()
            ),
        ],
    }


def _looked(place: places.Place, at: float) -> dict[str, Any]:
    first, last = place.frames
    return {"first_frame": first, "last_frame": last, "kind": place.kind, "at": _iso(at)}


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
