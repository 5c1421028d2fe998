"""What detectors share whose networks are ONNX graphs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from maskanyone.detect import Detector, DetectParams
from maskanyone.runtime.onnx import Graph, identity


class GraphDetector(Detector):
    """A detector with one graph for each of its weights, in their order."""

    def __init__(self, params: DetectParams, weights: Mapping[str, Path]) -> None:
        super().__init__(params, weights)
        self._paths = [weights[name] for name in self.weights]
        self._loaded: list[Graph] = []

    def load(self) -> None:
        """Load the graphs."""
        if not self._loaded:
            self._loaded = [Graph(path) for path in self._paths]

    @property
    def graphs(self) -> list[Graph]:
        """The loaded graphs."""
        assert self._loaded, "load it first"
        return self._loaded

    @classmethod
    def computed_with(cls) -> Mapping[str, str]:
        """Libraries and device that compute."""
        return identity()
