"""What comparing and replaying policies costs, in processor time, and how often they agree with the
engine."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from functions.policy.rules.replay import Past, Replaying
from shared.kit.instants import format_instant
from shared.kit.sealing import KEY_BYTES
from shared.policy.engine import Policies
from shared.policy.platform import policies_with
from shared.policy.record import AnsweredRequest, context_at, slice_text
from shared.policy.requests import Entity, Request, Uid
from shared.policy.slices import Sealed, SliceKey, opened
from shared.policy.sources import Source
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.functions.policy.compare.test_agreement import CASES_AT_NIGHT, agrees
from tests.functions.policy.compare.test_compare import compare_texts, hundred

ROUNDS = 5
MOST_SECONDS = 0.5
REPLAYED = 10_000
FEWEST_A_SECOND = 3_000
PAGE = 200
ACTION, TENANT = "audit.entries.list", "clinic"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def measure() -> dict[str, Figure]:
    """Two hundred policies in all, of which one differs: the median of some rounds."""
    rounds = sorted(_compared() for _ in range(ROUNDS))
    differing = [seed for seed in range(CASES_AT_NIGHT) if not agrees(seed)]
    return {
        "100 policies compared": Figure(rounds[ROUNDS // 2], "s", aim=at_most(MOST_SECONDS)),
        "decisions replayed, of two hundred people": Figure(
            _replayed(200), "a second", aim=at_least(FEWEST_A_SECOND)
        ),
        "decisions replayed, no slice twice": Figure(
            _replayed(REPLAYED), "a second", aim=at_least(FEWEST_A_SECOND)
        ),
        f"differing of {CASES_AT_NIGHT:,} random cases": Figure(
            len(differing), "cases", aim=at_most(0)
        ),
    }


def _compared() -> float:
    began = time.process_time()
    assert compare_texts(hundred(500), hundred(501)).newly_allowed
    return time.process_time() - began


def _replayed(people: int) -> float:
    """From the record of each command and its sealed slices, with a hundred policies of the tenant
    beside the platform's; with fewer people than commands, slices repeat."""
    held = policies_with((), 0)
    key = SliceKey(TENANT, bytes(KEY_BYTES))
    recorded = [_recorded(held, key, number, people) for number in range(REPLAYED)]
    tenant = "\n".join(
        f'permit (principal == Principal::"p{n}", action == Action::"{ACTION}", resource);'
        for n in range(100)
    )
    replaying = Replaying(policies_with((Source("tenant/many", tenant),), 1))
    began = time.process_time()
    for start in range(0, REPLAYED, PAGE):
        page = recorded[start : start + PAGE]
        past = [Past.allowed(entry, None) for entry, _ in page]
        wanted = replaying.missing(past)
        sealed = {slice.name: slice.sealed for _, slice in page if slice.name in wanted}
        replaying.add(past, {name: opened(key, each, name) for name, each in sealed.items()})
    seconds = time.process_time() - began
    assert (replaying.replayed, replaying.flipped > 0) == (REPLAYED, True)
    return REPLAYED / seconds


def _recorded(
    held: Policies, key: SliceKey, number: int, people: int
) -> tuple[Mapping[str, Any], Sealed]:
    """An entry of the log as far as a replay reads it, and its slice."""
    tenant, who = Uid("Tenant", TENANT), Uid("Principal", f"p{number % people}")
    entities = (
        Entity(who, {"tenant": tenant, "has_role": True}, (Uid("Role", "end_user"),)),
        Entity(tenant, {"is_alone": False}),
    )
    request = Request(who, ACTION, tenant, context_at(AT))
    slice = key.seal(slice_text(entities))
    asked = AnsweredRequest(request, entities, (), held.decide(request, entities), AT)
    entry = {
        "id": f"evt_{number}",
        "time": format_instant(AT),
        "actorid": who.id,
        "tenantid": TENANT,
        "decision": asked.compact(TENANT, slice.name),
    }
    return entry, slice
