"""Tracks become regions, regions are hidden, the result is laid over the picture in its own planes."""
