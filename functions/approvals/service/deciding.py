"""Decisions of people about one approval: each is claimed, decided, signed and saved once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from functions.approvals.rules.approval import Actor, Approval, Repeat, Transition
from functions.approvals.rules.commands import DecisionCommand, DecisionVerb, VetoCommand
from functions.approvals.rules.decisions import admit, decide
from functions.approvals.rules.standing import depends_on_takeover
from functions.approvals.rules.veto import veto
from functions.approvals.service.actives import count_veto
from functions.approvals.service.lookups import actor_of, missed, refuse_malformed, require_approval
from functions.approvals.service.rows import with_row
from functions.approvals.service.wiring import FUNCTION, OUTBOX
from functions.approvals.service.writing import Writer
from functions.approvals.store import (
    APPROVALS,
    CLAIMS,
    Kept,
    claim_fields,
    is_governor_absent,
    read_approval,
    read_claim,
)
from functions.approvals.views import ApprovalCard, card_of
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import IdempotencyKeyReused, Invalid, UnsupportedMediaType
from shared.messaging.changes import Change
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

Steps = tuple[Transition, ...]


@dataclass(frozen=True)
class Sent:
    """One decision or veto (`verb` None) as it was sent. `body` is all of it but what is default:
    two of the same principal with equal bodies are the same decision, for ever."""

    approval_id: str
    client_decision_id: str
    verb: DecisionVerb | None
    body: Mapping[str, Any]
    decide: "Decide"

    def fingerprint(self, caller: Caller) -> str:
        """What is the same for the same decision only."""
        return content_hash([caller.principal, self.approval_id, dict(self.body)])


class Decide(Protocol):
    """A rule, with the command already in it."""

    def __call__(
        self, approval: Approval, actor: Actor, at: datetime, *, took_over: bool
    ) -> Steps | Repeat: ...


def decision_rule(command: DecisionCommand) -> Decide:
    """The rule for a decision."""

    def rule(approval: Approval, actor: Actor, at: datetime, *, took_over: bool) -> Steps | Repeat:
        result = decide(approval, command, actor, at, took_over=took_over)
        return result if isinstance(result, Repeat) else (result,)

    return rule


def veto_rule(command: VetoCommand) -> Decide:
    """The rule for a veto."""

    def rule(approval: Approval, actor: Actor, at: datetime, *, took_over: bool) -> Steps | Repeat:
        return veto(approval, command, actor, at, took_over=took_over)

    return rule


async def take(caller: Caller, approval_id: str, read: Callable[[], Sent]) -> ApprovalCard:
    """The card after the decision; a repeat gets the first answer. `read` reads the body, whose
    faults are told only to who may decide.

    Raises NotFound, then what the rules raise, IdempotencyKeyReused among the invalid."""
    refuse_malformed("apr", approval_id)
    try:
        sent = read()
    except (Invalid, UnsupportedMediaType):
        kept = await require_approval(caller, approval_id)
        await _admit(TenantStore(caller.tenant_id), caller, kept.value, None)
        raise
    return await decide_again(lambda: _take_once(caller, sent))


async def _take_once(caller: Caller, sent: Sent) -> ApprovalCard:
    store = TenantStore(caller.tenant_id)
    found, claimed = await store.get_many(
        [(APPROVALS, sent.approval_id), (CLAIMS, sent.client_decision_id)]
    )
    claim = read_claim(claimed)
    if claim is not None and claim.fingerprint == sent.fingerprint(caller):
        return ApprovalCard.model_validate_json(claim.answer)
    seen = read_approval(found) or await missed(caller, sent.approval_id)
    took_over = await _admit(store, caller, seen.value, sent.verb)
    if claim is not None:
        raise IdempotencyKeyReused("this client_decision_id came before with another decision")
    result = sent.decide(seen.value, actor_of(caller), caller.received_at, took_over=took_over)
    if isinstance(result, Repeat):
        return await _answer_again(store, caller, sent, seen.value)
    return await _commit(store, caller, sent, seen, result)


async def _admit(
    store: TenantStore, caller: Caller, approval: Approval, verb: DecisionVerb | None
) -> bool:
    """Whether a takeover gives the caller their right. Raises SeparationOfDuties, Forbidden."""
    actor = actor_of(caller)
    took_over = depends_on_takeover(approval, actor) and await is_governor_absent(
        store, caller.received_at
    )
    admit(approval, verb, actor, took_over=took_over)
    return took_over


async def _answer_again(
    store: TenantStore, caller: Caller, sent: Sent, approval: Approval
) -> ApprovalCard:
    """The first answer under a new `client_decision_id`, which is claimed for ever too."""
    card = card_of(approval)
    if approval.decided_claim is not None:
        first = read_claim(await store.get(CLAIMS, approval.decided_claim))
        if first is not None:
            card = ApprovalCard.model_validate_json(first.answer)
    change = Change()
    _claim(change, caller, sent, card)
    await OUTBOX.commit(store, change, now=caller.received_at)
    return card


async def _commit(
    store: TenantStore, caller: Caller, sent: Sent, seen: Kept[Approval], steps: Steps
) -> ApprovalCard:
    recorder = Recorder.for_command(function=FUNCTION, caller=caller, latest=seen.latest)
    writer = Writer(recorder)
    drafted = None
    if not steps[-1].approval.is_open:
        steps = tuple(_claimed(step, sent.client_decision_id) for step in steps)
        last, drafted = await with_row(store, steps[-1].approval, caller.received_at)
        steps = (*steps[:-1], replace(steps[-1], approval=last))
    approval = await writer.approval(steps, seen)
    if drafted is not None:
        writer.precedent(drafted, None)
    if steps[0].approval.status == "vetoed":
        await count_veto(store, writer, approval, caller.received_at)
    card = card_of(approval)
    _claim(writer.change, caller, sent, card)
    await OUTBOX.commit(store, writer.change, now=caller.received_at)
    return card


def _claim(change: Change, caller: Caller, sent: Sent, card: ApprovalCard) -> None:
    fields = claim_fields(
        sent.fingerprint(caller), card.model_dump_json(), sent.approval_id, caller.received_at
    )
    change.create(CLAIMS, sent.client_decision_id, fields)


def _claimed(step: Transition, client_decision_id: str) -> Transition:
    fields = {"decided_claim": client_decision_id}
    return replace(step, approval=step.approval.model_copy(update=fields))
