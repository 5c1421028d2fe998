"""A second run with another method, facts cached, beside a bare decode and encode of the clip at the same settings.

    python tests/benchmarks/second_run.py [CLIP...] [--runs 5] [--out docs/benchmarks/second_run.json]

Both are timed as whole processes in turn. The bare run decodes and encodes every frame without a look at its pixels.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "second_run.json"
BARE = """
import sys
import av
from maskanyone.video.encode import ENCODER
with av.open(sys.argv[1]) as before, av.open(sys.argv[2], "w", options={"movflags": "+faststart"}) as after:
    source = before.streams.video[0]
    source.thread_type = "AUTO"
    source.codec_context.thread_count = 2
    made = after.add_stream("libx264", rate=source.average_rate)
    made.width, made.height, made.pix_fmt = source.width, source.height, "yuv420p"
    made.codec_context.time_base = source.time_base
    made.codec_context.options = {"crf": "18", "preset": "veryfast", "bf": "3"} | ENCODER
    for frame in before.decode(source):
        frame.pict_type = 0
        after.mux(made.encode(frame))
    after.mux(made.encode(None))
"""


def main() -> int:
    """Print one row a clip and method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="*", help="else two shared clips, looped")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--methods", nargs="+", default=["face=blur", "face=pixelate", "face=contours", "face=solid:colour=#00ff00"]
    )
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, clip in enumerate(arguments.clips or looped(Path(folder))):
            work = Path(folder) / str(number)
            work.mkdir()
            mask(clip, work, "face=solid")
            for method in arguments.methods:
                rows.append(measured(clip, work, method, arguments.runs))
                print(json.dumps(rows[-1]), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(rows, indent=1) + "\n")
    for row in rows:
        print(f"| Show 4 | {row['clip']}, {row['method']}: {row['ratio']} times a bare decode and encode | 1.3 times |")
    return 0


def looped(folder: Path) -> list[Path]:
    """Two shared clips, each looped to at least 500 frames."""
    from faces import LEAST_FRAMES, SHARED, loop

    clips = [SHARED / "media" / name for name in ("d_motion/sam2_juggle.mp4", "d_motion/maskbench_ted_kid.mp4")]
    for clip in clips:
        loop(clip, folder / clip.name, LEAST_FRAMES)
    return [folder / clip.name for clip in clips]


def measured(clip: Path, work: Path, method: str, runs: int) -> dict[str, Any]:
    """Median seconds of both, in turn, and the median of their ratios pair by pair."""
    ours, bare = [], []
    for run in range(runs):
        bare.append(timed([sys.executable, "-c", BARE, str(clip), str(work / "bare.mp4")]))
        ours.append(
            mask(clip, work, f"{method}{',' if ':' in method else ':'}margin=0.2{run}")
        )  # never the cached pieces
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return {
        "clip": clip.name,
        "method": method,
        "second_run_s": round(statistics.median(ours), 2),
        "bare_s": round(statistics.median(bare), 2),
        "ratio": round(ratio, 3),
    }


def mask(clip: Path, work: Path, step: str) -> float:
    """Seconds of one whole run of the command line."""
    command = [
        str(Path(sys.executable).with_name("maskanyone")),
        "mask",
        str(clip),
        "-o",
        str(work / "out"),
        "--overwrite",
        "--hide",
        step,
    ]
    return timed(command, os.environ | {"MASKANYONE_DATA": str(work / "data")})


def timed(command: list[str], environment: Any = None) -> float:
    """Wall seconds of a process that must end well."""
    began = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
