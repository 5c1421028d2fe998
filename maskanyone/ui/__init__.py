"""The page: what a researcher sees in her browser, and the server that brings it."""
