"""Remove the sound."""

from __future__ import annotations

from maskanyone.voice import Voice


class Remove(Voice):
    """Leaves out all sound: nothing of the voice or of what is said remains."""

    id, title, keeps, level = "voice.remove", "Voice removed", False, "gone"
    protects = "The voice and all that is said are gone."
    shows = "Lips may still be read where the mouth is not hidden."
