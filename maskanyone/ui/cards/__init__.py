"""Preset cards: a radio group of pictures, each with what it hides and what still shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from maskanyone.ui.component import declared
from maskanyone.ui.words import cards as words


@dataclass(frozen=True)
class Card:
    """One card.

    Attributes:
        picture: a ``data:`` or ``/api`` address of a picture, shown 2.4:1; "" leaves a quiet area.
        hides: from what it hides, in about 20 letters, and whether that wants a look (amber).
        sound: what becomes of the voice, in about 20 letters, and whether it stays (amber).
        note: a third line, for what must be known before choosing.
    """

    id: str
    title: str
    picture: str
    hides: tuple[str, bool]
    sound: tuple[str, bool]
    note: str = ""


def cards(options: Sequence[Card], *, key: str, chosen: str, on_pick: Callable[[str], object]) -> None:
    """Draw the cards.

    Args:
        chosen: id of the one that is chosen now, "" or an unknown one for none.
        on_pick: is told of a pick before the page runs again, and so before any click that came after it is seen.
    """
    declared(__file__)(
        key=key,
        data={
            "options": [_plain(card) for card in options],
            "chosen": chosen,
            "words": {"label": words.LABEL, "hides": words.HIDES, "sound": words.SOUND},
        },
        on_chosen_change=lambda: on_pick(st.session_state[key]["chosen"]["id"]),
    )


def _plain(card: Card) -> dict[str, Any]:
    (hides, amber), (sound, kept) = card.hides, card.sound
    return asdict(card) | {"hides": hides, "amber": amber, "sound": sound, "kept": kept}
