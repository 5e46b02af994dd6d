"""What the server of counters and ledgers counted is what calls were said to have done."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.canonical import content_hash
from tests.chaos.checker.evidence import Json, Tenant

_ADD, _APPEND = "assent/counter.add", "assent/ledger.append"
_ACTED = ("confirmed", "undone")


def every_addition_is_counted_once(tenant: Tenant) -> Iterator[str]:
    """Each call that acted has its one addition, and each addition its call."""
    calls = _calls(tenant, _ADD)
    acted = {each["invocation_id"] for each in _receipts(tenant, _ADD, *_ACTED)}
    doubtful = {each["invocation_id"] for each in _receipts(tenant, _ADD, "doubtful")}
    added = Counter(each["key"] for each in tenant.counted["additions"])
    for id in acted - added.keys():
        yield f"{id} is confirmed and was never counted"
    for each in tenant.counted["additions"]:
        id = each["key"]
        call = calls.get(id)
        if added[id] != 1:
            yield f"{id} was counted {added[id]} times"
        if call is None:
            yield f"{id} was counted and is no call"
            continue
        said = (call["arguments"]["counter"], call["arguments"]["amount"])
        if said != (each["counter"], each["amount"]):
            yield f"{id} asked for {said}, counted was {each}"
        if id not in acted | doubtful:
            yield f"{id} was counted, its call is {call['status']}, and no receipt says that it was"


def every_line_is_written_at_most_once(tenant: Tenant) -> Iterator[str]:
    """Each confirmed call has its one line, each line its call, and a refused call none."""
    written = Counter((each["ledger"], each["line"]) for each in tenant.counted["lines"])
    asked: dict[tuple[str, str], str] = {}
    for id, call in _calls(tenant, _APPEND).items():
        place = (call["arguments"]["ledger"], call["arguments"]["line"])
        if place in asked:
            yield f"{id} and {asked[place]} ask for the same line {place}"
        asked[place] = id
        allowed = {"confirmed": (1,), "refused": (0,)}.get(call["status"], (0, 1))
        if written[place] not in allowed:
            yield f"{id} is {call['status']}, and {place} was written {written[place]} times"
    for place in written.keys() - asked.keys():
        yield f"{place} was written for no call"


def every_doubt_is_noticed(tenant: Tenant) -> Iterator[str]:
    """Nothing stays under way; a doubtful call has its receipt, and somebody was told of it."""
    told = {each["invocation_id"] for each in tenant.receipts if each["outcome"] == "doubtful"}
    settled = {
        event["data"]["invocation_id"]
        for event in tenant.events
        if event["type"] == "assent.invocation.settled.v1"
    }
    runs = tenant.states("runs")
    for id, call in tenant.states("invocations").items():
        status = call["status"]
        if status in ("intended", "dispatched"):
            yield f"{id} of {call['run_id']} is {status} for ever"
        if (status == "doubtful" or id in settled) and id not in told:
            run = runs[call["run_id"]]
            yield f"{id} is {status}, and no receipt says it was doubtful; its run: {run['status']}"
        if call["settled_by"] is not None and id not in settled:
            yield f"{id} is settled and no event says so"


def receipts_match_their_calls(tenant: Tenant) -> Iterator[str]:
    """Each says what was asked for and what was given, and each call that ended has one."""
    calls, runs = tenant.states("invocations"), tenant.states("runs")
    for each in tenant.receipts:
        call = calls.get(each["invocation_id"])
        if call is None:
            yield f"{each['receipt_id']} is of no call"
            continue
        run = runs[each["run_id"]]
        wrong = [
            name
            for name, said, true in (
                ("run", each["run_id"], call["run_id"]),
                ("operation", each["operation"], call["operation"]),
                ("plan", each["plan_hash"], run["plan_hash"]),
                ("agent", each["agent_id"], run["agent_id"]),
                ("arguments", each["arguments_sha256"], content_hash(call["arguments"])),
            )
            if said != true
        ]
        if each["outcome"] in _ACTED:
            output = (call["output"] or {}).get("value")
            wrong += ["status"] if call["status"] != "confirmed" else []
            wrong += ["output"] if each["output_sha256"] != content_hash(output) else []
        if wrong:
            yield f"{each['receipt_id']} of {each['invocation_id']} has another {wrong}"
    said = {each["invocation_id"] for each in tenant.receipts}
    for id in calls.keys() - said:
        yield f"{id} of {calls[id]['run_id']} is {calls[id]['status']}, and has no receipt"


def _calls(tenant: Tenant, operation: str) -> dict[str, Json]:
    known = tenant.states("invocations")
    return {id: call for id, call in known.items() if call["operation"] == operation}


def _receipts(tenant: Tenant, operation: str, *outcomes: str) -> Iterator[Json]:
    for each in tenant.receipts:
        if each["operation"] == operation and each["outcome"] in outcomes:
            yield each
