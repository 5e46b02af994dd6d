"""Billable operations, counted by the platform, and their cost."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from emulators.gateway.messages import Answer
from emulators.pubsub.ledger import Message
from shared.kit.pricing import Prices

COST_HEADER = "assent-cost"
# Cloud Run bills an instance's time in steps of 100 ms.
_BILLING_STEP_MS = 100


class Operations:
    """Counts by deployable and kind since the last reset, and messages by topic and event type."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._published: dict[str, dict[str, Counter[str]]] = {}

    def reset(self) -> None:
        self._counts.clear()
        self._published.clear()

    def count(self, deployable: str, kind: str, number: int = 1) -> None:
        self._counts[deployable][kind] += number

    def count_answer(self, deployable: str, answer: Answer, seconds: float) -> None:
        """Adds one request: its instance time and the operations that the function reports."""
        counts = self._counts[deployable]
        counts["requests"] += 1
        counts["instance-milliseconds"] += billed_ms(seconds)
        for kind, number in parse_cost(answer.header(COST_HEADER) or "").items():
            counts[kind] += number

    def count_message(self, message: Message) -> None:
        """Adds one message to those published."""
        types = self._published.setdefault(message.topic, {})
        counts = types.setdefault(message.attributes.get("ce-type", ""), Counter())
        named = sum(len(key) + len(value) for key, value in message.attributes.items())
        counts.update(messages=1, bytes=billed_bytes(len(message.data) + named))

    @property
    def published(self) -> dict[str, dict[str, dict[str, int]]]:
        """Messages, and their bytes as each subscription of the topic is billed for them, by topic
        and event type."""
        return {
            topic: {name: dict(counts) for name, counts in types.items()}
            for topic, types in self._published.items()
        }

    def by_function(self) -> dict[str, dict[str, int]]:
        return {name: dict(sorted(counts.items())) for name, counts in self._counts.items()}


def billed_bytes(payload: int) -> int:
    """Bytes of one Pub/Sub publish or push request as they are billed: at least 1,000."""
    return max(1_000, payload)


def total(by_function: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Sums over all deployables."""
    summed: Counter[str] = Counter()
    for counts in by_function.values():
        summed.update(counts)
    return dict(sorted(summed.items()))


def billed_ms(seconds: float) -> int:
    """Milliseconds rounded up to the billed step; at least one step."""
    steps = -(-int(seconds * 1_000_000) // (_BILLING_STEP_MS * 1_000))
    return max(1, steps) * _BILLING_STEP_MS


def parse_cost(header: str) -> dict[str, int]:
    """`firestore-reads=2, cloud-tasks=1` (an RFC 8941 dictionary of integers) as numbers; other
    values are left out, so that a wrong header does not break its answer."""
    found = {}
    for member in header.split(","):
        key, _, value = member.strip().partition("=")
        if key and value.isdigit():
            found[key] = int(value)
    return found


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
        "published": operations.published,
        "usd": _usd(totals, prices),
        "unpriced": [kind for kind in totals if kind not in prices.operations],
        "prices": {"as_of": prices.as_of.isoformat(), "region": prices.region},
    }


def _usd(counts: Mapping[str, int], prices: Prices) -> float:
    known = {kind: count for kind, count in counts.items() if kind in prices.operations}
    return round(prices.cost_usd(known), 9)
