"""Numbers as a form shows them: bounds, step, unit, percent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maskanyone.ui.schemas import Node

#: more steps than this cannot be hit on a slider
MOST_STEPS = 200
#: steps a slider has where the schema names none
_WANTED = 100
#: bounds that a browser counts exactly
_LARGEST = 2**53 - 1
#: units that stand behind the number; any other is a phrase and stands behind the label
SYMBOLS = {"px", "%", "s", "ms", "min", "h", "fps", "Hz", "kHz", "dB", "MB", "GB", "°", "×"}


@dataclass(frozen=True)
class Scale:
    """Everything in the numbers shown, which are ``factor`` times the value's. whole: integers only."""

    low: float | None
    high: float | None
    step: float
    factor: int
    whole: bool
    unit: str
    first: float | None

    @classmethod
    def of(cls, node: Node) -> Scale:
        """The scale of a number's or integer's schema."""
        schema = node.schema
        whole = node.kind == "integer"
        factor = 100 if schema.get("display") == "percent" and not whole else 1
        least = _bound(schema.get("minimum"), schema.get("exclusiveMinimum"), max)
        most = _bound(schema.get("maximum"), schema.get("exclusiveMaximum"), min)
        first = schema.get("default")
        step = schema.get("multipleOf") or (1 if whole else _step(least, most, first))
        if whole:
            step = max(1, round(step))
        low = _inside(least, schema.get("exclusiveMinimum"), step, math.ceil if _grid(schema, whole) else None)
        high = _inside(most, schema.get("exclusiveMaximum"), -step, math.floor if _grid(schema, whole) else None)
        unit = "%" if factor == 100 else str(schema.get("unit", ""))
        if whole:
            low, high = (None if bound is None else min(max(bound, -_LARGEST), _LARGEST) for bound in (low, high))
        clean = [None if value is None else _clean(value * factor) for value in (low, high, step, first)]
        assert clean[2] is not None
        return cls(clean[0], clean[1], clean[2], factor, whole, unit, clean[3])

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


def _bound(closed: float | None, opened: float | None, pick: object) -> float | None:
    given = [bound for bound in (closed, opened) if isinstance(bound, int | float)]
    return None if not given else max(given) if pick is max else min(given)


def _grid(schema: object, whole: bool) -> bool:
    return whole or "multipleOf" in schema  # type: ignore[operator]


def _inside(bound: float | None, opened: float | None, step: float, to_grid: object) -> float | None:
    """The outermost permitted number: on the grid of multiples where there is one, past an open bound."""
    if bound is None:
        return None
    if callable(to_grid):
        bound = to_grid(_clean(bound / abs(step))) * abs(step)
    return _clean(bound + step) if opened is not None and bound == opened else bound


def _step(low: float | None, high: float | None, first: float | None) -> float:
    """A step of 1, 2 or 5 of some power of ten that leads from the least value to the default."""
    if low is None or high is None or not low < high:
        return 0.1 if not first else float(10.0 ** (math.floor(math.log10(abs(first))) - 1))
    span = high - low
    power = math.floor(math.log10(span / _WANTED))
    steps = [_clean(figure * 10.0**exponent) for exponent in range(power + 1, power - 4, -1) for figure in (5, 2, 1)]
    near = min(steps, key=lambda step: abs(math.log(step / (span / _WANTED))))
    fitting = [s for s in steps if s <= near and all(_even(v - low, s) for v in (first or low, high))]
    return fitting[0] if fitting else near


def _even(way: float, step: float) -> bool:
    return abs(way / step - round(way / step)) < 1e-6


def _digits(value: float) -> int:
    return len(f"{abs(value) % 1:.6f}".rstrip("0")) - 2


def _clean(number: float) -> float:
    """Without the dust of binary fractions."""
    return float(f"{number:.12g}") if isinstance(number, float) else number
