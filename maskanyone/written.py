"""Numbers as people write them, the same in the terminal, on the page and in a report."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """A duration as it is read aloud: 18 s, 4 min 02 s, 1 h 12 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def size(number: float) -> str:
    """A file's size: 340 kB, 12 MB, 1.2 GB."""
    for unit, factor, digits in (("GB", 1e9, 1), ("MB", 1e6, 0)):
        if number >= factor:
            return f"{number / factor:.{digits}f} {unit}"
    return f"{number / 1e3:.0f} kB"


def clock(seconds: float) -> str:
    """A position or a length as a player writes it: 2:05, 1:12:41."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 recording``, ``1,204 recordings``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
