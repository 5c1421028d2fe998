"""The page: ``streamlit run app.py``, or ``python app.py``."""

from maskanyone.ui.serve import application

app = application()

if __name__ == "__main__":
    app.run()
