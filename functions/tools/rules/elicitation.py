"""What a server asks in the middle of a call: which questions reach a person, and what becomes of
the call by what the person says. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import JsonValue

from events.elicitation import LONGEST_MESSAGE, MOST_FIELDS, Elicitation, content_of_elicitation
from functions.tools.rules.invocation import Invocation, Resume, refused, unsure
from functions.tools.rules.schemas import schema_fault
from functions.tools.rules.secrets_asked import names_secret
from shared.approvals.known import KnownApproval
from shared.kit.canonical import content_hash
from shared.kit.json_limits import JsonLimit

# A call asks no more often than a person would answer patiently.
MOST_QUESTIONS = 5
MOST_STATE = 32 * 1024
WAITS = "its server asks a person, who has not answered yet"
_SCHEMA = JsonLimit(most_bytes=16 * 1024)
_PLAIN = frozenset({"string", "number", "integer", "boolean"})
_DECLINED = frozenset({"rejected", "changes_requested", "vetoed", "overturned", "reversed"})


class Requested(NamedTuple):
    """One thing that a server wants before it goes on: under which `key` it is to be answered,
    which method of the protocol it would call, and with what."""

    key: str
    method: str
    params: Mapping[str, Any]


class Reply(NamedTuple):
    """A person's answer to exactly this question."""

    resume: Resume
    elicitation: Elicitation
    content: dict[str, JsonValue]
    answered_by: str | None = None


class Refuse(NamedTuple):
    """Nobody is asked; why."""

    why: str


def question_in(
    requests: Sequence[Requested], state: str | None, number: int
) -> tuple[Elicitation, Resume] | Refuse:
    """The question that a person is asked, and what goes with its answer; or why nobody is.
    `number` counts the questions of the call, this one with them."""
    if number > MOST_QUESTIONS:
        return Refuse(f"its server asks more than {MOST_QUESTIONS} times")
    if state is not None and len(state.encode()) > MOST_STATE:
        return Refuse(f"its server wants more than {MOST_STATE} bytes back with an answer")
    if not requests:
        return Refuse("its server wants to be asked again, and asks nothing")
    asked = ", ".join(sorted({each.method for each in requests}))
    if any(each.method != "elicitation/create" for each in requests):
        return Refuse(f"its server asks for {asked}, which nobody answers"[:400])
    if len(requests) > 1:
        return Refuse(f"its server asks {len(requests)} questions at once: people answer one")
    key, _, params = requests[0]
    if number > 1 and not key:
        return Refuse("its server asks again as its call is repeated: people answer one question")
    if params.get("mode", "form") != "form":
        return Refuse("its server asks a person to open an address, which may ask for a password")
    why = _why_not(params)
    if why is not None:
        return Refuse(why)
    schema = dict(params["requestedSchema"])
    found = Elicitation(message=params["message"], requested_schema=schema, number=number)
    return found, Resume(key=key, state=state)


def _why_not(params: Mapping[str, Any]) -> str | None:
    message, schema = params.get("message"), params.get("requestedSchema")
    if not isinstance(message, str) or not isinstance(schema, Mapping):
        return "its server asks without a message or a schema"
    if len(message) > LONGEST_MESSAGE:
        return f"its server asks in more than {LONGEST_MESSAGE} characters"
    problem = _SCHEMA.problem(schema)
    told = None if problem is None else f"the schema of its question {problem}"
    if told is None and (fault := schema_fault(schema)) is not None:
        told = f"the schema of its question {fault}"
    if told is not None:
        return told[:400]
    fields = schema.get("properties", {})
    if len(fields) > MOST_FIELDS:
        return f"its server asks for more than {MOST_FIELDS} fields"
    for field in fields.values():
        if not _is_plain(field):
            return "its server asks for a field that is no text, number, yes or no, or choice"
    if names_secret(message, fields):
        return (
            "its server asks for a password, token, key or another secret, which nobody may give "
            "it: store it as a credential of the connector"
        )
    return None


def _is_plain(field: Any) -> bool:
    """Whether the protocol allows such a field in a form."""
    if not isinstance(field, Mapping):
        return False
    if field.get("type") == "array":
        items = field.get("items")
        return isinstance(items, Mapping) and ("enum" in items or "anyOf" in items)
    return field.get("type") in _PLAIN


def asks(call: Invocation, elicitation: Elicitation, resume: Resume, at: datetime) -> Invocation:
    """The call waits for what a person answers its server."""
    asked = {"elicitation": elicitation, "resume": resume, "asked": elicitation.number}
    return call.but(status="dispatched", may_be_repeated=True, reason=WAITS, at=at, **asked)


def goes_on(known: Invocation, call: Invocation) -> Invocation:
    """The waiting call as it is tried again: with its answer, by the token that `call` names."""
    by = {name: getattr(call, name) for name in ("token_id", "decision", "history", "labels", "at")}
    return known.but(
        status="intended", may_be_repeated=False, reason=None, elicitation=None, resume=None, **by
    )


def unanswered(known: Invocation, why: str, at: datetime) -> Invocation:
    """Nobody answers: it did nothing where it only reads or drafts; of any other call nobody knows
    what it did before it asked."""
    return unsure(known.but(elicitation=None, resume=None, may_be_repeated=False), why, at)


def declined(known: Invocation, why: str, at: datetime) -> Invocation:
    """Somebody saw the question and said no: the server is told nothing, and goes on with
    nothing."""
    return refused(known.but(elicitation=None, resume=None), why, at)


def is_about(content: Mapping[str, Any], known: Invocation) -> bool:
    """Whether what a person was asked is exactly the question that the call waits for."""
    assert known.elicitation is not None
    said = content_of_elicitation(known.elicitation, known.invocation_id, known.operation)
    return content_hash(dict(content)) == content_hash(said)


def ended_by(
    known: Invocation, approval_id: str, approval: KnownApproval, at: datetime
) -> Invocation | None:
    """The call after a decision that answers nothing; None where it answers."""
    told = f"{approval_id}, which its server asked for, is {approval.status}"
    if approval.assented_by is not None and approval.answer_hash is not None:
        return None
    if approval.status in _DECLINED:
        return declined(known, told, at)
    return unanswered(known, told, at)
