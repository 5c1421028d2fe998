"""Words of the page Mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from maskanyone import registry
from maskanyone.written import counted, duration

OWN = "Own settings"
AS_LEFT = "Own settings, as you left them."
NOTHING = "Choose at least one recording on the page Videos first."
TO_VIDEOS = "To the videos"
RECORDING = "Recording"
HIDE, VOICE, FINDING, FILE = "Hide", "Voice", "Finding", "File"
WITH = "With"
WHAT = "What to hide"
ANOTHER = "Hide something else too"
NOT_THIS = "Do not hide this"
FOLLOWING = "Following people"
LOOKED = "The preview looks one second either way; the run looks at everything, and follows what the preview may show."
KEEP = "Keep as a preset"
KEEP_NAME = "Name of the preset"
KEEP_IT = "Keep"
VOICE_KEPT, VOICE_GONE = "voice kept", "voice removed"
MISSING = "Get the models"
CHANGED = "Something was changed since it was shown here. Look again, then start."
BEFORE_NOTE = "No preview"
#: from the strongest on; a method that says anything else reaches none of them
LEVELS = ("gone", "hides from software", "hides from people")
UNMEASURED = "not measured yet"
TARGETS = {"face": "Face", "head": "Head", "person": "Whole body", "plate": "Plate", "text": "Writing"}


def nothing(kept: str) -> str:
    """Nothing is chosen; kept: what the settings that wait are called, if any do."""
    return f"{NOTHING}  \n:gray[Your settings are kept: {kept}.]" if kept else NOTHING


def recordings(place: int, number: int) -> str:
    if number == 1:
        return "The one recording that you chose."
    return f"{place} of {number} recordings. What you choose here is done to all of them."


def run(number: int) -> str:
    return f"Mask {counted(number, 'recording')}"


def about(seconds: float) -> str:
    return f"About {duration(seconds)} on this computer."


def summary(steps: Sequence[Mapping[str, Any]], keeps_sound: bool) -> str:
    """``Face: solid fill. Head: blur. The voice stays.``"""
    hidden = [f"{target(step['target'])}: {registry.info(step['method']).title.lower()}" for step in steps]
    return f"{'. '.join(hidden)}. {'The voice stays.' if keeps_sound else 'All sound is left out.'}"


def target(name: str) -> str:
    return TARGETS.get(name, name.capitalize())


def level(text: str) -> str:
    return text or UNMEASURED


def protected(targets: Sequence[str], text: str) -> str:
    """``Face: gone``."""
    return f"{' and '.join(target(name) for name in dict.fromkeys(targets)).capitalize()}: {text}"


def kept(title: str) -> str:
    return f"Kept as “{title}”. It stands among the cards, and on the page Presets."


def started(number: int) -> str:
    return f"{counted(number, 'recording')} in line. You may close this page; they go on."


def looking(titles: Sequence[str]) -> str:
    """``CenterFace, 7 kinds of looks``."""
    names = ", ".join(dict.fromkeys(titles))
    return f"{names}, {len(titles)} kinds of looks" if len(titles) > 1 else names


def look(title: str, params: Mapping[str, Any], *, closely: bool = False) -> str:
    """``CenterFace 416 px, turned 90°``. closely: it is asked about single places."""
    parts = [f"{title} {params['size']} px" if "size" in params else title]
    if closely:
        parts.append("closely, where others have a hint")
    if params.get("turn"):
        parts.append(f"turned {params['turn']}°")
    if params.get("steady", 1) > 1:
        parts.append(f"steadied over {params['steady']} frames")
    if params.get("soften"):
        parts.append(f"softened by {params['soften']} px")
    return ", ".join(parts)
