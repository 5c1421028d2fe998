"""What is set on a page is there in the next tab, for its owner alone."""

from __future__ import annotations

from maskanyone.store import drafts
from tests.store.rows import OTHER, OWNER


def test_what_is_put_is_there_for_its_owner_until_it_is_put_again():
    assert drafts.get(OWNER, "recipe") == {}
    drafts.put(OWNER, "recipe", {"strength": 0.6, "names": ["ä", None]})
    assert drafts.get(OWNER, "recipe") == {"strength": 0.6, "names": ["ä", None]}
    assert drafts.get(OTHER, "recipe") == {}
    assert drafts.get(OWNER, "other") == {}
    drafts.put(OWNER, "recipe", {"strength": 0.7})
    assert drafts.get(OWNER, "recipe") == {"strength": 0.7}


def test_what_is_taken_out_changes_nothing_that_is_kept():
    drafts.put(OWNER, "recipe", {"strength": 0.6})
    drafts.get(OWNER, "recipe")["strength"] = 1.0
    assert drafts.get(OWNER, "recipe") == {"strength": 0.6}
