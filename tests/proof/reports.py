"""A report as the pipeline writes it, of a made-up run in which everything happened."""

from __future__ import annotations

import copy
from typing import Any

FRAMES, RATE = 300, 25


def told(**changes: Any) -> dict[str, Any]:
    """The report, with other values at its top level."""
    return copy.deepcopy(_REPORT) | changes


def span(first: int, last: int) -> dict[str, Any]:
    return {"first_frame": first, "last_frame": last, "from_s": first / RATE, "to_s": last / RATE}


def track(name: str, first: int, last: int, **frames: int) -> dict[str, Any]:
    seen = last - first + 1 - sum(frames.values())
    return span(first, last) | {
        "id": name,
        "kind": "face",
        "frames": {"seen": seen} | frames,
        "starts": "found",
        "ends": "cut",
        "best_score": 0.918,
        "found_by": ["centerface@640"],
        "at": {"frame": first, "box": [12.0, 30.5, 52.0, 81.0]},
    }


def correction(number: int, what: str, author: str = "R. Okafor", reason: str = "a cup") -> dict[str, Any]:
    time = "2026-11-27T09:30:00+01:00"
    return span(40, 49) | {
        "number": number, "do": "delete", "what": what, "author": author, "time": time, "reason": reason,
        "about": ["one"], "edit": {"do": "delete", "track": author, "author": author, "time": time, "reason": reason},
    }  # fmt: skip


def stretch(name: str, first: int, last: int, state: str, reason: str) -> dict[str, Any]:
    return span(first, last) | {"reason": reason, "track": name, "state": state}


def place(first: int, last: int, by: list[str]) -> dict[str, Any]:
    return span(first, last) | {"box": [12.0, 30.5, 52.0, 81.0], "shows": 0.87, "by": by}


_REPORT: dict[str, Any] = {
    "format": 1,
    "key": "a" * 64 + "." + "b" * 64,
    "verdict": "At least one face is hidden in 260 of 300 frames.",
    "made": "2026-11-26T19:29:40+00:00",
    "seconds": 12.3,
    "source": {
        "name": "interview_03.mp4", "sha256": "a" * 64, "bytes": 2_656_163, "frames": FRAMES, "codec": "hevc",
        "width": 1080, "height": 1920, "turned_clockwise": 90, "mirrored": False, "interlaced": False,
        "left_out": ["file metadata"], "first_frame_s": 0.0, "zero_s": 0.0,
    },
    "result": {"sha256": "c" * 64, "bytes": 2_859_518, "frames": FRAMES, "seconds": 12.0, "sound": "removed"},
    "recipe": {
        "format": 1, "name": "Faces filled, voice removed", "description": "For the archive.",
        "people": [{"who": "everyone", "hide": [
            {"target": "face", "method": "hide.solid", "version": 1, "params": {"margin": 0.2, "colour": "#1f2123"}},
        ]}],
        "sound": [{"method": "voice.remove", "version": 1, "params": {}}],
        "detect": [
            {"method": "detect.centerface", "version": 1, "params": {"size": 640, "turn": 0, "steady": 1}},
            {"method": "detect.centerface", "version": 1, "params": {"size": 416, "turn": 90, "steady": 5}},
        ],
        "track": {"before": 0.25, "after": 0.25, "fill": 1.0, "start": 0.3, "confirm": 0.4},
        "output": {"codec": "h264", "crf": 18}, "audit": {"on": True, "rounds": 2}, "seed": None,
    },
    "methods": [
        {"method": "hide.solid", "title": "Solid fill", "level": "gone",
         "protects": "No pixel of the hidden area is left.", "shows": "Where the face is, and its size."},
        {"method": "voice.remove", "title": "Voice removed", "level": "gone",
         "protects": "The voice is gone.", "shows": "Lips may still be read."},
    ],
    "faces": {"frames_hidden": 260, "frames_covered_wholly": 10, "most_at_once": 2, "tracks": 2},
    "to_look_at": [
        stretch("one", 40, 49, "filled", "not seen for a moment, hidden between two sights"),
        stretch("one", 194, 199, "guessed", "before the first or after the last sight"),
        stretch("two", 80, 84, "mended", "found by the search of the result, hidden then"),
        span(270, 279) | {"reason": "whole picture covered: nobody could look at it"},
    ],
    "tracks": [track("two", 80, 259, mended=5), track("one", 0, 199, filled=10, guessed=6)],
    "not_hidden": [track("weak", 10, 14) | {"best_score": 0.271}],
    "cuts": [120],
    "looks": [
        {"by": "centerface@640", "frames_asked": 300, "frames_looked_at": 290},
        {"by": "centerface@416 turned 90 steadied 5", "frames_asked": 38, "frames_looked_at": 38},
    ],
    "faults": ["frame 7: hide.solid raised OSError: no such file; the region was filled"],
    "damage": ["1 packet(s) are damaged"],
    "audit": {
        "by": ["UltraFace", "BlazeFace", "MTCNN"],
        "looks": {
            "UltraFace": {"px": [384, 960], "turned": [0, 90, 180, 270]}, "BlazeFace": {"px": [384], "turned": [0]},
        },
        "rounds": 2, "frames_searched": 300, "frames_searched_by_all": 25,
        "frames_missing": 0, "hidden_afterwards": 1, "left": [place(60, 66, ["MTCNN", "BlazeFace"])],
        "perhaps": [place(220, 220, ["UltraFace"])],
        "bound": {"checks": 20, "recall": 0.95, "rate": 0.158, "verdict": "Somebody shows; no bound can be given."},
        "weights": [{"name": "ultraface", "sha256": "d" * 64, "prepared_sha256": None, "licence": "MIT"}],
    },
    "not_protected": ["Body shape, clothing, gait and gestures are as in the source."],
    "software": {"python": "3.11.7", "system": "Linux", "maskanyone": "0.1.0", "av": "18.1.0"},
    "weights": [
        {"name": "centerface", "sha256": "e" * 64, "prepared_sha256": "f" * 64, "preparation": "onnx_any_size",
         "preparation_version": 1, "licence": "MIT"},
    ],
}  # fmt: skip
