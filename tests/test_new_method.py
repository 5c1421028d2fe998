"""A method is one file, one line and one row: docs/methods.md is followed in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("maskanyone", "pages", "presets", ".streamlit", "docs", "tests")
FILES = ("README.md", "CHANGELOG.md", "pyproject.toml", "app.py")

PAGE = """
import sys
from streamlit.testing.v1 import AppTest
script = '''
from maskanyone import registry
from maskanyone.ui import recipes
from maskanyone.ui.schema_form import form
import streamlit as st
offered = recipes.hiders("face")
st.write([info.title for info in offered])
st.json(form(offered[-1].schema, {}, key="made-up"))
'''
run = AppTest.from_string(script, default_timeout=60).run()
assert not run.exception, run.exception
print([slider.label for slider in run.slider], [picker.label for picker in run.color_picker])
print(run.json[-1].value)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the method of the document in it."""
    copy = tmp_path_factory.mktemp("project")
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.png", "*.jpg"))
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    document = (ROOT / "docs" / "methods.md").read_text("utf-8")
    file, line, row = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    (copy / "maskanyone" / "hide" / "stripes.py").write_text(file)
    importing, returned = (part for part in line.split("\n") if part.strip())
    package = copy / "maskanyone" / "hide" / "__init__.py"
    before = package.read_text("utf-8")
    after = re.sub(r"    return \(Solid, .*\)", f"{importing}\n{returned}", before)
    assert after != before
    package.write_text(after)
    promises = copy / "tests" / "promises" / "test_every_method.py"
    before = promises.read_text("utf-8")
    after = before.replace("ROWS = {\n", f"ROWS = {{\n{row.rstrip()}\n")
    assert after != before
    promises.write_text(after)
    return copy


def run(copy: Path, *arguments: str) -> str:
    variables = os.environ | {"PYTHONPATH": str(copy), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=variables, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_command_line_lists_it_with_its_settings(copy: Path) -> None:
    assert "hide.stripes" in run(copy, "-m", "maskanyone", "methods")
    assert "number" in run(copy, "-m", "maskanyone", "methods", "hide.stripes")


def test_the_documents_get_it(copy: Path) -> None:
    run(copy, "docs/tables.py")
    assert "| Stripes `hide.stripes` | gone |" in (copy / "README.md").read_text("utf-8")
    recipes = (copy / "docs" / "recipes.md").read_text("utf-8")
    assert "| `hide.stripes` | `number` | 2 to 40 across the face |" in recipes


def test_the_page_offers_it_with_its_form(copy: Path) -> None:
    shown = run(copy, "-c", PAGE)
    assert "Stripes" in shown
    assert "Light colour" in shown
    assert '"number"' in shown


@pytest.mark.slow
def test_every_promise_holds_for_it(copy: Path) -> None:
    told = run(copy, "-m", "pytest", "tests/promises/test_every_method.py", "-k", "stripes or row")
    assert " passed" in told
    assert int(re.findall(r"(\d+) passed", told)[-1]) > 10
