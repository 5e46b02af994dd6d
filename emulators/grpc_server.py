"""gRPC servers on the loopback, and the forwarding of any call as bytes."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio

from emulators.ports import HOST

UNLIMITED = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
]


async def serve(handler: grpc.GenericRpcHandler, port: int = 0) -> tuple[grpc.aio.Server, str]:
    """A started server on the loopback whose calls `handler` serves, and its `host:port`. OSError
    if the port is taken."""
    server = grpc.aio.server(options=UNLIMITED)
    server.add_generic_rpc_handlers((handler,))
    try:
        bound = server.add_insecure_port(f"{HOST}:{port}")
    except RuntimeError as error:
        raise OSError(f"port {port} is taken") from error
    await server.start()
    return server, f"{HOST}:{bound}"


async def relay_stream(
    channel: grpc.aio.Channel, method: str, requests: AsyncIterator[bytes], context: Any
) -> AsyncIterator[bytes]:
    """The other server's answers, one by one, and its status. Serves calls of every kind: on the
    wire a unary call is a stream of one."""
    through: Any = channel.stream_stream(method)
    call = through(requests, timeout=context.time_remaining())
    try:
        async for answer in call:
            yield answer
    except grpc.aio.AioRpcError as error:
        await context.abort(error.code(), error.details() or "")


async def relay_unary(
    channel: grpc.aio.Channel, method: str, request: bytes, context: Any
) -> bytes:
    """The other server's answer, or its status."""
    through: Any = channel.unary_unary(method)
    try:
        answer: bytes = await through(request, timeout=context.time_remaining())
    except grpc.aio.AioRpcError as error:
        await context.abort(error.code(), error.details() or "")
        raise
    return answer
