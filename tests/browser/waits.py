"""What a reader of the page waits for without knowing it."""

from __future__ import annotations

from typing import Any


def settled(page: Any) -> None:
    """All that was asked of the page is drawn."""
    from playwright.sync_api import expect

    page.wait_for_timeout(500)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
