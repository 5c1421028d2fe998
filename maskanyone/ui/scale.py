"""Numbers as a form shows them: bounds, step, unit, percent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: more steps than this cannot be hit on a slider
MOST_STEPS = 200
#: steps a slider has where the schema names none
_WANTED = 100
#: integers that a browser counts exactly
_LARGEST = 2**53 - 1
#: units that stand behind the number; any other is a phrase and stands behind the label
SYMBOLS = {"px", "%", "s", "ms", "min", "h", "fps", "Hz", "kHz", "dB", "MB", "GB", "°", "×"}


@dataclass(frozen=True)
class Scale:
    """How a number is shown.

    Attributes:
        low, high, step: in the numbers shown, which are ``factor`` times the schema's; ``None`` is no bound.
        whole: integers only. unit: what they count, "" for none.
    """

    low: float | None
    high: float | None
    step: float
    factor: int
    whole: bool
    unit: str

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Scale:
        """The scale of a number's or integer's schema."""
        whole = schema.get("type") == "integer"
        factor = 100 if schema.get("display") == "percent" and not whole else 1
        low, high = _low(schema), _high(schema)
        step = schema.get("multipleOf") or (1 if whole else _step(low, high, schema.get("default")))
        if whole:
            step = max(1, round(step))
        on_grid = whole or "multipleOf" in schema
        if low is not None:
            low = math.ceil(_clean(low / step)) * step if on_grid else low
            low += step if low == schema.get("exclusiveMinimum") else 0
        if high is not None:
            high = math.floor(_clean(high / step)) * step if on_grid else high
            high -= step if high == schema.get("exclusiveMaximum") else 0
        if whole:
            low, high = (None if bound is None else min(max(bound, -_LARGEST), _LARGEST) for bound in (low, high))
        low, high = (None if bound is None else _clean(bound * factor) for bound in (low, high))
        unit = "%" if factor == 100 else str(schema.get("unit", ""))
        return cls(low, high, _clean(step * factor), factor, whole, unit)

    @property
    def slides(self) -> bool:
        """Whether a slider can hold it."""
        if self.low is None or self.high is None or not self.low < self.high:
            return False
        return (self.high - self.low) / self.step <= MOST_STEPS + 1e-6

    @property
    def symbol(self) -> str:
        """The unit where it stands behind the number."""
        return self.unit if self.unit in SYMBOLS else ""

    @property
    def start(self) -> float | int:
        """The plainest value within the bounds, as the schema counts."""
        return self.read(self.shown(0))

    def shown(self, value: float) -> float | int:
        """A value as shown, brought within the bounds and, where integers have steps, onto one."""
        number = _clean(value * self.factor)
        number = round(number / self.step) * self.step if self.whole else number
        number = max(number, -_LARGEST if self.low is None else self.low)
        number = min(number, _LARGEST if self.high is None else self.high)
        return int(number) if self.whole else float(number)

    def read(self, number: float) -> float | int:
        """A number that was shown, as the schema counts it."""
        return int(number) if self.whole else _clean(number / self.factor)

    def decimals(self, value: float) -> int:
        """Digits behind the point that show both the steps and this value exactly, at most six."""
        return 0 if self.whole else max(_digits(self.step), _digits(value))


def _low(schema: Mapping[str, Any]) -> float | None:
    bounds = [schema[name] for name in ("minimum", "exclusiveMinimum") if name in schema]
    return max(bounds, default=None)


def _high(schema: Mapping[str, Any]) -> float | None:
    bounds = [schema[name] for name in ("maximum", "exclusiveMaximum") if name in schema]
    return min(bounds, default=None)


def _step(low: float | None, high: float | None, first: float | None) -> float:
    """A step of 1, 2 or 5 of some power of ten that leads from the least value to the default."""
    if low is None or high is None or not low < high:
        return 0.1 if not first else float(10.0 ** (math.floor(math.log10(abs(first))) - 1))
    wanted = (high - low) / _WANTED
    power = math.floor(math.log10(wanted))
    steps = [_clean(figure * 10.0**exponent) for exponent in range(power + 1, power - 4, -1) for figure in (5, 2, 1)]
    near = min(steps, key=lambda step: abs(math.log(step / wanted)))
    ends = (low if first is None else first, high)
    return next((step for step in steps if step <= near and all(_even(end - low, step) for end in ends)), near)


def _even(way: float, step: float) -> bool:
    return abs(way / step - round(way / step)) < 1e-6


def _digits(value: float) -> int:
    return len(f"{abs(value) % 1:.6f}".rstrip("0")) - 2


def _clean(number: float) -> float:
    """Without the dust of binary fractions."""
    return float(f"{number:.12g}") if isinstance(number, float) else number
