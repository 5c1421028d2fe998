"""Models: what is here, under which licence, and what can be fetched."""

from __future__ import annotations

import streamlit as st

from maskanyone.ui import modelling
from maskanyone.ui.words import models as words
from maskanyone.weights import store as weights

st.markdown(words.LEAD)
st.markdown(f":gray[{words.WHY}]")
modelling.head()
missing = []
for weight in weights.catalogue().values():
    here = modelling.row(weight)
    if not here and "default" in weight.sets:
        missing.append(weight.name)
if missing:
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(words.FETCH_DEFAULT, type="primary", icon=":material/download:"):
            modelling.fetch(missing)
