"""A run in a few lines."""

from collections.abc import Mapping
from itertools import accumulate

from tests.chaos.checker.evidence import Evidence, Json
from tests.chaos.tale import Tale


def shown(tale: Tale, evidence: Evidence, seconds: float) -> str:
    """What was done, what was made to fail, and how long it took."""
    cases = sum(len(tenant.documents["creation_cases"]) for tenant in evidence.tenants)
    events = sum(len(tenant.events) for tenant in evidence.tenants)
    rows = {
        "cases": f"{cases} of {len(tale.tenants) // 2} tenants, {most_at_once(evidence)} of them"
        " at one time between their first event and their last",
        "events": f"{events}",
    }
    return table(rows | told(tale, seconds))


def told(tale: Tale, seconds: float) -> dict[str, str]:
    """The rows of every storm: what was answered, what was made to fail, how long it took."""
    kills = sum(count for fault, count in tale.faults.items() if "kill" in fault)
    diary = tale.diary
    parts = ", ".join(f"{part} {took:.0f} s" for part, took in tale.seconds.items())
    return {
        "answers": f"{len(diary.said)} to commands, after {diary.repeated} calls made again"
        f" ({counts(diary.later)})",
        "kills": f"{kills} of function processes",
        "stops": f"{len(tale.stops)} of the whole platform: {'; '.join(tale.stops) or 'none'}",
        "faults": counts(tale.faults),
        "dead letters": f"{len(tale.redelivered)} sent again",
        "time": f"{seconds:.0f} s: {parts}",
    }


def table(rows: Mapping[str, str]) -> str:
    """The rows, a line each."""
    return "\n".join(f"  {name:<13} {said}" for name, said in rows.items())


def most_at_once(evidence: Evidence) -> int:
    """How many cases were between their first event and their last at one time."""
    steps: list[tuple[str, int]] = []
    for tenant in evidence.tenants:
        spans: dict[str, list[str]] = {}
        for event in tenant.events:
            if (case_id := _case_of(event["data"])) is not None:
                spans.setdefault(case_id, []).append(event["committed_at"])
        for span in spans.values():
            steps += [(span[0], 1), (span[-1], -1)]
    return max(accumulate(step for _, step in sorted(steps)), default=0)


def _case_of(data: Json) -> str | None:
    id = data.get("case_id") or data.get("live_case_id") or (data.get("case") or {}).get("case_id")
    return None if id is None else str(id)


def counts(found: Mapping[str, int]) -> str:
    """How many there are of each, in a line."""
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"
