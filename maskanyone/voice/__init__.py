"""What becomes of the sound. Changing a voice comes later; today it is kept or removed, and never by silence."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class VoiceParams(BaseModel):
    """No choice yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Voice:
    """Base of all methods on sound. keeps: whether the result has sound at all."""

    id: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str]
    level: ClassVar[str] = "not measured yet"
    protects: ClassVar[str]
    shows: ClassVar[str]
    keeps: ClassVar[bool]
    Params: ClassVar[type[VoiceParams]] = VoiceParams


def voices() -> tuple[type[Voice], ...]:
    """All built-in methods on sound. Adding one means its file and its line here."""
    from maskanyone.voice.keep import Keep
    from maskanyone.voice.remove import Remove

    return (Remove, Keep)
