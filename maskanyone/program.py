"""Python programs of ours in processes of their own."""

from __future__ import annotations

import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
#: finds this very package wherever it is started, and nothing that lies in the folder it is started in
_BEFORE = "import sys\nsys.path.insert(0, sys.argv.pop(1))\n"


def python(program: str, *arguments: str) -> list[str]:
    """The command that runs a program's text; it finds the arguments in ``sys.argv[1:]``."""
    return [sys.executable, "-P", "-c", _BEFORE + program, str(_PACKAGE), *arguments]
