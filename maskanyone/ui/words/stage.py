"""What the stage says. Names in braces are filled in by the page."""

from __future__ import annotations

WORDS = {
    "stage": "Before and after",
    "before": "Before",
    "after": "After",
    "before_picture": "The frame at {time} before",
    "after_picture": "The frame at {time} after",
    "border": "Border between before and after",
    "percent": "{share} % before",
    "back": "One frame back",
    "forward": "One frame forward",
    "of": "of {end}",
    "time": "Time of the frame",
    "waiting": "Looking around {time} …",
    "fails": "The frame at {time} could not be shown; choose another time.",
}
