"""Run ONNX graphs with onnxruntime: one thread a picture, so that the answer does not depend on the machine's cores."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskanyone.errors import MissingWeights
from maskanyone.runtime import be_quiet

Array = NDArray[np.float32]


class Graph:
    """A loaded graph; calls from several threads at once are fine."""

    def __init__(self, path: Path) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(str(path), options, providers=list(providers()))
        if self._session.get_providers()[0] != providers()[0]:
            raise MissingWeights(
                "CUDA", "onnxruntime found it but cannot use it", "Set MASKANYONE_DEVICE=cpu, or mend the driver"
            )
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: Array) -> list[Array]:
        """All outputs for one input, float32 (N, C, H, W); N, H and W are what the graph leaves free or fixes."""
        answer: list[Array] = self._session.run(None, {self._input: batch})
        return answer


@lru_cache
def providers() -> tuple[str, ...]:
    """Execution providers in order of choice: CUDA where it is there, else the processor.

    ``MASKANYONE_DEVICE`` (``cpu`` or ``cuda``) overrides the choice.
    """
    be_quiet()
    import onnxruntime as ort

    ort.disable_telemetry_events()
    wanted = os.environ.get("MASKANYONE_DEVICE", "auto").lower()
    cuda: list[Any] = ["CUDAExecutionProvider"] if "CUDAExecutionProvider" in ort.get_available_providers() else []
    if wanted == "cuda" and not cuda:
        raise MissingWeights(
            "CUDA", "this onnxruntime has none", "Install onnxruntime-gpu or set MASKANYONE_DEVICE=cpu"
        )
    return (*(cuda if wanted != "cpu" else []), "CPUExecutionProvider")


def identity() -> dict[str, str]:
    """What computes, for the keys of facts: results may differ in the last bits between versions and providers."""
    import onnxruntime as ort

    return {"runtime": "onnxruntime", "version": ort.__version__, "provider": providers()[0]}
