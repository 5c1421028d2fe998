"""The frames of MPEG audio layer III, by their headers (ISO/IEC 11172-3 and 13818-3, 2.4.1.3)."""

from __future__ import annotations

_SYNC = 0x7FF
#: kbit/s by the header's four bits; 0 is a size that no header tells, 15 is forbidden
_BIT_RATES = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_RATES = (44_100, 48_000, 32_000)
#: by the header's two bits: MPEG-2.5, none, MPEG-2, MPEG-1
_DIVIDED = (4, 0, 2, 1)
_LAYER_III = 1


def is_whole_mp3(data: bytes) -> bool:
    """Whether ``data`` is whole frames and nothing else."""
    at = 0
    while at < len(data):
        size = _frame_size(data[at : at + 4])
        if not size:
            return False
        at += size
    return at == len(data)


def _frame_size(header: bytes) -> int:
    """Bytes of the frame that begins with these four; 0 where none does or its header does not tell."""
    bits = int.from_bytes(header, "big")
    if len(header) < 4 or bits >> 21 != _SYNC or bits >> 17 & 3 != _LAYER_III:
        return 0
    divided = _DIVIDED[bits >> 19 & 3]
    rate = bits >> 10 & 3
    kilobits = _BIT_RATES[divided == 1][bits >> 12 & 15]
    if not divided or rate == len(_RATES) or not kilobits:
        return 0
    samples = 1152 if divided == 1 else 576
    return samples // 8 * kilobits * 1000 // (_RATES[rate] // divided) + (bits >> 9 & 1)
