"""Preparations: what is done once to a file of weights when it is stored, so that a runtime loads it well.

A step's version goes up when its result changes; a prepared file of another version is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

#: sizes of map that UltraFace says something on
_HEADS = 4


@dataclass(frozen=True)
class Step:
    """One preparation.

    run: reads the first file, writes the second. suffix: of the prepared file, where it is of another kind.
    """

    id: str
    version: int
    run: Callable[[Path, Path], None]
    suffix: str = ""

    def file_name(self, original: str) -> str:
        """Name of the prepared file: ``centerface.onnx_any_size-1.onnx``."""
        stem, _, suffix = original.rpartition(".")
        return f"{stem}.{self.id}-{self.version}.{self.suffix or suffix}"


class CannotPrepare(Exception):
    """What a step needs is not here. what: a clause without a full stop. remedy: a sentence without a full stop."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what, remedy)


def onnx_any_size(original: Path, prepared: Path) -> None:
    """Take the weights out of a graph's inputs, and let it take one picture of any size instead of its sample's.

    For fully convolutional networks whose inputs and outputs are all (N, C, H, W): N becomes 1, H and W free.
    Exporters of before 2019 list weights among the inputs, and onnxruntime then computes with every batch
    normalisation anew: one picture takes CenterFace 191 instead of 99 ms.

    Raises:
        onnx.checker.ValidationError, onnx.shape_inference.InferenceError: the result is not a sound graph.
    """
    import onnx

    model = onnx.load(original)
    _take_weights_from_inputs(model)
    del model.graph.value_info[:]
    for entry in model.graph.input:
        _free_size(entry, "height", "width")
    for entry in model.graph.output:
        _free_size(entry, "rows", "columns")
    _save(model, prepared)


def onnx_ultraface(original: Path, prepared: Path) -> None:
    """Let UltraFace's graph take one picture of any size, and end it before the anchors of 640 x 480 px come in.

    Outputs: ``scores`` (1, N, 2), not a face and a face; ``shifts`` (1, N, 4), of the anchors' centres and sides.

    Raises:
        onnx.checker.ValidationError, onnx.shape_inference.InferenceError: the result is not a sound graph.
        StopIteration: it is another graph.
    """
    import onnx

    model = onnx.load(original)
    graph = model.graph
    _take_weights_from_inputs(model)
    del graph.value_info[:]
    _free_size(graph.input[0], "height", "width")
    scored = next(node.input[0] for node in graph.node if node.op_type == "Softmax")
    joined = [node.output[0] for node in graph.node if node.op_type == "Concat" and len(node.input) == _HEADS]
    _end_at(graph, {"scores": ("scores", 2), "shifts": (next(name for name in joined if name != scored), 4)})
    _save(model, prepared)


def onnx_mtcnn(original: Path, prepared: Path) -> None:
    """Make a graph of one of MTCNN's networks from PyTorch's file of its weights; PyTorch is needed only here.

    Raises:
        CannotPrepare: PyTorch is not here.
        ValueError: the weights are not of MTCNN.
    """
    from maskanyone.weights import mtcnn

    try:
        import torch
    except ImportError as error:
        what = "PyTorch, which reads the file once, cannot be loaded here"
        raise CannotPrepare(what, "Install it (`pip install torch`) and fetch again") from error
    weights = torch.load(original, map_location="cpu", weights_only=True)
    _save(mtcnn.graph({name: weight.numpy() for name, weight in weights.items()}), prepared)


def _take_weights_from_inputs(model: Any) -> None:
    weights = {weight.name for weight in model.graph.initializer}
    pictures = [entry for entry in model.graph.input if entry.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(pictures)
    model.ir_version = max(model.ir_version, 4)  # the first that allows weights which are no inputs


def _free_size(entry: Any, height: str, width: str) -> None:
    batch, _, rows, columns = entry.type.tensor_type.shape.dim
    batch.dim_value = 1
    rows.dim_param = height
    columns.dim_param = width


def _end_at(graph: Any, outputs: Mapping[str, tuple[str, int]]) -> None:
    """Give a graph of one picture other outputs (1, N, C), each by its new name: its name inside, and C."""
    from onnx import TensorProto, helper

    needed, nodes = {inner for inner, _ in outputs.values()}, []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    nodes.reverse()
    weights = [weight for weight in graph.initializer if weight.name in needed]
    for name, (inner, _) in outputs.items():
        if name != inner:
            nodes.append(helper.make_node("Identity", [inner], [name]))
    for part in ("node", "initializer", "output"):
        graph.ClearField(part)
    graph.node.extend(nodes)
    graph.initializer.extend(weights)
    graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "anchors", numbers])
        for name, (_, numbers) in outputs.items()
    )


def _save(model: Any, prepared: Path) -> None:
    import onnx

    onnx.checker.check_model(model, full_check=True)
    prepared.write_bytes(model.SerializeToString(deterministic=True))


_ALL = (
    Step("onnx_any_size", 1, onnx_any_size),
    Step("onnx_ultraface", 1, onnx_ultraface),
    Step("onnx_mtcnn", 2, onnx_mtcnn, "onnx"),
)
STEPS: Mapping[str, Step] = MappingProxyType({step.id: step for step in _ALL})
