"""What is known where an exchange with a server ended without the answer that was asked for.

Importing this loads the library; callers import it where they call."""

import anyio
import httpx2
from mcp import MCPError

from functions.tools.http.outcomes import Answered, NeverSent, Refused, Unknown
from functions.tools.mcp.exchange import Exchange
from shared.runtime.guarded import AddressRefused

Fault = Answered | Refused | NeverSent | Unknown
# What the library raises, by itself or in groups, where a server or a connection fails.
FAULTS = (
    ExceptionGroup,
    MCPError,
    TimeoutError,
    OSError,
    # The library raises these, also pydantic's, where an answer is not what the protocol says.
    RuntimeError,
    ValueError,
    httpx2.HTTPError,
    httpx2.StreamError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
)
# The server knows no such method or tool, or takes no such arguments. The library makes up other
# codes where an answer was none.
_NOT_DONE = (-32601, -32602)


def fault_of(error: BaseException, exchange: Exchange, seconds: float) -> Fault:
    """What is known: whether the call was sent, and whether it may have acted."""
    found = leaves(error)
    if not exchange.call_was_sent:
        return _before_the_call(found, exchange)
    status = exchange.call_status
    if exchange.stopped is not None:
        return Unknown(reason=f"the server {exchange.stopped}", status=status)
    told = _told(found)
    if status is not None and status >= 400:
        return Answered(status=status, value=told.message if told is not None else None)
    refused = told_by(error)
    if refused is not None:
        return refused
    if any(isinstance(each, TimeoutError) for each in found):
        return Unknown(reason=f"the server did not answer within {seconds:.0f} seconds")
    if status is not None and told is None:
        return Unknown(reason="the answer is not what the protocol says", status=status)
    return Unknown(reason="the server broke off, or failed, before it had answered")


def told_by(error: BaseException) -> Refused | None:
    """The refusal that the server told, if that is what happened."""
    told = _told(leaves(error))
    if told is None or told.code not in _NOT_DONE:
        return None
    return Refused(reason=f"the server refused it ({told.code})", detail=told.message)


def _told(found: list[BaseException]) -> MCPError | None:
    return next((each for each in found if isinstance(each, MCPError)), None)


def _before_the_call(found: list[BaseException], exchange: Exchange) -> Fault:
    """Nothing of the call was sent: whoever was refused before it will be again."""
    for each in found:
        if isinstance(each, AddressRefused):
            return Refused(reason=f"the server {each}")
    if exchange.stopped is not None:
        return Refused(reason=f"the server {exchange.stopped}")
    status = exchange.last_status
    if status is not None and Answered(status=status).means == "refused":
        return Refused(reason=f"the server refused it ({status})")
    if status is not None and status < 300:
        return NeverSent(reason="the server speaks another version of the protocol, or none")
    return NeverSent(reason="the server cannot be reached")


def leaves(error: BaseException) -> list[BaseException]:
    """The error, or those that a group is of."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [each for one in error.exceptions for each in leaves(one)]
