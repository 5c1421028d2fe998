"""A prepared graph computes what the original computes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from maskanyone.detect.ultraface import _MAPS, _anchors, _shifted
from maskanyone.weights import prepare

ort = pytest.importorskip("onnxruntime")
cv2 = pytest.importorskip("cv2")

Real = Callable[[str], tuple[Path, Path]]


def old_style(file: Path) -> Path:
    """A small convolution as exporters of 2018 wrote it: weights among the inputs, a batch of 10, 32 x 32 pixels."""
    kernel = np.random.default_rng(1).normal(size=(4, 3, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["picture", "kernel"], ["mid"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["mid"], ["heat"]),
    ]
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [10, 3, 32, 32])
    heat = helper.make_tensor_value_info("heat", TensorProto.FLOAT, [10, 4, 16, 16])
    mid = helper.make_tensor_value_info("mid", TensorProto.FLOAT, [10, 4, 16, 16])
    listed = helper.make_tensor_value_info("kernel", TensorProto.FLOAT, kernel.shape)
    weights = [numpy_helper.from_array(kernel, "kernel")]
    graph = helper.make_graph(nodes, "old", [picture, listed], [heat], weights, value_info=[mid])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=3), file)
    return file


def run(file: Path, picture: np.ndarray) -> list[np.ndarray]:
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    return list(session.run(None, {session.get_inputs()[0].name: picture}))


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 255, (1, 3, height, width)).astype(np.float32)


def test_no_weight_is_left_among_the_inputs(tmp_path: Path) -> None:
    prepare.onnx_any_size(old_style(tmp_path / "old.onnx"), tmp_path / "new.onnx")
    assert [entry.name for entry in onnx.load(tmp_path / "new.onnx").graph.input] == ["picture"]


@pytest.mark.parametrize(
    ("name", "step"), [("centerface", prepare.onnx_any_size), ("ultraface_rfb_640", prepare.onnx_ultraface)]
)
def test_a_preparation_gives_the_same_bytes_each_time(
    name: str, step: Callable[[Path, Path], None], real: Real, tmp_path: Path
) -> None:
    original, prepared = real(name)
    step(original, tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == prepared.read_bytes() != original.read_bytes()
    assert len(onnx.load(prepared).graph.input) == 1


@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 96), (30, 18)])
def test_any_size_gives_the_convolution_of_that_size(height: int, width: int, tmp_path: Path) -> None:
    prepare.onnx_any_size(old_style(tmp_path / "old.onnx"), tmp_path / "new.onnx")
    (heat,) = run(tmp_path / "new.onnx", noise(height, width))
    assert heat.shape == (1, 4, height // 2, width // 2)
    whole = np.zeros((10, 3, 32, 32), np.float32)
    whole[0] = (picture := noise(32, 32))[0]
    (expected,) = run(tmp_path / "old.onnx", whole)
    np.testing.assert_allclose(run(tmp_path / "new.onnx", picture)[0][0], expected[0], rtol=1e-5)


def test_the_weights_themselves_are_not_touched(real: Real) -> None:
    original, prepared = (onnx.load(file).graph for file in real("centerface"))
    assert [weight.raw_data for weight in original.initializer] == [weight.raw_data for weight in prepared.initializer]
    assert list(original.node) == list(prepared.node)


def test_centerface_prepared_answers_as_the_original_does_in_opencv(real: Real) -> None:
    from skimage import data

    original, prepared = real("centerface")
    picture = cv2.dnn.blobFromImage(cv2.resize(data.astronaut(), (640, 384)), 1.0, (640, 384))
    answers = run(prepared, picture)
    net = cv2.dnn.readNetFromONNX(str(original))
    net.setInput(picture)
    expected = net.forward(["537", "538", "539", "540"])
    assert answers[0].max() > 0.5, "the face in the picture is found, so that the comparison means something"
    for answer, wanted in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer, wanted, atol=2e-3)


@pytest.mark.parametrize(("height", "width"), [(32, 32), (384, 640), (416, 224)])
def test_centerface_prepared_takes_any_multiple_of_32(height: int, width: int, real: Real) -> None:
    answers = run(real("centerface")[1], noise(height, width))
    assert [answer.shape for answer in answers] == [(1, c, height // 4, width // 4) for c in (1, 2, 2, 10)]


def test_ultraface_prepared_scores_as_the_original_does(real: Real) -> None:
    original, prepared = real("ultraface_rfb_640")
    picture = (noise(480, 640) - 127) / 128
    np.testing.assert_allclose(run(prepared, picture)[0], run(original, picture)[0], atol=1e-5)


def test_ultraface_places_its_anchors_as_the_original_does(real: Real) -> None:
    original, prepared = real("ultraface_rfb_640")
    picture = (noise(480, 640) - 127) / 128
    anchors = _anchors(640, 448)  # the original's coarsest map ends within a step at 480 rows
    rows = {step: len(sides) * (640 // step) * (480 // step) for step, sides in _MAPS[:-1]}
    expected = run(original, picture)[1][0] * np.array([640, 480] * 2)
    shifts = run(prepared, picture)[1][0]
    start = place = 0
    for step, sides in _MAPS[:-1]:
        inside = len(sides) * (640 // step) * (448 // step)
        boxes = _shifted(anchors[place : place + inside], shifts[start : start + inside])
        np.testing.assert_allclose(boxes, expected[start : start + inside], atol=1e-2)
        start, place = start + rows[step], place + inside


@pytest.mark.parametrize(("height", "width"), [(64, 64), (256, 448), (704, 1280)])
def test_ultraface_prepared_takes_any_multiple_of_64(height: int, width: int, real: Real) -> None:
    scores, shifts = run(real("ultraface_rfb_640")[1], (noise(height, width) - 127) / 128)
    assert scores.shape[1] == shifts.shape[1] == len(_anchors(width, height))


def mtcnn_by_torch(original: Path, picture: np.ndarray) -> list[np.ndarray]:
    """What the network whose weights these are computes: layers and their order as published, nothing of ours."""
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    weights = torch.load(original, weights_only=True)

    def layer(name: str, x: object) -> object:
        weight, bias = weights[f"{name}.weight"], weights.get(f"{name}.bias")
        if name.startswith("prelu"):
            return functional.prelu(x, weight)
        return functional.linear(x, weight, bias) if name.startswith("dense") else functional.conv2d(x, weight, bias)

    convolutions = sum(name.endswith(".weight") and name.startswith("conv") and "_" not in name for name in weights)
    pools = {"pnet": [2], "rnet": [3, 3], "onet": [3, 3, 2]}[original.stem.removeprefix("mtcnn_")]
    x = torch.from_numpy(picture)
    for number in range(1, convolutions + 1):
        x = layer(f"prelu{number}", layer(f"conv{number}", x))
        if number <= len(pools):
            x = functional.max_pool2d(x, pools[number - 1], 2, ceil_mode=True)
    heads = sorted({name.partition(".")[0] for name in weights if "_" in name})
    if original.stem != "mtcnn_pnet":
        number = convolutions + 1
        x = x.permute(0, 3, 2, 1).flatten(1)
        x = layer(f"prelu{number}", layer(f"dense{number}", x))
    score, *others = (layer(head, x) for head in heads)
    return [answer.numpy() for answer in (torch.softmax(score, dim=1), *others)]


def faces_and_noise(count: int, height: int, width: int) -> np.ndarray:
    """float32 (N, 3, h, w) as MTCNN sees pictures: the first shows a face."""
    from skimage import data

    from maskanyone.sample import FACE

    x1, y1, x2, y2 = (int(side) for side in FACE)
    face = cv2.resize(data.astronaut()[y1 - 10 : y2 + 5, x1 - 10 : x2 + 10], (width, height))
    others = np.random.default_rng(0).integers(0, 256, (count - 1, height, width, 3), np.uint8)
    return (np.concatenate([face[None], others]).transpose(0, 3, 1, 2).astype(np.float32) - 127.5) / 128


@pytest.mark.parametrize(
    ("name", "count", "height", "width"),
    [
        ("mtcnn_pnet", 1, 12, 12),
        ("mtcnn_pnet", 1, 13, 14),
        ("mtcnn_pnet", 2, 97, 40),
        ("mtcnn_pnet", 1, 270, 480),
        ("mtcnn_rnet", 1, 24, 24),
        ("mtcnn_rnet", 7, 24, 24),
        ("mtcnn_onet", 1, 48, 48),
        ("mtcnn_onet", 7, 48, 48),
    ],
)
def test_mtcnn_prepared_computes_what_torch_computes(
    name: str, count: int, height: int, width: int, real: Real
) -> None:
    original, prepared = real(name)
    pictures = faces_and_noise(count, height, width)
    answers, expected = run(prepared, pictures), mtcnn_by_torch(original, pictures)
    assert len(answers) == len(expected) == (3 if name == "mtcnn_onet" else 2)
    for answer, wanted in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer, wanted, atol=1e-5, rtol=1e-5)
    assert name == "mtcnn_pnet" or answers[0][0, 1] > 0.9, "the face is taken for one"


@pytest.mark.parametrize("name", ["mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet"])
def test_mtcnn_prepared_is_a_graph_and_the_same_each_time(name: str, real: Real, tmp_path: Path) -> None:
    original, prepared = real(name)
    assert prepared.name == f"{name}.onnx_mtcnn-2.onnx"
    prepare.onnx_mtcnn(original, tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == prepared.read_bytes()


def test_other_weights_are_not_taken_for_those_of_mtcnn(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.save({"conv1.weight": torch.zeros(10, 3, 3, 3)}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="none of MTCNN's networks"):
        prepare.onnx_mtcnn(tmp_path / "other.pt", tmp_path / "other.onnx")


def test_without_torch_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(prepare.CannotPrepare, match="PyTorch"):
        prepare.onnx_mtcnn(tmp_path / "any.pt", tmp_path / "any.onnx")
