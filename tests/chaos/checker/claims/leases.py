"""What all tenants spend together: each takes it of the platform's budget before it spends it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence, Json, states_in

_THRESHOLDS = (80, 95, 100)
_REACHED = "assent.budget.reached.v1"


def leases_add_up(evidence: Evidence) -> Iterator[str]:
    """The platform's budget of a month counts exactly what tenants took of it, and what they had
    spent when they did."""
    budgets = _months(evidence)
    taken, spent = Counter[str](), Counter[str]()
    for lease in states_in(evidence.platform, "budget_leases").values():
        taken[lease["period"]] += lease["taken_usd_micros"]
        spent[lease["period"]] += lease["spent_usd_micros"]
    for period in sorted(budgets.keys() | taken.keys()):
        budget = budgets.get(period, {"held_usd_micros": 0, "spent_usd_micros": 0})
        counted = _used(budget), budget["spent_usd_micros"]
        if counted != (taken[period], spent[period]):
            said = f"took {taken[period]} and had spent {spent[period]}"
            yield f"{period} counts {counted}; its tenants {said}"


def no_tenant_spends_what_it_did_not_take(evidence: Evidence) -> Iterator[str]:
    """What a tenant's month holds and has spent is within what the tenant took."""
    leases = states_in(evidence.platform, "budget_leases").values()
    taken = {(each["tenant_id"], each["period"]): each for each in leases}
    for tenant in evidence.tenants:
        for budget in tenant.states("budgets").values():
            if budget["scope"] != "tenant" or not _used(budget):
                continue
            lease = taken.get((tenant.name, budget["period"]))
            if lease is None:
                yield f"{tenant.name} spent {_used(budget)} and took nothing"
            elif _used(budget) > lease["taken_usd_micros"]:
                yield f"{tenant.name} spent {_used(budget)} of {lease['taken_usd_micros']}"
            elif lease["spent_usd_micros"] > budget["spent_usd_micros"]:
                yield f"{tenant.name} spent less than the platform knows"


def each_threshold_is_told_once(evidence: Evidence) -> Iterator[str]:
    """80, 95 and 100 % of the platform's budget, by what tenants took of it."""
    told: dict[str, Counter[int]] = defaultdict(Counter)
    for event in evidence.platform.get("events", {}).values():
        if event["type"] == _REACHED:
            said = json.loads(event["data"])
            told[said["period"]][said["threshold"]] += 1
    for period, budget in _months(evidence).items():
        for threshold in _THRESHOLDS:
            times = told[period][threshold]
            is_reached = _used(budget) * 100 >= budget["limit_usd_micros"] * threshold
            if times > 1 or times < is_reached:
                yield f"{threshold} % of {period} was told {times} times"


def _months(evidence: Evidence) -> dict[str, Json]:
    found = states_in(evidence.platform, "budgets").values()
    return {each["period"]: each for each in found if each["scope"] == "platform"}


def _used(budget: Json) -> int:
    used: int = budget["held_usd_micros"] + budget["spent_usd_micros"]
    return used
