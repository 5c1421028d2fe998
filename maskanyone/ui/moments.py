"""Dates and times as the browser's locale orders them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st


def moment(at: float, *, seconds: bool = False) -> str:
    """``26 Nov 2026, 18:55``; at: seconds since 1970."""
    try:
        zone: Any = ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError):
        zone = None
    told = datetime.fromtimestamp(at, zone)
    month_first = (st.context.locale or "").endswith("US")
    day = f"{told:%m/%d/%Y}" if month_first else f"{told.day} {told:%b %Y}"
    return f"{day}, {told:%H:%M:%S}" if seconds else f"{day}, {told:%H:%M}"
