"""Texts of others inside Markdown."""

from __future__ import annotations

_MARKS = frozenset("\\`*_{}[]()#+-.!|~<>$:^=&")


def plain(text: str) -> str:
    """A text in which Markdown sees no marks."""
    return "".join(f"\\{c}" if c in _MARKS else " " if ord(c) < 32 else c for c in text)
