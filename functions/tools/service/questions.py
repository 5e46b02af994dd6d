"""Asks people about a call of an agent elsewhere, as far as it may ask."""

import asyncio

from events.dossiers import MOST_CONTENT_BYTES
from events.operations import OperationDefinition
from functions.tools.aggregates import APPROVALS_KEYS, CURRENT, OPEN_APPROVALS
from functions.tools.rules.direct_call import DirectCall, ask, content_of, question_of, withdraw
from functions.tools.rules.envelope import Grave
from functions.tools.rules.invocation import Invocation
from functions.tools.rules.open_approvals import OpenApprovals
from functions.tools.service.admission import Refusal
from shared.agents.reading import StoredAgent
from shared.aggregates import Command
from shared.approvals import read_approval
from shared.kit.contents import Content
from shared.kit.errors import SignatureInvalid
from shared.kit.json_limits import JsonLimit
from shared.kit.transitions import Transition
from shared.storage.secrets import public_keys

# What an approval takes, whoever asks for it.
_CONTENT = JsonLimit(most_bytes=MOST_CONTENT_BYTES)


async def ask_people(
    work: Command,
    known: DirectCall,
    grave: Grave,
    content: Content,
    summary: str,
    invocation_id: str | None = None,
) -> DirectCall | Refusal:
    """The call as it waits from now on for an approval of exactly this content, in this commit;
    what was asked before about the same call in another content is withdrawn. A refusal where the
    content is more than an approval takes, or as many wait as may: approvals are read only then.
    With an `invocation_id` its server asks, and an answer is wanted. Raises Unavailable."""
    problem = _CONTENT.problem(content.value)
    if problem is not None:
        return Refusal(f"no person can be asked about so large a call: it {problem}"[:500])
    waiting = await work.find(OPEN_APPROVALS, CURRENT) or OpenApprovals()
    if waiting.why_full(known.agent_id) is not None:
        waiting = await _looked_at(work, waiting)
    told = waiting.why_full(known.agent_id)
    if told is not None:
        return Refusal(told, may_be_repeated=True)
    by = work.caller.principal
    if known.content_hash != content.hash:
        await work.save(*withdraw(known, by))
    asked = ask(known, grave, content, by, summary, work.at, invocation_id)
    assert asked.state.approval_id is not None
    counted = waiting.asked(asked.state.approval_id, known.agent_id, work.at)
    await work.save(asked, Transition(counted))
    return asked.state


async def ask_for_answer(
    work: Command,
    known: DirectCall,
    invocation: Invocation,
    agent: StoredAgent,
    definition: OperationDefinition,
) -> DirectCall | Refusal:
    """The call as it waits from now on for an answer to what its server asks. Raises as
    `ask_people`."""
    effect, undo = definition.effect, definition.undo
    rollback = "Nothing undoes it." if undo is None else f"{undo.operation} undoes it."
    call = content_of(known, agent.name, agent.version, effect, invocation.arguments)
    content = question_of(call, invocation)
    summary = (
        f"{agent.name}, which runs elsewhere, calls {invocation.operation}, whose server asks a"
        " question; what it says is a stranger's, and nobody has checked it"
    )
    grave = Grave(effect, "its server asks a person", rollback)
    return await ask_people(work, known, grave, content, summary, invocation.invocation_id)


async def _looked_at(work: Command, known: OpenApprovals) -> OpenApprovals:
    keys = await public_keys(APPROVALS_KEYS)
    ids = [each.approval_id for each in known.approvals]
    # One whose signature does not verify counts as one that has not arrived: for a day.
    found = await asyncio.gather(
        *(read_approval(work.store, each, keys) for each in ids), return_exceptions=True
    )
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, SignatureInvalid):
            raise each
    read = {
        id: each for id, each in zip(ids, found, strict=True) if not isinstance(each, BaseException)
    }
    return known.looked_at(read, work.at)
