"""Keep the sound as it is."""

from __future__ import annotations

from maskanyone.voice import Voice


class Keep(Voice):
    """Keeps the first sound track, in step with the picture. A voice identifies its speaker."""

    id, title, keeps, level = "voice.keep", "Voice kept", True, "hides nothing"
    protects = "Nothing: the voice and all that is said stay as they are."
    shows = "Who speaks can be told by ear and by software, and names that are said are heard."
