"""Every clip of the shared media with the default face preset: frames, times, size, sound in step.

python tests/benchmarks/clips.py [SHARED]
"""

from __future__ import annotations

import json
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from scipy.signal import correlate

from maskanyone import Recipe, mask
from maskanyone.store.cache import Cache
from maskanyone.video.probe import probe

SHARED = Path(__file__).resolve().parents[3] / "shared"
RATE = 16_000
MOST_SECONDS_APART = 0.005
_SILENCE = 1e-4


def main() -> int:
    """Mask all, compare, print one row a clip and the Show's row; exit 1 where one differs."""
    media = (Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED) / "media"
    clips = [media / clip["file"] for clip in json.loads((media / "manifest.json").read_text())["clips"]]
    clips = [clip for clip in clips if clip.suffix != ".txt"]
    recipe = Recipe.preset("faces").with_sound(True)
    wrong: list[str] = []
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "cache")
        for number, clip in enumerate(clips):
            result = mask(clip, Path(folder) / f"{number}.mp4", recipe, cache=cache).video
            problems, apart = compared(clip, result)
            worst = max(worst, apart or 0.0)
            wrong += [f"{clip.name}: {problem}" for problem in problems]
            print(
                clip.relative_to(media),
                problems or "equal",
                "" if apart is None else f"sound {1000 * apart:.2f} ms apart",
            )
        cache.close()
    print(
        f"| Show 2 | {len(clips)} clips masked: frames, differences of times and upright size equal in "
        f"{len(clips) - len({w.partition(':')[0] for w in wrong})}; sound at most {1000 * worst:.2f} ms apart | "
        f"{'held' if not wrong else '; '.join(wrong)} |"
    )
    return 1 if wrong else 0


def compared(source: Path, result: Path) -> tuple[list[str], float | None]:
    """What differs, in words, and by how many seconds the sound is out of step with the picture."""
    video = probe(source)
    before, after = times(source), times(result)
    problems = []
    if len(before) != len(after):
        problems.append(f"{len(after)} frames instead of {len(before)}")
    elif [b - before[0] for b in before] != [a - after[0] for a in after]:
        problems.append("times differ")
    with av.open(str(result)) as container:
        size = (container.streams.video[0].width, container.streams.video[0].height)
        heard = bool(container.streams.audio)
    if size != tuple(n + n % 2 for n in video.upright):
        problems.append(f"size {size} instead of {video.upright}")
    if heard != (video.sound is not None):
        problems.append("sound is missing")
    if not heard or problems:
        return problems, None
    lag = sound_lag(source, result)
    apart = abs(lag - float(after[0] - before[0]))
    if apart > MOST_SECONDS_APART:
        problems.append(f"sound is {1000 * apart:.1f} ms out of step")
    return problems, apart


def times(path: Path) -> list[Fraction]:
    """When each frame is shown, s."""
    with av.open(str(path)) as container:
        stream: Any = container.streams.best("video")
        return [frame.pts * stream.time_base for frame in container.decode(stream)]


def sound_lag(source: Path, result: Path) -> float:
    """By how many seconds the result's sound is later, from the peak of the cross-correlation."""
    (a, start), (b, begin) = heard(source), heard(result)
    if not np.abs(a).max() > _SILENCE:  # a track that holds nothing: its place is all there is
        return begin - start
    length = min(len(a), len(b), 20 * RATE)
    peak = int(np.argmax(correlate(b[:length], a[:length], "full"))) - (length - 1)
    return peak / RATE + begin - start


def heard(path: Path) -> tuple[Any, float]:
    """The best sound track as mono float32 at 16 kHz, and when it begins, s."""
    with av.open(str(path)) as container:
        stream: Any = container.streams.best("audio")
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        frames = [made for frame in container.decode(stream) for made in resampler.resample(frame)]
        begin = float(frames[0].pts * frames[0].time_base)
        return np.concatenate([frame.to_ndarray()[0] for frame in frames]), begin


if __name__ == "__main__":
    sys.exit(main())
