"""Calls of connectors: what they are made with, and what became of them in the words of calls."""

from typing import Any, NamedTuple

from pydantic import SecretStr

from events.connector_definition import (
    AnyOperation,
    ConnectorDefinition,
    MailOperation,
    ToolOperation,
)
from events.credentials import credential_id, why_not_for
from functions.tools.http.call import Auth, call_http
from functions.tools.http.call import Credential as Secret
from functions.tools.http.outcomes import Answered, NeverSent, Outcome, Refused
from functions.tools.mcp.call import call_tool
from functions.tools.mcp.outcomes import Asks, Failed, Gave, ToolOutcome, Working
from functions.tools.mcp.whose import Whose
from functions.tools.own.act import (
    Act,
    AsksPerson,
    AtWork,
    Done,
    NotReached,
    NotTaken,
    TargetRefused,
    Unanswered,
)
from functions.tools.rules.elicitation import Refuse, Reply, question_in
from functions.tools.rules.targets import auth_of, sent_as, target_of
from functions.tools.settings import settings
from shared.connectors import read_credentials
from shared.kit.canonical import as_text
from shared.kit.json_limits import JsonLimit
from shared.kit.secret_names import credential_secret
from shared.kit.shapes import wrong
from shared.mail.outcomes import Taken
from shared.storage.firestore import TenantStore
from shared.storage.secrets import read_version

LONGEST_DETAIL = 1_000
# The answer is bounded where it is read; here it must have a canonical form.
_OUTPUT = JsonLimit(1024 * 1024)


class With(NamedTuple):
    """What a connector's calls are shown: nothing where it names no credential."""

    auth: Auth | None = None
    secret: Secret | None = None


class NoCredential(Exception):
    """The credential that the connector names is not there, or not for its hosts. Its text says
    which, and how to store it."""


async def made_with(
    store: TenantStore, definition: ConnectorDefinition, workspace_id: str | None
) -> With:
    """The credential of the connector with its value: one read of the store, and one of the secret
    where it is not known yet. Raises NoCredential, Unavailable."""
    name = definition.credential
    if name is None:
        return With()
    id = credential_id(name, workspace_id)
    credential = (await read_credentials(store, [id])).get(id)
    told = why_not_for(credential, name, definition.hosts, "connectors")
    if credential is None or told is not None:
        raise NoCredential(told)
    value = await read_version(
        credential_secret(store.tenant_id, id), credential.secret_version, credential.version
    )
    secret = Secret(
        tenant_id=store.tenant_id,
        name=id,
        version=str(credential.version),
        secret=SecretStr(value),
        user=credential.shown.user or "",
    )
    return With(auth_of(credential), secret)


async def call(
    definition: ConnectorDefinition,
    operation: AnyOperation,
    shown: With,
    act: Act,
) -> Done:
    """What the call gave. Raises TargetRefused, NotReached, Unanswered, NotTaken, AsksPerson,
    AtWork."""
    may_be_loopback = settings().may_be_loopback
    if isinstance(operation, MailOperation):
        return await _mailed(definition, shown, act)
    if isinstance(operation, ToolOperation) and definition.baked is not None:
        given = await _called_baked(definition.baked, definition, operation, act)
        return _tool_done(given, operation, act)
    if isinstance(operation, ToolOperation):
        if operation.tool.as_task and not act.is_awaited:
            raise TargetRefused("it is called as a task, which only the step of a run waits for")
        given = await call_tool(
            definition,
            operation,
            act.arguments,
            whose=Whose(act.tenant_id, act.invocation.workspace_id, definition.name),
            pin=act.invocation.pin,
            auth=shown.auth,
            credential=shown.secret,
            may_be_loopback=may_be_loopback,
            reply=act.reply,
        )
        return _tool_done(given, operation, act)
    return _done(
        await call_http(
            target_of(definition, shown.auth),
            sent_as(operation),
            act.arguments,
            key=act.invocation.invocation_id,
            credential=shown.secret,
            may_be_loopback=may_be_loopback,
        )
    )


