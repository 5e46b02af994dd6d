"""Plans, where `capsules` keeps them: believed for their signature. What a plan says never changes
under its hash, so a process reads and parses it once in twenty seconds."""

from typing import NamedTuple

from events.plan_content import PlanContent
from events.plans import PLANS, PlanState, Prediction, verify_plan
from functions.runs.aggregates import CAPSULES_KEYS
from shared.kit.errors import NotFound
from shared.messaging.contents import read_contents
from shared.runtime.remembered import Unchanging
from shared.storage import firestore_rpc
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys
from shared.storage.states import read_state

# Parsed, a plan takes some ten times as much memory as its text.
MOST_PLANS = 64
LONGEST_TEXT = 65_536


class Plan(NamedTuple):
    """A plan, what its hash covers, and what its rehearsal expects."""

    state: PlanState
    content: PlanContent
    prediction: Prediction | None


_plans: Unchanging[tuple[str, ...], Plan] = Unchanging(MOST_PLANS)


def known_plan(store: TenantStore, plan_hash: str) -> Plan | None:
    """The plan as this process believed it within the last twenty seconds; whether it may start a
    run, only its document says."""
    return _plans.find(_place(store, plan_hash))


async def plan_under_way(store: TenantStore, plan_hash: str) -> Plan:
    """The plan of a run that has begun: what `known_plan` gives or `read_plan` reads. Raises as
    that."""
    return known_plan(store, plan_hash) or await read_plan(store, plan_hash)


async def read_plan(store: TenantStore, plan_hash: str) -> Plan:
    """The plan as `capsules` signed it. Two reads. Raises NotFound, and what `believed` raises."""
    state = await read_state(store, PLANS, PlanState, plan_hash)
    if state is None:
        raise not_compiled(plan_hash)
    return await believed(store, plan_hash, state)


def not_compiled(plan_hash: str) -> NotFound:
    """There is no plan with that hash."""
    return NotFound(f"there is no plan {plan_hash[:64]!r}: POST /v1/plans compiles one")


async def believed(store: TenantStore, plan_hash: str, state: PlanState) -> Plan:
    """The plan whose document says that. One read, unless this process knows what it says. Raises
    SignatureInvalid for a document that `capsules` did not sign, ContentErased, ContentInvalid,
    Unavailable."""
    keys = await public_keys(CAPSULES_KEYS, to_verify=[state.signature or ""])
    verify_plan(state.but(plan_hash=plan_hash), store.tenant_id, keys)
    known, predicted = known_plan(store, plan_hash), state.prediction_hash
    if known is not None and known.state.prediction_hash == predicted:
        return known._replace(state=state)
    texts = await read_contents(store, [plan_hash, *([predicted] if predicted else [])])
    plan = Plan(
        state,
        PlanContent.model_validate(texts.value(plan_hash)),
        Prediction.model_validate(texts.value(predicted)) if predicted else None,
    )
    if sum(len(texts.get(each).text) for each in texts.present) <= LONGEST_TEXT:
        _plans.keep(_place(store, plan_hash), plan)
    return plan


def _place(store: TenantStore, plan_hash: str) -> tuple[str, ...]:
    return firestore_rpc.database(), store.tenant_id, plan_hash
