"""A run in a few lines."""

from tests.chaos.checker.evidence import Evidence
from tests.chaos.tale import Tale


def shown(tale: Tale, evidence: Evidence, seconds: float) -> str:
    """What was done, what was made to fail, and how long it took."""
    cases = sum(len(tenant.documents["creation_cases"]) for tenant in evidence.tenants)
    events = sum(len(tenant.events) for tenant in evidence.tenants)
    kills = sum(count for fault, count in tale.faults.items() if "kill" in fault)
    diary = tale.diary
    parts = ", ".join(f"{part} {took:.0f} s" for part, took in tale.seconds.items())
    rows = {
        "cases": f"{cases} of {len(tale.tenants) // 2} tenants",
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


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"
