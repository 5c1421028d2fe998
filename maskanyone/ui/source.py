"""The program's own source, as it runs here: whoever uses it over a network may have it (AGPL 13)."""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_BESIDE = (
    *(".streamlit", "docs", "pages", "presets", "tests"),
    *(
        "app.py",
        "constraints.txt",
        "CHANGELOG.md",
        "Dockerfile",
        "LICENSE",
        "Makefile",
        "make.py",
        "pyproject.toml",
        "README.md",
    ),
)
_LEFT_OUT = {"__pycache__"}


@lru_cache
def packed_source() -> bytes:
    """A ZIP file of all that this program was made from and is here."""
    root = PACKAGE.parent
    tops = [PACKAGE, *(root / name for name in _BESIDE if (root / "pages").is_dir())]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for top in tops:
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file() and not _LEFT_OUT & set(path.parts):
                    packed.write(path, path.relative_to(root))
    return data.getvalue()
