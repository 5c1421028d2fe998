"""Films made by code whose every picture carries its own number, and the script that reads it in the browser."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np

BITS = 12
#: px of the picture's width; a bit is a square of this size at the picture's top left
CELL = 32


def film(path: Path, seconds: float, rate: int, size: tuple[int, int], shade: int, sound: bool = False) -> None:
    """Write an MP4 of ``size`` (width, height): a grey that wanders, and each frame's number in black and white."""
    width, height = size
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", rate, options={"preset": "ultrafast", "crf": "26", "g": str(rate * 2)})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        voice = out.add_stream("aac", 48_000, layout="mono") if sound else None
        plane = np.full((height * 3 // 2, width), 128, np.uint8)
        for number in range(round(seconds * rate)):
            plane[:height] = shade + number // rate % 30
            for bit in range(BITS):
                plane[:CELL, bit * CELL : (bit + 1) * CELL] = 235 if number >> bit & 1 else 16
            picture = av.VideoFrame.from_ndarray(plane, format="yuv420p")
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
        if voice:
            times = np.arange(round(seconds * 48_000)) / 48_000
            wave = (0.05 * np.sin(2 * np.pi * 220 * times)).astype(np.float32)[None]
            tone = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            tone.sample_rate = 48_000
            out.mux(voice.encode(tone))
            out.mux(voice.encode())


def times(path: Path, seconds: float, rate: int) -> None:
    """Write the list of the frames' times."""
    path.write_text(json.dumps([round(number / rate, 6) for number in range(round(seconds * rate))]))


#: to be evaluated in the page: numbers of the frames that original and result show now, and their clocks in seconds
READ = f"""
() => {{
  const root = document.querySelector('[data-testid="stBidiComponentIsolated"]').shadowRoot;
  const board = document.createElement("canvas");
  board.width = {BITS * CELL};
  board.height = {CELL};
  const pen = board.getContext("2d", {{ willReadFrequently: true }});
  const videos = [...root.querySelectorAll("video")];
  const clocks = videos.map((video) => video.currentTime);
  const numbers = videos.map((video) => {{
    pen.drawImage(video, 0, 0);
    const {{ data }} = pen.getImageData(0, 0, board.width, board.height);
    let number = 0;
    for (let bit = 0; bit < {BITS}; bit++) {{
      const at = ({CELL // 2} * board.width + bit * {CELL} + {CELL // 2}) * 4;
      if (data[at] > 128) number += 2 ** bit;
    }}
    return number;
  }});
  return {{ numbers, clocks }};
}}
"""
