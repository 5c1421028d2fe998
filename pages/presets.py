"""Presets: recipes by name, the built-in ones and one's own."""

from __future__ import annotations

import streamlit as st

from maskanyone.store import owners, presets
from maskanyone.ui import shelf
from maskanyone.ui.markdown import plain
from maskanyone.ui.words import presets as words

owner = owners.current()
known, broken = presets.listed()
for title, own in ((words.OWN, True), (words.BUILT_IN, False)):
    st.markdown(f"### {title}", anchors=False)
    some = [preset for preset in known if preset.own is own]
    for preset in some:
        shelf.row(owner, preset)
    if own and not some:
        st.markdown(f":gray[{words.NONE_OWN}]")
    if own:
        for sentence in broken:
            st.markdown(f":red[:material/error: {plain(sentence)}]")
        shelf.bring_in()
