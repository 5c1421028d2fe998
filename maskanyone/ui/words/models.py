"""Words of the page Models."""

from __future__ import annotations

LEAD = (
    "Models find people. They are fetched only when you ask for it, each checked against a known fingerprint; "
    "nothing about you or your recordings is sent."
)
WHY = (
    "The presets cannot do without those that are marked. Those that come with them look as well where they are here, "
    "and the report says which did. Fetch another one if faces are missed and you want to try it instead: it can then "
    "be chosen on the page Mask, under Finding."
)
HEADS = ("Model", "State")
HERE, NEEDED = "Here", "Needed by the presets"
FETCH, FETCH_DEFAULT, ACCEPT = "Fetch", "Fetch what the presets need", "I accept this licence"
ACCEPT_HELP = "For research that earns no money only. Read the licence at its authors before you accept."
FETCHING = "Fetching"


def facts(licence: str, size: str) -> str:
    return f"{licence} · {size}"
