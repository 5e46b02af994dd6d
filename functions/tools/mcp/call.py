"""One call of a tool, once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from events.connector_definition import ConnectorDefinition, ToolOperation
from events.mcp import WITHOUT_HANDSHAKE
from functions.tools.http.answers import MOST_ANSWER_BYTES, masked
from functions.tools.http.call import CONNECTED_WITHIN_SECONDS, WITHIN_SECONDS
from functions.tools.http.outcomes import Answered, NeverSent, Refused, Unknown
from functions.tools.http.requests import NotSendable
from functions.tools.http.shown_credential import Shown, show
from functions.tools.http.targets import Auth, ClientCredentials, Credential
from functions.tools.http.tokens import NoToken, forget_token
from functions.tools.mcp.outcomes import Asks, Failed, Gave, ToolOutcome, Working
from functions.tools.mcp.whose import Shape, Whose
from functions.tools.rules.elicitation import Reply, Requested
from functions.tools.rules.task import Poll

if TYPE_CHECKING:
    import mcp_types as types

    from functions.tools.mcp.exchange import Exchange
    from functions.tools.mcp.kept import KeptSession
    from functions.tools.mcp.sessions import ToolResult

_UNAUTHORIZED = 401
# How servers say that they have no such session: what the protocol says, and what some do.
_FORGOTTEN = frozenset({400, 404})
_GONE = 404


async def call_tool(
    definition: ConnectorDefinition,
    operation: ToolOperation,
    arguments: Mapping[str, Any],
    *,
    whose: Whose,
    pin: str,
    auth: Auth | None,
    credential: Credential | None,
    may_be_loopback: bool,
    reply: Reply | Poll | None = None,
) -> ToolOutcome:
    """What became of the call, which was sent at most once, within ten seconds, in the version of
    the protocol that was pinned; a second time only where the server no longer had the session that
    was kept for it. `reply` is what a person answers to what the server asked before, or what it
    is asked about its task. Nothing that the outcome says holds the credential. Raises nothing but
    what ends the task."""
    deadline = asyncio.get_running_loop().time() + WITHIN_SECONDS
    try:
        async with asyncio.timeout_at(deadline):
            shown = await show(auth, credential, may_be_loopback=may_be_loopback)
    except NotSendable as error:
        if isinstance(reply, Poll):
            return NeverSent(reason=str(error))
        return Refused(reason=str(error), detail=error.detail)
    except NoToken as error:
        return NeverSent(reason=str(error))
    except TimeoutError:
        return NeverSent(reason="the token endpoint does not answer")
    assert definition.server is not None
    named = (credential.name, credential.version) if credential is not None else ("", "")
    protocol = definition.server.protocol
    # A server of the older era asks in the middle of a call, which is repeated as a whole.
    repeats = operation.is_idempotent and protocol not in WITHOUT_HANDSHAKE
    shape = Shape(pin, *named, protocol, repeats)
    calling = _Calling(
        definition.url, operation, arguments, reply, shown, may_be_loopback, deadline
    )
    outcome = _masked(await calling.outcome(whose, shape), shown)
    is_old = calling.last_status == _UNAUTHORIZED and shown.kept_token is not None
    if is_old and isinstance(auth, ClientCredentials) and credential is not None:
        assert shown.kept_token is not None
        forget_token(auth, credential, shown.kept_token)
        # Whoever was not let in has not acted.
        return NeverSent(reason="the access token has ended")
    return outcome


@dataclass
class _Calling:
    """One call, in a session that was kept, or in a new one."""

    url: str
    operation: ToolOperation
    arguments: Mapping[str, Any]
    reply: Reply | Poll | None
    shown: Shown
    may_be_loopback: bool
    deadline: float
    last_status: int | None = None

    async def outcome(self, whose: Whose, shape: Shape) -> ToolOutcome:
        """What became of it."""
        from functions.tools.mcp.kept import sessions

        known = sessions()
        opened = partial(known.open, whose, shape)
        session = known.take(whose, shape)
        if session is None:
            return await self._called(opened(self._exchange()))
        outcome = await self._called(session)
        has_ended = session.is_over and session.exchange.call_status in _FORGOTTEN
        if has_ended and shape.protocol not in WITHOUT_HANDSHAKE:
            # Whoever refused the session has not read the call.
            return await self._called(opened(self._exchange()))
        return outcome

    async def _called(self, session: "KeptSession") -> ToolOutcome:
        from mcp.shared.inbound import mcp_param_headers, x_mcp_header_map

        from functions.tools.mcp.faults import FAULTS, fault_of
        from functions.tools.mcp.kept import sessions

        exchange = session.exchange
        # Arguments that the pinned schema wants as headers too.
        headers = mcp_param_headers(x_mcp_header_map(self.operation.input_schema), self.arguments)
        exchange.renew(self.shown, headers)
        try:
            async with asyncio.timeout_at(self.deadline):
                result = await session.call(self.operation, self.arguments, self.reply)
        except FAULTS as error:
            if isinstance(self.reply, Poll):
                await session.gone()
                return _not_told(error)
            found = [error, fault] if (fault := await session.gone()) is not None else [error]
            return fault_of(ExceptionGroup("the call failed", found), exchange, WITHIN_SECONDS)
        except BaseException:
            session.end()
            raise
        finally:
            self.last_status = exchange.last_status
        sessions().keep(session)
        return outcome_of(result)

    def _exchange(self) -> "Exchange":
        import httpx2

        from functions.tools.mcp.exchange import Exchange

        return Exchange(
            self.url,
            self.shown,
            most_bytes=MOST_ANSWER_BYTES,
            may_be_loopback=self.may_be_loopback,
            timeout=httpx2.Timeout(WITHIN_SECONDS, connect=CONNECTED_WITHIN_SECONDS),
        )


def outcome_of(result: "ToolResult") -> ToolOutcome:
    """What the server answered."""
    import mcp_types as types

    if isinstance(result, types.Task):
        told = (result.poll_interval, result.ttl, result.status_message)
        return Working(result.task_id, result.status, *told)
    if isinstance(result, types.InputRequiredResult):
        return Asks(requested_in(result.input_requests or {}), result.request_state)
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


def _not_told(error: BaseException) -> Unknown:
    """Nobody said how the task stands: for good, where the server does not know it."""
    from functions.tools.mcp.faults import told_by

    if told_by(error) is not None:
        return Unknown(reason="the server does not know its task any more", status=_GONE)
    return Unknown(reason="the server does not say how its task stands")


def requested_in(requests: "types.InputRequests") -> tuple[Requested, ...]:
    """What the server wants before it goes on, by the keys of its answers."""
    found = (
        (key, each.model_dump(mode="json", by_alias=True, exclude_none=True))
        for key, each in sorted(requests.items())
    )
    return tuple(Requested(key, said["method"], said.get("params", {})) for key, said in found)


def _masked(outcome: ToolOutcome, shown: Shown) -> ToolOutcome:
    """The outcome without the credential, which a server may quote."""
    match outcome:
        case Gave(output=output):
            return Gave(masked(output, shown.secrets))
        case Failed(detail=detail):
            return Failed(str(masked(detail, shown.secrets)))
        case Working(message=str() as message):
            return outcome._replace(message=str(masked(message, shown.secrets)))
        case Asks(requests=requests):
            kept = (each._replace(params=_params(each, shown)) for each in requests)
            return outcome._replace(requests=tuple(kept))
        case Refused(reason=reason, detail=str() as detail):
            return Refused(reason=reason, detail=str(masked(detail, shown.secrets)))
        case Answered(status=status, value=value):
            return Answered(status=status, value=masked(value, shown.secrets))
        case Unknown(reason=reason, status=status):
            return Unknown(reason=str(masked(reason, shown.secrets)), status=status)
        case _:
            return outcome


def _params(requested: Requested, shown: Shown) -> Mapping[str, Any]:
    found = masked(dict(requested.params), shown.secrets)
    assert isinstance(found, dict)
    return found
