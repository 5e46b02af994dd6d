"""A batch of runs in a few lines."""

from collections import Counter

from tests.chaos.checker.evidence import Evidence
from tests.chaos.tale import Tale


def shown(tale: Tale, evidence: Evidence, seconds: float) -> str:
    """What was done, what was made to fail, and how long it took."""
    statuses: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    events = doubts = 0
    for tenant in evidence.tenants:
        statuses += Counter(each["status"] for each in tenant.states("runs").values())
        outcomes += Counter(each["outcome"] for each in tenant.receipts)
        counted += Counter({name: len(found) for name, found in tenant.counted.items()})
        calls = tenant.states("invocations").values()
        doubts += sum(each["settled_by"] is not None for each in calls)
        events += len(tenant.events)
    kills = sum(count for fault, count in tale.faults.items() if "kill" in fault)
    diary = tale.diary
    parts = ", ".join(f"{part} {took:.0f} s" for part, took in tale.seconds.items())
    rows = {
        "runs": f"{statuses.total()} of {len(evidence.tenants)} tenants: {_counts(statuses)}",
        "receipts": f"{outcomes.total()}: {_counts(outcomes)}; {doubts} doubts settled by people",
        "effects": _counts(counted),
        "events": f"{events}",
        "answers": f"{len(diary.said)} to commands, after {diary.repeated} calls made again"
        f" ({_counts(diary.later)})",
        "kills": f"{kills} of function processes",
        "stops": f"{len(tale.stops)} of the whole platform: {'; '.join(tale.stops) or 'none'}",
        "faults": _counts(tale.faults),
        "dead letters": f"{len(tale.redelivered)} sent again",
        "time": f"{seconds:.0f} s: {parts}",
    }
    return "\n".join(f"  {name:<13} {said}" for name, said in rows.items())


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"
