"""A batch of runs in a few lines."""

from collections import Counter

from tests.chaos.checker.evidence import Evidence
from tests.chaos.report import counts, table, told
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
    rows = {
        "runs": f"{statuses.total()} of {len(evidence.tenants)} tenants: {counts(statuses)}",
        "receipts": f"{outcomes.total()}: {counts(outcomes)}; {doubts} doubts settled by people",
        "effects": counts(counted),
        "events": f"{events}",
    }
    return table(rows | told(tale, seconds))
