"""The script that Streamlit runs for every view: navigation, then the page that is asked for."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui import frame

st.set_page_config(page_title="MaskAnyone", page_icon=frame.ICON, layout="wide")
page = st.navigation(frame.pages(), position="hidden")
with frame.centred():
    frame.header()
    body = st.container()
    frame.footer()
    with body:
        page.run()
