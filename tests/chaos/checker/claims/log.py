"""The event log: whole, in order, explained, published, and in step with what is stored."""

from collections import defaultdict
from collections.abc import Iterator

from tests.chaos.checker.evidence import Json, Tenant

_AGGREGATES = {
    "agent": "agents",
    "creation_case": "creation_cases",
    "approval": "approvals",
    "precedent": "precedents",
    "pipeline": "pipelines",
}


def sequences_have_no_gaps(tenant: Tenant) -> Iterator[str]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in tenant.events:
        numbers[event["subject"]].append(event["sequence"])
    for subject, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            yield f"{subject} has {found}, in the order of their commits"


def causes_are_whole(tenant: Tenant) -> Iterator[str]:
    by_id = {event["id"]: event for event in tenant.events}
    places = {id: place for place, id in enumerate(by_id)}
    for event in tenant.events:
        wrong = _wrong_cause(event, by_id)
        if not wrong and places[event["causationid"]] > places[event["id"]]:
            wrong = f"was there before its cause {event['causationid']}"
        if wrong:
            yield f"{event['type']} {event['id']} {wrong}"
        if event["tenantid"] != tenant.name:
            yield f"{event['id']} belongs to {event['tenantid']}"


def stores_and_log_agree(tenant: Tenant) -> Iterator[str]:
    newest = {event["subject"]: event for noun in _AGGREGATES for event in _last(tenant, noun)}
    for noun, collection in _AGGREGATES.items():
        for id, document in tenant.documents.get(collection, {}).items():
            last = newest.pop(f"{noun}/{id}", None)
            told = last["sequence"] if last else 0
            if document.get("sequence", 0) != told:
                yield f"{noun}/{id} is at {document.get('sequence')}, its log at {told}"
            if last and (document["last_event"] or {}).get("id") != last["id"]:
                yield f"{noun}/{id} remembers another event than its last"
            if last and noun in ("approval", "precedent"):
                status = last["data"]["status"]
                if document["status"] != status:
                    yield f"{noun}/{id} is {document['status']}, was told as {status}"
    for subject in newest:
        yield f"{subject} is told of and not stored"


def nothing_is_left_undone(tenant: Tenant) -> Iterator[str]:
    for event in tenant.events:
        if event["unpublished"]:
            yield f"{event['type']} {event['id']} is unpublished"
    for name, documents in tenant.documents.items():
        for id, document in documents.items():
            due = document.get("next_timer_at")
            if due is not None and due <= tenant.now:
                yield f"{name} {id} waits for {document['next_timer_type']} since {due}"


def _wrong_cause(event: Json, by_id: dict[str, Json]) -> str:
    walked: set[str] = set()
    here = event
    while here["causationid"] != here["id"]:
        walked.add(here["id"])
        if here["causationid"] in walked:
            return "is caused by itself"
        if here["causationid"] not in by_id:
            return f"has lost its cause {here['causationid']}"
        here = by_id[here["causationid"]]
    return "" if here["id"] == event["correlationid"] else f"leads to {here['id']}"


def _last(tenant: Tenant, noun: str) -> list[Json]:
    return [story[-1] for story in tenant.stories(noun).values()]
