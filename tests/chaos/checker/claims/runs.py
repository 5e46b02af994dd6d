"""Runs come to an end, the one that they must; what they may spend adds up."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.chaos.checker.evidence import Json, Tenant

_ENDED = ("completed", "failed", "cancelled")
_ADD = "assent/counter.add"
_ACTED = ("confirmed", "undone")
_LEFT = ("waiting", "due_at", "stop", "stopping", "undoing")


def every_run_ends(tenant: Tenant) -> Iterator[str]:
    for id, run in tenant.states("runs").items():
        if run["status"] not in _ENDED:
            yield f"{id} is {run['status']}, waiting for {run['waiting']}, {run['failure']}"
        left = [name for name in _LEFT if run[name] is not None]
        if left and run["status"] in _ENDED:
            yield f"{id} is {run['status']} and has a {left} left"


def every_run_ends_as_it_must(tenant: Tenant) -> Iterator[str]:
    runs = tenant.states("runs")
    totals: Counter[str] = Counter()
    for each in tenant.counted["additions"]:
        totals[each["counter"]] += each["amount"]
    lines = Counter(each["ledger"] for each in tenant.counted["lines"])
    for end in tenant.run_ends:
        run = runs.get(end["run_id"])
        who = f"{end['run_id']} ({end['fate']})"
        if run is None:
            yield f"{who} is lost"
            continue
        if run["status"] not in end["statuses"]:
            yield f"{who} is {run['status']}, {run['failure']}: not {end['statuses']}"
        if run["is_undone"] != end["undone"]:
            yield f"{who} is_undone: {run['is_undone']}"
        if end["undone"] and totals[end["who"]] != 0:
            yield f"{who} is undone and left {totals[end['who']]} in its counter"
        if run["status"] == "completed" and not end["undone"]:
            wanted = (end["total"] * end["twins"], end["lines"] * end["twins"])
            found = (totals[end["who"]], lines[end["who"]])
            if found != wanted:
                yield f"{who} is whole and left {found}, not {wanted}"
    for id in runs.keys() - {end["run_id"] for end in tenant.run_ends}:
        yield f"{id} is a run that nobody started"


def the_same_command_is_one_command(tenant: Tenant) -> Iterator[str]:
    """Whoever repeats it is told of the same run, as it is by then."""
    told: dict[str, tuple[int, str]] = {}
    for said in tenant.said:
        if said["path"].startswith("/v1/runs") and said["status"] < 300:
            answer = (said["status"], said["answer"]["run_id"])
            if told.setdefault(said["key"], answer) != answer:
                yield f"{said['path']} {said['key']}: {told[said['key']]}, then {answer}"


def budgets_add_up(tenant: Tenant) -> Iterator[str]:
    """Nothing is held, and what is spent is what the receipts say, whatever was repeated."""
    acted = {each["invocation_id"]: each for each in tenant.receipts if each["outcome"] in _ACTED}
    budgets = list(tenant.states("budgets").values())
    for budget in budgets:
        if budget["held_usd_micros"]:
            yield f"{budget['scope']} holds {budget['held_usd_micros']} for nobody"
    yield from _of_scope("tenant", budgets, list(acted.values()))
    for agent_id in {each["agent_id"] for each in acted.values()}:
        own = [each for each in acted.values() if each["agent_id"] == agent_id]
        yield from _of_scope(agent_id, budgets, own)
        said = sum(each["operation"] == _ADD and each["outcome"] == "confirmed" for each in own)
        counted = sum(each["calls"].get(_ADD, 0) for each in budgets if each["scope"] == agent_id)
        if counted != said:
            yield f"the budgets of {agent_id} counted {counted} calls, its receipts {said}"
    for id, run in tenant.states("runs").items():
        cost = _cost(each for each in acted.values() if each["run_id"] == id)
        if run["spent_usd_micros"] != cost or run["held_usd_micros"]:
            spent, held = run["spent_usd_micros"], run["held_usd_micros"]
            yield f"{id} ({run['status']}) spent {spent}, its receipts {cost}; it holds {held}"


def _of_scope(scope: str, budgets: list[Json], receipts: list[Json]) -> Iterator[str]:
    found = sum(each["spent_usd_micros"] for each in budgets if each["scope"] == scope)
    if found != _cost(receipts):
        yield f"the budgets of {scope} have spent {found}, its receipts say {_cost(receipts)}"


def _cost(receipts: Iterable[Json]) -> int:
    return sum(each["cost_usd_micros"] for each in receipts)
