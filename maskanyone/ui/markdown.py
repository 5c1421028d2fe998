"""Texts of others inside Markdown."""

from __future__ import annotations

_ACTIVE = frozenset("\\`*[]<>$:~|^{}")
_MARKS = frozenset("\\`*_{}[]()#+-.!|~<>$:^=&")


def plain(text: str) -> str:
    """A text in which Markdown sees no marks."""
    return "".join(f"\\{c}" if c in _MARKS else " " if ord(c) < 32 else c for c in text)


def spoken(text: str) -> str:
    """A text for a label that is read aloud as it is written: without what Markdown would see a mark in."""
    return "".join(" " if c in _ACTIVE or ord(c) < 32 else c for c in text)
