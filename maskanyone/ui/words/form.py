"""What a form made from a schema says."""

from __future__ import annotations

MORE = "More"
YES, NO = "on", "off"
NONE_SET = "not set"
NOT_JSON = "This is not JSON. Write text in double quotes, lists as [1, 2], and true, false or null for the rest."
MISSING = "This is still missing."


def too_small(least: float) -> str:
    """A number lies below its bound."""
    return f"This must be at least {least:g}."


def too_large(most: float) -> str:
    """A number lies above its bound."""
    return f"This must be at most {most:g}."


def uneven(step: float) -> str:
    """A number lies between two permitted ones."""
    return f"This must be a multiple of {step:g}."


def too_short(least: int) -> str:
    """A text has too few letters."""
    return MISSING if least == 1 else f"This needs at least {least} characters."


def too_long(most: int) -> str:
    """A text has too many letters."""
    return f"This may have at most {most} characters."


def too_few(least: int) -> str:
    """Too few of several are chosen."""
    return "Choose at least one." if least == 1 else f"Choose at least {least}."


def too_many(most: int) -> str:
    """Too many of several are chosen."""
    return f"Choose at most {most}."


def unfit(why: str) -> str:
    """A value does not fit for a reason that has no sentence of its own."""
    return f"This does not fit: {why}."


def replaced(value: object, by: object) -> str:
    """A value from a file or preset could not be kept."""
    return f"{value} cannot be used here, so {by} is set."


def named(name: str) -> str:
    """A name in a schema as a person reads it."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
