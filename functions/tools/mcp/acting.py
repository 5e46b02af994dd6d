"""One call of a tool, once."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from events.connectors import ConnectorDefinition, ToolOperation
from functions.tools.http.acting import CONNECTED_WITHIN_SECONDS, WITHIN_SECONDS
from functions.tools.http.answers import MOST_ANSWER_BYTES, masked
from functions.tools.http.outcomes import Answered, NeverSent, Refused, Unknown
from functions.tools.http.requests import NotSendable
from functions.tools.http.showing import Shown, show
from functions.tools.http.targets import Auth, ClientCredentials, Credential
from functions.tools.http.tokens import NoToken, forget_token
from functions.tools.mcp.outcomes import Asks, Failed, Gave, ToolOutcome

if TYPE_CHECKING:
    import mcp_types as types

    from functions.tools.mcp.exchange import Exchange

# A session that a server keeps is ended, where that takes no longer.
CLOSED_WITHIN_SECONDS = 1.0
_UNAUTHORIZED = 401


async def call_tool(
    definition: ConnectorDefinition,
    operation: ToolOperation,
    arguments: Mapping[str, Any],
    *,
    auth: Auth | None,
    credential: Credential | None,
    may_be_loopback: bool,
) -> ToolOutcome:
    """What became of the call, which was sent at most once, within ten seconds, in the version of
    the protocol that was pinned. Nothing that the outcome says holds the credential. Raises nothing
    but what ends the task."""
    deadline = asyncio.get_running_loop().time() + WITHIN_SECONDS
    try:
        async with asyncio.timeout_at(deadline):
            shown = await show(auth, credential, may_be_loopback=may_be_loopback)
    except NotSendable as error:
        return Refused(reason=str(error), detail=error.detail)
    except NoToken as error:
        return NeverSent(reason=str(error))
    except TimeoutError:
        return NeverSent(reason="the token endpoint does not answer")
    exchange = _exchange(definition, operation, arguments, shown, may_be_loopback=may_be_loopback)
    outcome = _masked(await _called(exchange, definition, operation, arguments, deadline), shown)
    is_old = exchange.last_status == _UNAUTHORIZED and shown.kept_token is not None
    if is_old and isinstance(auth, ClientCredentials) and credential is not None:
        assert shown.kept_token is not None
        forget_token(auth, credential, shown.kept_token)
        # Whoever was not let in has not acted.
        return NeverSent(reason="the access token has ended")
    return outcome


def _exchange(
    definition: ConnectorDefinition,
    operation: ToolOperation,
    arguments: Mapping[str, Any],
    shown: Shown,
    *,
    may_be_loopback: bool,
) -> "Exchange":
    import httpx2
    from mcp.shared.inbound import mcp_param_headers, x_mcp_header_map

    from functions.tools.mcp.exchange import Exchange

    # Arguments that the pinned schema wants as headers too.
    headers = mcp_param_headers(x_mcp_header_map(operation.input_schema), arguments)
    return Exchange(
        definition.url,
        shown,
        most_bytes=MOST_ANSWER_BYTES,
        may_be_loopback=may_be_loopback,
        timeout=httpx2.Timeout(WITHIN_SECONDS, connect=CONNECTED_WITHIN_SECONDS),
        call_headers=headers,
    )


async def _called(
    exchange: "Exchange",
    definition: ConnectorDefinition,
    operation: ToolOperation,
    arguments: Mapping[str, Any],
    deadline: float,
) -> ToolOutcome:
    from functions.tools.mcp.faults import FAULTS, fault_of
    from functions.tools.mcp.sessions import begin, opened

    assert definition.server is not None
    found: list[ToolOutcome] = []
    try:
        async with asyncio.timeout_at(deadline) as limit, opened(exchange) as session:
            await begin(session, definition.server.protocol)
            result = await session.call_tool(
                operation.name, dict(arguments), allow_input_required=True
            )
            found.append(outcome_of(result))
            limit.reschedule(asyncio.get_running_loop().time() + CLOSED_WITHIN_SECONDS)
    except FAULTS as error:
        # Whatever fails as the session closes does not undo what was answered.
        return found[0] if found else fault_of(error, exchange, WITHIN_SECONDS)
    return found[0]


def outcome_of(result: "types.CallToolResult | types.InputRequiredResult") -> ToolOutcome:
    """What the server answered."""
    import mcp_types as types

    if isinstance(result, types.InputRequiredResult):
        return Asks(tuple(sorted(each.method for each in (result.input_requests or {}).values())))
    texts = [each.text for each in result.content if isinstance(each, types.TextContent)]
    if result.is_error:
        return Failed("\n".join(texts))
    others = [each for each in result.content if not isinstance(each, types.TextContent)]
    content: JsonValue = [
        each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in others
    ]
    return Gave(
        {"text": "\n".join(texts), "structured": result.structured_content, "content": content}
    )


def _masked(outcome: ToolOutcome, shown: Shown) -> ToolOutcome:
    """The outcome without the credential, which a server may quote."""
    match outcome:
        case Gave(output=output):
            return Gave(masked(output, shown.secrets))
        case Failed(detail=detail):
            return Failed(str(masked(detail, shown.secrets)))
        case Refused(reason=reason, detail=str() as detail):
            return Refused(reason=reason, detail=str(masked(detail, shown.secrets)))
        case Answered(status=status, value=value):
            return Answered(status=status, value=masked(value, shown.secrets))
        case Unknown(reason=reason, status=status):
            return Unknown(reason=str(masked(reason, shown.secrets)), status=status)
        case _:
            return outcome
