"""Words of the page Models."""

from __future__ import annotations

LEAD = (
    "Models find people. They are fetched only when you ask for it, each checked against a known fingerprint; "
    "nothing about you or your recordings is sent."
)
HEADS = ("Model", "Licence", "Size", "State")
HERE, NOT_HERE, NEEDED = "Here", "Not here", "Needed by the presets"
FETCH, FETCH_DEFAULT, ACCEPT = "Fetch", "Fetch what the presets need", "I accept this licence"
ACCEPT_HELP = "For research that earns no money only. Read the licence at its authors before you accept."
FETCHING = "Fetching"
