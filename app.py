"""The page: ``streamlit run app.py``, or ``python app.py``."""

import streamlit as st

from maskanyone.ui.serve import SCRIPT, parts

app = st.App(SCRIPT, **parts())  # streamlit run looks for this very call

if __name__ == "__main__":
    app.run()
