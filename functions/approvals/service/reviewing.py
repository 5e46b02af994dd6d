"""The review a break-glass or a deputy's decision owes."""

from collections.abc import Callable

from functions.approvals.rules.approval import Repeat
from functions.approvals.rules.commands import ReviewCommand
from functions.approvals.rules.reviews import admit_reviewer, review
from functions.approvals.service.lookups import actor_of, require_approval
from functions.approvals.service.wiring import FUNCTION, OUTBOX
from functions.approvals.service.writing import Writer
from functions.approvals.views import ApprovalCard, card_of
from shared.kit.callers import Caller
from shared.kit.errors import Invalid, UnsupportedMediaType
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again


async def give_review(
    caller: Caller, key: IdempotencyKey, approval_id: str, read: Callable[[], ReviewCommand]
) -> ApprovalCard:
    """The card after the review; the same review again changes nothing.

    Raises NotFound, then what the rules raise."""
    return await decide_again(lambda: _give_once(caller, key, approval_id, read))


async def _give_once(
    caller: Caller, key: IdempotencyKey, approval_id: str, read: Callable[[], ReviewCommand]
) -> ApprovalCard:
    store = TenantStore(caller.tenant_id)
    seen = await require_approval(caller, approval_id)
    try:
        command = read()
    except (Invalid, UnsupportedMediaType):
        admit_reviewer(seen.value, actor_of(caller))
        raise
    if answer := await key.recall(store):
        return ApprovalCard.model_validate(answer)
    result = review(seen.value, command, actor_of(caller), caller.received_at)
    if isinstance(result, Repeat):
        return card_of(seen.value)
    recorder = Recorder.for_command(function=FUNCTION, caller=caller, latest=seen.latest)
    writer = Writer(recorder)
    card = card_of(await writer.approval(result, seen))
    key.remember(writer.change, card.model_dump(mode="json"))
    await OUTBOX.commit(store, writer.change, now=caller.received_at)
    return card
