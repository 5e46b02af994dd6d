"""Plans, where `capsules` keeps them: believed for their signature."""

from typing import NamedTuple

from events.plan_content import PlanContent
from events.plans import PLANS, PlanState, Prediction, verify_plan
from functions.runs.aggregates import CAPSULES_KEYS
from shared.kit.errors import NotFound
from shared.messaging.contents import read_contents
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys


class Plan(NamedTuple):
    """A plan, what its hash covers, and what its rehearsal expects."""

    state: PlanState
    content: PlanContent
    prediction: Prediction | None


async def read_plan(store: TenantStore, plan_hash: str) -> Plan:
    """The plan as `capsules` signed it. Two reads. Raises NotFound, and what `believed` raises."""
    document = await store.get(PLANS, plan_hash)
    if document is None or "state" not in document.data:
        raise not_compiled(plan_hash)
    state = PlanState.model_validate_json(document.data["state"])
    return await believed(store, plan_hash, state)


def not_compiled(plan_hash: str) -> NotFound:
    """There is no plan with that hash."""
    return NotFound(f"there is no plan {plan_hash[:64]!r}: POST /v1/plans compiles one")


async def believed(store: TenantStore, plan_hash: str, state: PlanState) -> Plan:
    """The plan whose document says that. One read. Raises SignatureInvalid for a document that
    `capsules` did not sign, ContentErased, ContentInvalid, Unavailable."""
    keys = await public_keys(CAPSULES_KEYS, to_verify=[state.signature or ""])
    verify_plan(state.but(plan_hash=plan_hash), store.tenant_id, keys)
    hashes = [plan_hash, *([state.prediction_hash] if state.prediction_hash else [])]
    contents = await read_contents(store, hashes)
    predicted = state.prediction_hash
    return Plan(
        state,
        PlanContent.model_validate(contents.value(plan_hash)),
        Prediction.model_validate(contents.value(predicted)) if predicted else None,
    )
