"""Cards as the page that chooses a preset has them."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui.cards import Card, cards

st.set_page_config(layout="wide")
FACE = "<ellipse cx='60' cy='45' rx='22' ry='30' fill='{}'/>"
WALL = "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 160 80'>"


def drawn(wall: str, face: str) -> str:
    """A picture of the card's method: a wall and a face in two colours."""
    inside = f"<rect width='160' height='80' fill='{wall}'/>" + FACE.format(face)
    return (WALL + inside + "</svg>").replace("#", "%23")


OPTIONS = [
    Card(
        "blurred", "Blurred faces", drawn("#d9d4cf", "#a8897c"),
        ("software sees through it", True), ("voice removed", False),
    ),
    Card("covered", "Covered faces", drawn("#d9d4cf", "#1f2123"), ("gone", False), ("voice kept", True)),
    Card(
        "lines", "Contours", drawn("#1f2123", "#eeeeee"), ("hides people", False), ("voice removed", False), "no sound"
    ),
    Card("later", "Without a picture", "", ("hides from software", False), ("voice removed", False)),
]

given = st.session_state.setdefault("given", "blurred")
left, right = st.columns([347, 800], gap="medium")
with left.container(width=347):
    cards(OPTIONS, key="preset", chosen=given, on_pick=lambda card: st.session_state.update(given=card))
right.write(f"Chosen: {given or 'none'}.")
for name in ("covered", "lines", ""):
    if right.button(f"Give {name or 'none'}"):
        st.session_state["given"] = name
        st.rerun()
