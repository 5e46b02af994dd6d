"""The parts that every emulated Google gRPC API needs: refusals and pages."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, TypeVar

import grpc
import grpc.aio

Item = TypeVar("Item")
Message = Any  # A protobuf message; the client packages ship no types for them.


class Refusal(Exception):
    """The API's answer to a request that it does not carry out."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> Refusal:
    """INVALID_ARGUMENT: the request is invalid in every state of the service."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(message: str) -> Refusal:
    return Refusal(grpc.StatusCode.NOT_FOUND, message)


def exists(message: str) -> Refusal:
    return Refusal(grpc.StatusCode.ALREADY_EXISTS, message)


def failed_precondition(message: str) -> Refusal:
    return Refusal(grpc.StatusCode.FAILED_PRECONDITION, message)


def unemulated(what: str) -> Refusal:
    """UNIMPLEMENTED: Google's service supports this, and this one refuses it instead of ignoring
    it."""
    return Refusal(grpc.StatusCode.UNIMPLEMENTED, f"the local platform does not emulate {what}")


def service(
    name: str,
    api: object,
    types: ModuleType,
    calls: Iterable[str],
    before: Callable[[], None] = lambda: None,
) -> grpc.GenericRpcHandler:
    """A gRPC service of unary calls. The method get_queue of the api answers the call GetQueue,
    which takes the type GetQueueRequest. `before` runs ahead of each call and may refuse it."""
    return grpc.method_handlers_generic_handler(
        name,
        {
            call: _unary(
                getattr(types, f"{call}Request").pb(),
                getattr(api, re.sub(r"(?<!^)(?=[A-Z])", "_", call).lower()),
                before,
            )
            for call in calls
        },
    )


def page(
    items: Iterable[Item], key: Callable[[Item], str], request: Message, *, largest: int
) -> tuple[list[Item], str]:
    """The requested page of `items` in the order of `key`, and the next token or "". Additions and
    deletions between two pages never repeat or skip other items."""
    if request.page_size < 0:
        raise invalid("page_size must not be negative.")
    after = _read_token(request.page_token)
    rest = sorted((item for item in items if after is None or key(item) > after), key=key)
    chosen = rest[: min(request.page_size or largest, largest)]
    return chosen, _write_token(key(chosen[-1])) if len(chosen) < len(rest) else ""


def _unary(
    request_type: Any, method: Callable[[Message], Message], before: Callable[[], None]
) -> "grpc.RpcMethodHandler[Message, Message]":
    async def answer(request: Message, context: "grpc.aio.ServicerContext[Any, Any]") -> Message:
        try:
            before()
            return method(request)
        except Refusal as refusal:
            await context.abort(refusal.code, refusal.message)

    return grpc.unary_unary_rpc_method_handler(
        answer,
        request_deserializer=request_type.FromString,
        response_serializer=lambda message: message.SerializeToString(),
    )


def _write_token(last: str) -> str:
    return base64.urlsafe_b64encode(f"after:{last}".encode()).decode()


def _read_token(token: str) -> str | None:
    if not token:
        return None
    try:
        label, _, last = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
    except (binascii.Error, ValueError):
        label = last = ""
    if label != "after":
        raise invalid("The page token is invalid.")
    return last
