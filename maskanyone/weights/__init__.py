"""Model weights: pinned by hash, fetched on request only, prepared once. Nobody else touches weight files."""

from maskanyone.weights.store import (
    Got,
    Progress,
    Weight,
    accept,
    accepted,
    catalogue,
    get,
    have,
    identity,
    path,
    ready,
)

__all__ = ["Got", "Progress", "Weight", "accept", "accepted", "catalogue", "get", "have", "identity", "path", "ready"]