async def _mailed(definition: ConnectorDefinition, shown: With, act: Act) -> Done:
    from functions.tools.smtp.send import send_mail

    outcome = await send_mail(
        definition,
        act.arguments,
        call_id=act.invocation.invocation_id,
        at=act.invocation.at,
        auth=shown.auth,
        credential=shown.secret,
        may_be_loopback=settings().may_be_loopback,
    )
    if not isinstance(outcome, Taken):
        return _done(outcome)
    refused = [each._asdict() for each in outcome.refused]
    given = {"message_id": outcome.message_id, "accepted": list(outcome.accepted)}
    return Done({**given, "refused": refused})


async def _called_baked(
    name: str, definition: ConnectorDefinition, operation: ToolOperation, act: Act
) -> ToolOutcome:
    from functions.tools.mcp.baked_servers import call_baked

    command = settings().mcp_servers.get(name)
    if command is None or definition.server is None:
        return Refused(reason="this installation has the server no more")
    return await call_baked(
        act.tenant_id,
        name,
        command,
        protocol=definition.server.protocol,
        tool=operation.name,
        arguments=act.arguments,
        reply=act.reply if isinstance(act.reply, Reply) else None,
    )


def _tool_done(outcome: ToolOutcome, operation: ToolOperation, act: Act) -> Done:
    match outcome:
        case Gave(output=output):
            told = _wrong_gift(output, operation)
            if told is not None:
                raise _untaken(told, operation)
            return Done(output)
        case Failed(detail=detail):
            said = "the tool says that it failed"
            raise TargetRefused(
                said, detail[:LONGEST_DETAIL], may_be_repeated=operation.is_idempotent
            )
        case Asks(requests=requests, state=state):
            asked = question_in(requests, state, act.invocation.asked + 1)
            if isinstance(asked, Refuse):
                raise _untaken(asked.why, operation)
            raise AsksPerson(*asked)
        case Working(task_id=id, status="working", poll_ms=poll, ttl_ms=ttl):
            raise AtWork(id, poll, ttl)
        case Working(status="failed", message=message):
            said, repeats = "the tool says that it failed", operation.is_idempotent
            raise TargetRefused(said, (message or "")[:LONGEST_DETAIL], may_be_repeated=repeats)
        case Working(status=status):
            raise _untaken(f"the task of the tool is {status[:40]}", operation)
        case Answered(means="done"):
            raise _untaken("the answer is not what the protocol says", operation)
        case _:
            return _done(outcome)


def _wrong_gift(output: Any, operation: ToolOperation) -> str | None:
    """Why what the tool gave is not taken, or None."""
    problem = _OUTPUT.problem(output)
    if problem is not None:
        return f"it gave what {problem}"
    schema = operation.tool.output_schema
    told = None if schema is None else wrong(schema, output["structured"], "output.structured")
    return None if told is None else f"it gave what its tool does not: {told}"


def _untaken(reason: str, operation: ToolOperation) -> TargetRefused | NotTaken:
    """It was answered, and not with what the tool gives: only of what reads is it known that
    nothing happened."""
    return (TargetRefused if operation.effect == "read" else NotTaken)(reason)


def _done(outcome: Outcome) -> Done:
    if isinstance(outcome, Refused):
        raise TargetRefused(outcome.reason, outcome.detail)
    if isinstance(outcome, NeverSent):
        raise NotReached(outcome.reason)
    if not isinstance(outcome, Answered):
        raise (Unanswered if outcome.status is None else NotTaken)(outcome.reason)
    match outcome.means:
        case "done":
            return Done({"status": outcome.status, "body": outcome.value})
        case "refused":
            raise TargetRefused(f"the service refused it ({outcome.status})", _text(outcome.value))
        case "busy":
            raise NotReached(f"the service is busy ({outcome.status})")
        case "unclear":
            raise Unanswered(f"the service failed ({outcome.status})")


def _text(value: Any) -> str | None:
    return None if value is None else as_text(value)[:LONGEST_DETAIL]
