"""The default recipe with one look of one detector and no search: for tests of what happens around the finding."""

from __future__ import annotations

import json
from pathlib import Path

from maskanyone import Recipe
from maskanyone.recipe import DEFAULT


def lean(size: int = 256) -> Recipe:
    """A recipe whose run takes little. size: px that the detector looks at."""
    plain = Recipe.preset(DEFAULT).data()
    first = plain["detect"][0]
    look = first | {"params": first["params"] | {"size": size, "every": 1, "hint": 0.0}}
    return Recipe.parse(plain | {"detect": [look], "audit": {"on": False}})


def lean_file(folder: Path) -> tuple[str, str]:
    """Words for the command line, that name this recipe in a file in ``folder``."""
    path = folder / "lean.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(lean().data()), "utf-8")
    return "--recipe", str(path)
