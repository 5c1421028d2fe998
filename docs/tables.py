"""Write the marked tables of the documents from the presets, the methods' schemas and the weights' catalogue.

python docs/tables.py            writes them
python docs/tables.py --check    only says whether they are as they should be (exit 1 where not)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maskanyone import registry
from maskanyone.recipe import AuditSettings, OutputSettings, Recipe, presets
from maskanyone.track import TrackParams
from maskanyone.weights import catalogue

README = Path(__file__).resolve().parent.parent / "README.md"


def tables() -> Mapping[str, str]:
    """Each marked table as Markdown."""
    return {
        "presets": _presets(),
        "methods": _methods(),
        "parameters": _parameters(),
        "settings": _settings(),
        "weights": _weights(),
    }


def with_tables(text: str) -> str:
    """A text with every marked table as it should be."""
    for name, table in tables().items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = pattern.sub(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text)  # type: ignore[misc]
    return text


def _presets() -> str:
    rows = [(f"`{name}`", Recipe.load(path).description) for name, path in presets().items()]
    return _table(("preset", "what becomes of the recording"), rows)


def _methods() -> str:
    rows = [(f"{m.title} `{m.id}`", m.level, m.protects, m.shows) for m in registry.methods().values() if m.level]
    return _table(("method", "level", "what it protects from", "what still shows"), rows)


def _parameters() -> str:
    rows = [(f"`{m.id}`", *row) for m in registry.methods().values() for row in _rows(m.schema)]
    return _table(("method", "setting", "values", "default", "what changes"), rows)


def _settings() -> str:
    parts = {"track": TrackParams, "audit": AuditSettings, "output": OutputSettings}
    rows = [(f"`{part}`", *row) for part, made in parts.items() for row in _rows(made.model_json_schema())]
    return _table(("part", "setting", "values", "default", "what changes"), rows)


def _rows(schema: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Setting, values, default and description of all that may be chosen."""
    return [
        (f"`{key}`", _kind(field), f"`{field.get('default')}`", field.get("description", ""))
        for key, field in schema.get("properties", {}).items()
        if "const" not in field
    ]


def _weights() -> str:
    rows = [(w.title, w.purpose, w.licence, ", ".join(w.sets[:1])) for w in catalogue().values()]
    return _table(("weights", "used for", "licence", "set"), rows)


def _kind(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    bounds = [str(field[key]) for key in ("minimum", "maximum") if key in field]
    unit = f" {field['unit']}" if "unit" in field else ""
    return f"{' to '.join(bounds) or field.get('format', field.get('type', ''))}{unit}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in (head, *rows)
    ]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def main() -> int:
    """Write or check the README and docs/recipes.md."""
    stale = 0
    for path in (README, README.parent / "docs" / "recipes.md"):
        text = path.read_text(encoding="utf-8")
        if text != (new := with_tables(text)):
            stale = 1
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
            print(f"{path.name} {'is not up to date' if '--check' in sys.argv else 'was written'}")
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
