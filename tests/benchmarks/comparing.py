"""What comparing and replaying policies costs, in processor time, and how often they agree with the
engine."""

import time
from datetime import UTC, datetime

from functions.policy.rules.deciding import Decided
from functions.policy.rules.replay import Replaying
from shared.policy.engine import Entity, Policies, Request, Uid
from shared.policy.platform import policies_with
from shared.policy.record import recorded
from shared.policy.sources import Source
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.functions.policy.compare.test_agreement import CASES_AT_NIGHT, agrees
from tests.functions.policy.compare.test_compare import compare_texts, hundred

ROUNDS = 5
MOST_SECONDS = 0.5
REPLAYED = 10_000
FEWEST_A_SECOND = 3_000
ACTION = "audit.entries.list"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def measure() -> dict[str, Figure]:
    """Two hundred policies in all, of which one differs: the median of some rounds."""
    rounds = sorted(_compared() for _ in range(ROUNDS))
    differing = [seed for seed in range(CASES_AT_NIGHT) if not agrees(seed)]
    return {
        "100 policies compared": Figure(rounds[ROUNDS // 2], "s", aim=at_most(MOST_SECONDS)),
        "decisions replayed": Figure(_replayed(), "a second", aim=at_least(FEWEST_A_SECOND)),
        f"differing of {CASES_AT_NIGHT:,} random cases": Figure(
            len(differing), "cases", aim=at_most(0)
        ),
    }


def _compared() -> float:
    began = time.process_time()
    assert compare_texts(hundred(500), hundred(501)).newly_allowed
    return time.process_time() - began


def _replayed() -> float:
    """From the text of each record, with a hundred policies of the tenant beside the platform's;
    the decisions are of two hundred people, so that slices repeat."""
    held = policies_with((), 0)
    texts = [_record(held, number).model_dump_json() for number in range(REPLAYED)]
    tenant = "\n".join(
        f'permit (principal == Principal::"p{n}", action == Action::"{ACTION}", resource);'
        for n in range(100)
    )
    replaying = Replaying(policies_with((Source("tenant/many", tenant),), 1))
    began = time.process_time()
    replaying.add_texts(texts)
    seconds = time.process_time() - began
    assert (replaying.replayed, replaying.flipped > 0) == (REPLAYED, True)
    return REPLAYED / seconds


def _record(held: Policies, number: int) -> Decided:
    tenant, who = Uid("Tenant", "clinic"), Uid("Principal", f"p{number % 200}")
    entities = [
        Entity(who, {"tenant": tenant, "has_role": True}, (Uid("Role", "end_user"),)),
        Entity(tenant, {"is_alone": False}),
    ]
    context = {"at": number, "hour": 12, "weekday": 3}
    request = Request(who, ACTION, tenant, context)
    decision = held.decide(request, entities)
    record = recorded(request, entities, decision, AT)
    return Decided(**record.model_dump(), asked_by="service:bench")
