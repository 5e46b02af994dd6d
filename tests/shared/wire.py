"""A gRPC wire between a client and a real service, which a test may cut at an exact call."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import grpc
import grpc.aio

Moment = Literal["before", "after"]
Act = Callable[[], object]
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Wire:
    """Passes every call on as bytes. `calls` names the methods in the order they came."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.address = ""
        self.calls: list[str] = []
        self._numbers = Counter[str]()
        self._rules: list[tuple[str, Moment, range, Act | grpc.StatusCode | float]] = []
        self._hanging: set[str] = set()
        self._server: grpc.aio.Server | None = None

    async def open(self) -> None:
        """Listens; `address` is where."""
        self._channel = grpc.aio.insecure_channel(self.upstream, options=_UNLIMITED)
        self._server = grpc.aio.server(options=_UNLIMITED)
        self._server.add_generic_rpc_handlers((_Handler(self),))
        port = self._server.add_insecure_port("127.0.0.1:0")
        self.address = f"127.0.0.1:{port}"
        await self._server.start()

    async def close(self) -> None:
        assert self._server is not None
        await self._server.stop(grace=None)
        await self._channel.close()

    def cut(
        self,
        method: str,
        moment: Moment = "before",
        *,
        number: int = 1,
        times: int = 10**9,
        code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE,
    ) -> None:
        """From its `number`-th call on, `method` is answered with `code`: before the service heard
        of it, or after it did what it was asked."""
        self._rules.append((method, moment, range(number, number + times), code))

    def on(self, method: str, moment: Moment, act: Act, *, number: int = 1) -> None:
        """Runs `act` at the `number`-th call of `method`, once; the call is then left hanging, as
        it is for a client that died."""
        self._rules.append((method, moment, range(number, number + 1), act))

    def slow(self, method: str, seconds: float, *, number: int = 1) -> None:
        """The `number`-th call of `method` reaches the service that much later."""
        self._rules.append((method, "before", range(number, number + 1), seconds))

    def hang(self, method: str) -> None:
        """From now on `method` is never answered."""
        self._hanging.add(method)

    def mend(self) -> None:
        """Passes everything on again and forgets the calls that were."""
        self._rules.clear()
        self._hanging.clear()
        self.calls.clear()
        self._numbers.clear()

    async def meet(self, method: str, moment: Moment, number: int, context: Any) -> None:
        """Whatever a test wanted to happen at this call."""
        for rule in list(self._rules):
            of, at, numbers, act = rule
            if (of, at) != (method, moment) or number not in numbers:
                continue
            if isinstance(act, grpc.StatusCode):
                await context.abort(act, "the wire is cut")
            elif isinstance(act, float):
                await asyncio.sleep(act)
            else:
                self._rules.remove(rule)
                act()
                await asyncio.sleep(context.time_remaining() or 60)

    async def pass_on(self, method: str, request: bytes, context: Any) -> AsyncIterator[bytes]:
        name = method.rpartition("/")[2]
        self.calls.append(name)
        self._numbers[name] += 1
        number = self._numbers[name]
        if name in self._hanging:
            await asyncio.sleep(context.time_remaining() or 60)
        await self.meet(name, "before", number, context)
        # One answer looks the same here as a stream of one; no call sends more than one request.
        call: Any = self._channel.unary_stream(method)
        timeout = context.time_remaining()
        try:
            answers = [answer async for answer in call(request, timeout=timeout)]
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "")
        await self.meet(name, "after", number, context)
        for answer in answers:
            yield answer


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        method = handler_call_details.method

        async def handle(request: bytes, context: Any) -> AsyncIterator[bytes]:
            async for answer in self._wire.pass_on(method, request, context):
                yield answer

        return grpc.unary_stream_rpc_method_handler(handle)
