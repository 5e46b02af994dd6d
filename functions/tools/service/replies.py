"""What a person has answered to the question that a call waits for."""

from typing import Any

from events.elicitation import ANSWER, ELICITATION, content_of_answer
from functions.tools.aggregates import APPROVALS_KEYS
from functions.tools.rules.elicitation import (
    Reply,
    declined,
    ended_by,
    is_about,
    unanswered,
)
from functions.tools.rules.invocation import Invocation
from shared.aggregates import Command
from shared.approvals import read_approval
from shared.kit.contents import Contents
from shared.kit.errors import SignatureInvalid
from shared.storage.secrets import public_keys

NOBODY_WAITS = "nobody waits any more for the answer that its server asked for"


async def reply_to(
    work: Command, known: Invocation, approval_id: str | None, *, gives_up: bool
) -> Reply | Invocation:
    """What the server is answered; else the call as it is: it still waits, or has ended without an
    answer. Two reads. Raises SignatureInvalid for an approval that `approvals` did not sign, or
    that is about anything else; Unavailable."""
    if gives_up:
        return unanswered(known, NOBODY_WAITS, work.at)
    if approval_id is None:
        return known
    keys = await public_keys(APPROVALS_KEYS)
    approval = await read_approval(work.store, approval_id, keys)
    if approval is None or approval.is_open:
        return known
    hashes = [approval.decision_hash, *filter(None, [approval.answer_hash])]
    contents = await work.read_contents(*hashes)
    asked = contents.shown(approval.decision_hash)
    if asked is not None and not is_about(asked.get(ELICITATION, {}), known):
        raise SignatureInvalid(f"{approval_id} is not about the question that the call waits for")
    ended = ended_by(known, approval_id, approval, work.at)
    if ended is not None:
        return ended
    answer = _answer(contents, asked, approval.answer_hash)
    if answer is None:
        return declined(known, f"what was answered in {approval_id} was erased", work.at)
    assert known.elicitation is not None
    assert known.resume is not None
    return Reply(known.resume, known.elicitation, answer, approval.assented_by)


def _answer(contents: Contents, asked: Any, answer_hash: str | None) -> dict[str, Any] | None:
    """The answer, unless it or its question was erased."""
    assert answer_hash is not None
    found = contents.shown(answer_hash)
    if asked is None or found is None:
        return None
    if found != content_of_answer(asked[ELICITATION], found[ANSWER]):
        raise SignatureInvalid("the answer is to another question")
    answer: dict[str, Any] = found[ANSWER]
    return answer
