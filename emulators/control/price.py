"""What the counted operations cost."""

from collections.abc import Mapping

from emulators.operations import Operations, total
from shared.kit.pricing import Prices


def priced(operations: Operations, prices: Prices) -> dict[str, object]:
    """Counts with their list price, in total and by deployable. An operation without a price costs
    nothing and is listed as `unpriced`."""
    by_function = operations.by_function()
    totals = total(by_function)
    return {
        "operations": {
            kind: {"count": count, "usd": _usd({kind: count}, prices)}
            for kind, count in totals.items()
        },
        "functions": {
            name: {"operations": counts, "usd": _usd(counts, prices)}
            for name, counts in by_function.items()
        },
        "usd": _usd(totals, prices),
        "unpriced": [kind for kind in totals if kind not in prices.operations],
        "prices": {"as_of": prices.as_of.isoformat(), "region": prices.region},
    }


def _usd(counts: Mapping[str, int], prices: Prices) -> float:
    known = {kind: count for kind, count in counts.items() if kind in prices.operations}
    return round(prices.cost_usd(known), 9)
