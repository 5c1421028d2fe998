"""HDR (PQ, HLG; ITU-R BT.2100) to SDR in one colour table, so that a phone's HDR recording can be masked and shown.

Display light is compressed by the curve of ITU-R BT.2390 (section 5.4.1) from 1,000 to 100 cd/m2 on the greatest of the
three colours, which keeps hues; colours outside BT.709 are clipped.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maskanyone import files, folders

PQ, HLG = 16, 18
VERSION = 1
_STEPS = 49
_PEAK, _SDR_PEAK = 1000.0, 100.0
Array = NDArray[np.float64]

#: linear BT.2020 to linear BT.709 (ITU-R BT.2087)
_GAMUT = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_LUMA = np.array([0.2627, 0.6780, 0.0593])


def table_file(transfer: int) -> Path:
    """The colour table for a transfer function as a ``.cube`` file, written when it is first needed."""
    folder = folders.data() / "tables"
    folder.mkdir(exist_ok=True)
    path = folder / f"hdr-{transfer}-v{VERSION}.cube"
    if not path.exists():
        with files.replaced(path) as beside:
            beside.write_text(_cube(transfer), encoding="ascii")
    return path


def to_sdr(signal: Array, transfer: int) -> Array:
    """Map non-linear BT.2020 RGB (..., 3), 0 to 1, to non-linear BT.709 RGB of the same shape."""
    light = pq_to_light(signal) if transfer == PQ else _hlg_to_light(signal)
    greatest = light.max(axis=-1, keepdims=True)
    ratio = np.where(greatest > 0, _compressed(greatest) / np.maximum(greatest, 1e-9), 1.0)
    linear = np.clip((light * ratio) @ _GAMUT.T / _SDR_PEAK, 0, 1)
    return np.asarray(linear ** (1 / 2.4))


def pq_to_light(signal: Array) -> Array:
    """PQ signal to display light, cd/m2 (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = np.maximum(signal, 0) ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


def light_to_pq(light: Array) -> Array:
    """Display light, cd/m2, to PQ signal."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (np.maximum(light, 0) / 10_000) ** m1
    return np.asarray(((c1 + c2 * power) / (1 + c3 * power)) ** m2)


def _hlg_to_light(signal: Array) -> Array:
    """HLG signal to light of a 1,000 cd/m2 display (system gamma 1.2)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luma = (scene @ _LUMA)[..., None]
    return np.asarray(_PEAK * np.maximum(luma, 1e-9) ** 0.2 * scene)


def _compressed(light: Array) -> Array:
    """The BT.2390 curve: unchanged below a knee, then rolled off to the SDR peak."""
    top, most = light_to_pq(np.array(_PEAK)), light_to_pq(np.array(_SDR_PEAK)) / light_to_pq(np.array(_PEAK))
    value = np.minimum(light_to_pq(light) / top, 1)
    knee = 1.5 * most - 0.5
    t = (value - knee) / (1 - knee)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return pq_to_light(np.where(value < knee, value, spline) * top)


def _cube(transfer: int) -> str:
    axis = np.linspace(0, 1, _STEPS)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")  # red changes fastest in the file
    mapped = to_sdr(np.stack([red, green, blue], -1).reshape(-1, 3), transfer)
    rows = "\n".join(f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in mapped)
    return f"LUT_3D_SIZE {_STEPS}\n{rows}\n"
