"""Forecasts a series that repeats itself: by exponential smoothing with trend and season (Holt and
Winters, https://otexts.com/fpp3/holt-winters.html), or by its last season where that was nearer."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    _Array = NDArray[numpy.float64]

Method = Literal["holt_winters", "seasonal_naive"]

# Weights of level, trend and season; all combinations are tried at once.
_LEVELS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
_TRENDS = (0.0, 0.01, 0.05, 0.1, 0.2)
_SEASONS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6)


class Forecast(NamedTuple):
    """What comes next, by which of the two, and by how much each was wrong on average about the
    last values, which it was not told."""

    values: tuple[float, ...]
    method: Method
    errors: dict[Method, float]
    held_out: int


def forecast(values: Sequence[float], season: int, horizon: int) -> Forecast:
    """The next `horizon` values of a series of three seasons at least, `season` values each (1: it
    has none). The last season, or the last fifth of the series where that is shorter, is held out
    to compare both methods; the nearer one forecasts from the whole series."""
    held_out = max(1, min(season, len(values) // 5) if season > 1 else len(values) // 5)
    known, later = values[:-held_out], values[-held_out:]
    errors: dict[Method, float] = {
        method: _error(make(known, season, held_out), later) for method, make in _METHODS.items()
    }
    # Where both are as near, the simpler one.
    nearer: Method = min(("seasonal_naive", "holt_winters"), key=lambda each: errors[each])
    told = map(_short, _METHODS[nearer](values, season, horizon))
    shown = {method: _short(error) for method, error in errors.items()}
    return Forecast(tuple(told), nearer, shown, held_out)


def _short(value: float) -> float:
    """Twelve digits: more would be those of the computation."""
    return float(f"{value:.12g}")


def _error(told: Sequence[float], came: Sequence[float]) -> float:
    return sum(abs(a - b) for a, b in zip(told, came, strict=True)) / len(came)


def _seasonal_naive(values: Sequence[float], season: int, horizon: int) -> list[float]:
    last = values[-season:]
    return [last[each % season] for each in range(horizon)]


def _holt_winters(values: Sequence[float], season: int, horizon: int) -> list[float]:
    """By those parameters whose forecasts of the next value were nearest, by their squares."""
    import numpy

    grid = numpy.array(
        [
            (level, trend, of_season)
            for level in _LEVELS
            for trend in _TRENDS
            for of_season in (_SEASONS if season > 1 else (0.0,))
        ]
    ).T
    series = numpy.array(values, dtype=numpy.float64)
    level, trend, seasons, squares = _smoothed(series, season, grid)
    best = int(squares.argmin())
    steps = numpy.arange(1, horizon + 1)
    place = (len(values) + steps - 1) % season
    found = level[best] + steps * trend[best] + seasons[place, best]
    told: list[float] = found.tolist()
    return told


def _smoothed(series: "_Array", season: int, grid: "_Array") -> tuple["_Array", ...]:
    """The last level, trend and seasons for each combination, and the sum of its squared errors.
    The first two seasons give the first state, as is common."""
    import numpy

    of_level, of_trend, of_season = grid
    first, second = series[:season].mean(), series[season : 2 * season].mean()
    level = numpy.full(grid.shape[1], first)
    trend = numpy.full(grid.shape[1], (second - first) / season)
    shape = series[:season] - first - (numpy.arange(season) - (season - 1) / 2) * trend[0]
    level = level - trend * (season + 1) / 2
    seasons = numpy.repeat(shape[:, None], grid.shape[1], axis=1)
    squares = numpy.zeros(grid.shape[1])
    for number, value in enumerate(series):
        place = number % season
        told = level + trend + seasons[place]
        squares += (value - told) ** 2
        before = level
        level = of_level * (value - seasons[place]) + (1 - of_level) * (level + trend)
        trend = of_trend * (level - before) + (1 - of_trend) * trend
        seasons[place] = of_season * (value - level) + (1 - of_season) * seasons[place]
    return level, trend, seasons, squares


_METHODS: dict[Method, Callable[[Sequence[float], int, int], list[float]]] = {
    "holt_winters": _holt_winters,
    "seasonal_naive": _seasonal_naive,
}
