"""What stands around the preset cards."""

from __future__ import annotations

LABEL = "Ways to hide people"
HIDES = "Hidden:"
SOUND = "Sound:"
