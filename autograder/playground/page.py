"""What `streamlit run` runs; `app` is the page."""

from autograder.playground.app import show

show()
