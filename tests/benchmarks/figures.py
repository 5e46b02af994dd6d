"""What a benchmark says: a value, its floor from the same run, and what was aimed at."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Aim:
    """A bound of the ratio to the floor, or of the value where there is no floor."""

    bound: float
    at_most: bool

    def met_by(self, judged: float) -> bool:
        return judged <= self.bound if self.at_most else judged >= self.bound


def at_most(bound: float) -> Aim:
    return Aim(bound, at_most=True)


def at_least(bound: float) -> Aim:
    return Aim(bound, at_most=False)


@dataclass(frozen=True)
class Figure:
    """One line of the table. Without an aim it explains another one."""

    value: float
    unit: str
    floor: float | None = None
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """How many times its floor the value is; None without a floor."""
        return self.value / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        """Whether the aim was reached; None without an aim."""
        if self.aim is None:
            return None
        return self.aim.met_by(self.value if self.ratio is None else self.ratio)

    def as_json(self) -> dict[str, Any]:
        """The form that costs are kept in too: always the same six keys."""
        return {
            "value": _short(self.value),
            "unit": self.unit,
            "floor": _short(self.floor),
            "ratio": _short(self.ratio),
            "aim": self.aim.bound if self.aim else None,
            "met": self.met,
        }


def worst(rounds: Sequence[Figure]) -> Figure:
    """The round whose ratio is furthest from what is aimed at."""
    aim = rounds[0].aim
    assert aim is not None
    return sorted(rounds, key=lambda figure: figure.ratio or 0.0)[-1 if aim.at_most else 0]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _short(number: float | None) -> float | None:
    """Four significant digits: more would be noise."""
    return None if number is None else float(f"{number:.4g}")
