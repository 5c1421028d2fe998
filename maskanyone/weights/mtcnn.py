"""The three networks of MTCNN (Zhang et al. 2016, https://arxiv.org/abs/1604.02878) as graphs, from their weights.

A file of weights names its layers but holds no graph. The layers' order, and that what comes out of the last
convolution is flattened by width, height and channel, are those of the port whose weights these are (facenet-pytorch).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.float32]]

_OPSET, _IR = 17, 8
_FLAT = "flat"


@dataclass(frozen=True)
class _Network:
    """size: height and width of its input, px, or the names of free ones. trunk: layers in order; heads: outputs.

    A pool's last digit is its side; all move by 2 px and keep what is left over at the edge.
    """

    size: tuple[int, int] | tuple[str, str]
    trunk: str
    heads: Mapping[str, str]


_NETWORKS = (
    _Network(
        ("height", "width"),
        "conv1 prelu1 pool2 conv2 prelu2 conv3 prelu3",
        {"score": "conv4_1", "shift": "conv4_2"},
    ),
    _Network(
        (24, 24),
        f"conv1 prelu1 pool3 conv2 prelu2 pool3 conv3 prelu3 {_FLAT} dense4 prelu4",
        {"score": "dense5_1", "shift": "dense5_2"},
    ),
    _Network(
        (48, 48),
        f"conv1 prelu1 pool3 conv2 prelu2 pool3 conv3 prelu3 pool2 conv4 prelu4 {_FLAT} dense5 prelu5",
        {"score": "dense6_1", "shift": "dense6_2", "points": "dense6_3"},
    ),
)


def graph(weights: Weights) -> Any:
    """The ONNX model that these weights belong to.

    Its input is float32 (N, 3, H, W), RGB, (x - 127.5) / 128: any H and W for the first network, 24 or 48 px for the
    others. Outputs: ``score`` (N, 2), not a face and a face; ``shift`` (N, 4), of the box's sides in parts of it;
    ``points`` (N, 10), five x and then five y in parts of the box, of the third network alone. The first network's
    have (rows, columns) behind that.

    Raises:
        ValueError: they are of none of the three networks.
    """
    network = next((network for network in _NETWORKS if _layers(network) == _named(weights)), None)
    if network is None:
        raise ValueError("these weights are of none of MTCNN's networks")
    return _model(network, weights)


def _layers(network: _Network) -> set[str]:
    own = {name for name in network.trunk.split() if not name.startswith(("pool", _FLAT))}
    return own | set(network.heads.values())


def _named(weights: Weights) -> set[str]:
    return {name.partition(".")[0] for name in weights}


def _model(network: _Network, weights: Weights) -> Any:
    from onnx import TensorProto, helper

    nodes: list[Any] = []
    last = "picture"
    for position, layer in enumerate(network.trunk.split()):
        nodes += _nodes(layer, last, last := f"{layer}@{position}")
    for name, layer in network.heads.items():
        nodes += _nodes(layer, last, f"{layer}@raw" if name == "score" else name)
        if name == "score":
            nodes.append(helper.make_node("Softmax", [f"{layer}@raw"], [name], axis=1))
    places = [] if _FLAT in network.trunk.split() else ["rows", "columns"]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", len(weights[f"{layer}.bias"]), *places])
        for name, layer in network.heads.items()
    ]
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", 3, *network.size])
    constants = {name: _shaped(name, weights) for name in weights}
    constants |= {f"{name.partition('.')[0]}.rest": 1 - slope for name, slope in constants.items() if "prelu" in name}
    made = helper.make_graph(nodes, "mtcnn", [picture], outputs, _tensors(constants))
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)


def _tensors(constants: Weights) -> list[Any]:
    from onnx import numpy_helper

    return [numpy_helper.from_array(array, name) for name, array in constants.items()]


def _nodes(layer: str, before: str, after: str) -> list[Any]:
    from onnx import helper

    if layer.startswith("conv"):
        return [helper.make_node("Conv", [before, f"{layer}.weight", f"{layer}.bias"], [after])]
    if layer.startswith("dense"):
        return [helper.make_node("Gemm", [before, f"{layer}.weight", f"{layer}.bias"], [after], transB=1)]
    if layer.startswith("prelu"):  # s x + (1 - s) max(x, 0) takes half the time of PRelu
        straight, bent, scaled = (f"{after}.{part}" for part in ("straight", "bent", "scaled"))
        return [
            helper.make_node("Mul", [before, f"{layer}.weight"], [straight]),
            helper.make_node("Relu", [before], [bent]),
            helper.make_node("Mul", [bent, f"{layer}.rest"], [scaled]),
            helper.make_node("Add", [straight, scaled], [after]),
        ]
    if layer.startswith("pool"):
        side = int(layer[-1])
        return [helper.make_node("MaxPool", [before], [after], kernel_shape=[side, side], strides=[2, 2], ceil_mode=1)]
    turned = f"{after}.turned"  # (N, C, H, W) to (N, W, H, C)
    return [
        helper.make_node("Transpose", [before], [turned], perm=[0, 3, 2, 1]),
        helper.make_node("Flatten", [turned], [after], axis=1),
    ]


def _shaped(name: str, weights: Weights) -> NDArray[np.float32]:
    """The slopes after a convolution go along channels, which lie before height and width."""
    array = weights[name]
    after_convolution = name.startswith("prelu") and name.replace("prelu", "conv") in weights
    return array.reshape(-1, 1, 1) if after_convolution else array
