"""Calls Google's services with their own gRPC messages. The client libraries would take about four
times the processor time per call, and every request makes several calls."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from shared.kit.per_loop import PerLoop
from shared.storage import patience

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Service:
    """One service of Google's, such as `google.firestore.v1.Firestore`; its emulator where the
    variable `emulator` names one. `transport` gives the class that opens a channel with the
    process's own credentials."""

    def __init__(self, name: str, *, emulator: str, transport: Callable[[], Any]) -> None:
        self._name = name
        self._emulator = emulator
        self._transport = transport
        # A gRPC channel belongs to the event loop it was made in.
        self._channels: PerLoop[dict[str, Any]] = PerLoop(dict)

    async def call(
        self,
        method: str,
        request: Any,
        answer: Any,
        *,
        retried_for: float | None = None,
        **routed: str,
    ) -> Any:
        """The answer to one request; both are protobuf messages, `answer` is its class. `routed`
        are the fields that the service routes by. Retries temporary failures for
        `patience.RETRIED_FOR_SECONDS` or the given time. Raises grpc.aio.AioRpcError."""
        channel = self._channel()
        stub = channel.unary_unary(
            f"/{self._name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        metadata = self._metadata(routed)

        async def once() -> Any:
            return await stub(request, metadata=metadata, timeout=patience.TIMEOUT_SECONDS)

        return await _patiently(once, retried_for)

    async def stream(self, method: str, request: Any, answer: Any, **routed: str) -> Sequence[Any]:
        """All answers to one request; otherwise as `call`."""
        channel = self._channel()
        stub = channel.unary_stream(
            f"/{self._name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        metadata = self._metadata(routed)

        async def once() -> list[Any]:
            answers = stub(request, metadata=metadata, timeout=patience.TIMEOUT_SECONDS)
            return [each async for each in answers]

        return await _patiently(once, None)

    def _metadata(self, routed: dict[str, str]) -> list[tuple[str, str]]:
        params = "&".join(f"{name}={quote(value, safe='')}" for name, value in routed.items())
        metadata = [("x-goog-request-params", params)]
        if os.environ.get(self._emulator):
            metadata.append(("authorization", "Bearer owner"))
        return metadata

    def _channel(self) -> Any:
        address, channels = os.environ.get(self._emulator, ""), self._channels.here()
        if address not in channels:
            from grpc.aio import insecure_channel

            channels[address] = (
                insecure_channel(address, options=_UNLIMITED)
                if address
                else self._transport().create_channel(options=_UNLIMITED)
            )
        return channels[address]


async def _patiently(call: Callable[[], Awaitable[T]], retried_for: float | None) -> T:
    from grpc.aio import AioRpcError

    given = patience.RETRIED_FOR_SECONDS if retried_for is None else retried_for
    deadline, pause = time.monotonic() + given, FIRST_PAUSE_SECONDS
    while True:
        try:
            return await call()
        except AioRpcError as error:
            wait = random.uniform(0, pause)  # noqa: S311 - jitter, no secret
            if not patience.may_pass(error) or time.monotonic() + wait > deadline:
                raise
        await asyncio.sleep(wait)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
