"""What a test does to a wire happens to exactly those calls."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
import pytest

from tests.shared.wire import Wire

UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
CUT = ("UNAVAILABLE", "the wire is cut")
LONG = 3_000_000


class Echo(grpc.GenericRpcHandler):
    """Remembers what reached it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        async def say(request: bytes, context: Any) -> bytes:
            self.heard.append(request)
            return request

        async def refuse(request: bytes, context: Any) -> bytes:
            await context.abort(grpc.StatusCode.ALREADY_EXISTS, "there: ä 100%")
            return b""

        async def list_(request: bytes, context: Any) -> AsyncIterator[bytes]:
            for _ in range(3):
                yield request

        return {
            "Say": grpc.unary_unary_rpc_method_handler(say),
            "Refuse": grpc.unary_unary_rpc_method_handler(refuse),
            "List": grpc.unary_stream_rpc_method_handler(list_),
        }[handler_call_details.method.rpartition("/")[2]]


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, str]]:
    handler, server = Echo(), grpc.aio.server(options=UNLIMITED)
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield handler, f"127.0.0.1:{port}"
    await server.stop(grace=None)


@pytest.fixture
async def wire(echo: tuple[Echo, str]) -> AsyncIterator[Wire]:
    found = Wire(echo[1])
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def heard(echo: tuple[Echo, str]) -> list[bytes]:
    return echo[0].heard


@pytest.fixture
async def channel(wire: Wire) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(wire.address, options=UNLIMITED) as found:
        yield found


@pytest.fixture
def call(channel: grpc.aio.Channel) -> Callable[..., Any]:
    """The answer to a call, or its status and what that says."""

    async def called(method: str, request: bytes = b"x", within: float = 20) -> Any:
        asked: Any = channel.unary_unary(f"/echo.v1.Echo/{method}")
        try:
            return await asked(request, timeout=within)
        except grpc.aio.AioRpcError as error:
            return error.code().name, error.details()

    return called


async def test_calls_pass_as_they_are(
    wire: Wire, call: Callable[..., Any], channel: grpc.aio.Channel
) -> None:
    assert await call("Say") == b"x"
    assert await call("Say", bytes(LONG)) == bytes(LONG)
    assert await call("Refuse") == ("ALREADY_EXISTS", "there: ä 100%")
    listed: Any = channel.unary_stream("/echo.v1.Echo/List")
    assert [each async for each in listed(bytes(200_000))] == [bytes(200_000)] * 3
    assert wire.calls == ["Say", "Say", "Refuse", "List"]


async def test_calls_at_once_pass_too(wire: Wire, call: Callable[..., Any]) -> None:
    requests = [bytes([number]) * 40_000 for number in range(30)]
    assert await asyncio.gather(*(call("Say", each) for each in requests)) == requests


@pytest.mark.parametrize("size", [1, LONG])
async def test_what_is_cut_before_reaches_nobody(
    wire: Wire, call: Callable[..., Any], heard: list[bytes], size: int
) -> None:
    wire.cut("Say", number=2, times=2)
    answers = [await call("Say", bytes([number]) * size) for number in range(4)]
    assert answers == [bytes(size), CUT, CUT, bytes([3]) * size]
    assert heard == [bytes(size), bytes([3]) * size]
    assert wire.calls == ["Say"] * 4


@pytest.mark.parametrize("size", [1, LONG])
async def test_what_is_cut_after_was_done(
    wire: Wire, call: Callable[..., Any], heard: list[bytes], size: int
) -> None:
    wire.cut("Say", "after", number=2, times=1, code=grpc.StatusCode.INTERNAL)
    answers = [await call("Say", bytes([number]) * size) for number in range(3)]
    assert answers == [bytes(size), ("INTERNAL", "the wire is cut"), bytes([2]) * size]
    assert len(heard) == 3


async def test_what_the_service_refuses_has_no_after(wire: Wire, call: Callable[..., Any]) -> None:
    wire.cut("Refuse", "after")
    assert await call("Refuse") == ("ALREADY_EXISTS", "there: ä 100%")


@pytest.mark.parametrize(("moment", "reached"), [("before", 0), ("after", 1)])
async def test_a_death_leaves_its_call_hanging_and_no_other(
    wire: Wire, call: Callable[..., Any], heard: list[bytes], moment: Any, reached: int
) -> None:
    dead = asyncio.Event()
    wire.on("Say", moment, dead.set)
    dying = asyncio.create_task(call("Say", b"last"))
    await dead.wait()
    assert heard == [b"last"] * reached
    assert await call("Say") == b"x"
    await asyncio.sleep(0.05)
    assert not dying.done()
    dying.cancel()
    assert await call("Say") == b"x"


async def test_what_hangs_ends_with_its_callers_patience(
    wire: Wire, call: Callable[..., Any], heard: list[bytes]
) -> None:
    wire.hang("Say")
    assert (await call("Say", within=0.1))[0] == "DEADLINE_EXCEEDED"
    assert heard == []
    wire.mend()
    assert (await call("Say"), wire.calls) == (b"x", ["Say"])


async def test_what_is_slow_is_overtaken_and_arrives(
    wire: Wire, call: Callable[..., Any], heard: list[bytes]
) -> None:
    wire.slow("Say", 0.2)
    slow = asyncio.create_task(call("Say", bytes(LONG)))
    while not wire.calls:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert await call("Say") == b"x"
    assert heard == [b"x"]
    assert await slow == bytes(LONG)


async def test_nobody_hears_what_came_too_late(
    wire: Wire, call: Callable[..., Any], heard: list[bytes]
) -> None:
    wire.slow("Say", 0.2)
    assert (await call("Say", within=0.05))[0] == "DEADLINE_EXCEEDED"
    await asyncio.sleep(0.25)
    assert heard == []


async def test_whoever_connects_where_no_service_is_learns_of_it() -> None:
    wire = Wire("127.0.0.1:1")
    await wire.open()
    async with grpc.aio.insecure_channel(wire.address) as channel:
        asked: Any = channel.unary_unary("/echo.v1.Echo/Say")
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await asked(b"x", timeout=10)
        assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
    await wire.close()
