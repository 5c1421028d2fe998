"""Own components: one JS module and its style, declared once a process and without a build step."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

_ELEMENTS = Path(__file__).with_name("elements.js")


@lru_cache
def declared(file: str, *, elements: bool = False) -> Callable[..., Any]:
    """The component whose ``NAME.js`` and ``NAME.css`` lie beside a package's file; NAME is the folder's.

    Args:
        file: the package's ``__file__``. Only to be called where Streamlit runs.
        elements: whether its module uses what is in ``elements.js``.
    """
    import streamlit as st

    folder = Path(file).parent
    style, script = (folder / f"{folder.name}.{ending}" for ending in ("css", "js"))
    component: Callable[..., Any] = st.components.v2.component(
        f"maskanyone_{folder.name}",
        html="<div class='part'></div>",
        css=style.read_text("utf-8"),
        js=(_ELEMENTS.read_text("utf-8") if elements else "") + script.read_text("utf-8"),
    )
    return component
