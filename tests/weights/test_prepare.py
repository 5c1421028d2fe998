"""A prepared graph computes what the original computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

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


@pytest.mark.parametrize("step", prepare.STEPS.values(), ids=lambda step: step.id)
def test_no_weight_is_left_among_the_inputs(step: prepare.Step, tmp_path: Path) -> None:
    step.run(old_style(tmp_path / "old.onnx"), tmp_path / "new.onnx")
    assert [entry.name for entry in onnx.load(tmp_path / "new.onnx").graph.input] == ["picture"]


@pytest.mark.parametrize("step", prepare.STEPS.values(), ids=lambda step: step.id)
def test_a_preparation_gives_the_same_bytes_each_time(step: prepare.Step, tmp_path: Path) -> None:
    old = old_style(tmp_path / "old.onnx")
    step.run(old, tmp_path / "one.onnx")
    step.run(old, tmp_path / "two.onnx")
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes() != old.read_bytes()


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


def test_ultraface_prepared_answers_as_the_original_does(real: Real) -> None:
    original, prepared = real("ultraface_rfb_640")
    picture = (noise(480, 640) - 127) / 128
    for answer, wanted in zip(run(prepared, picture), run(original, picture), strict=True):
        np.testing.assert_allclose(answer, wanted, atol=1e-5)
