"""A gRPC wire between a client and a real service, which a test may cut at an exact call."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import grpc

from tests.shared.wire_ends import ClientEnd

Moment = Literal["before", "after"]
Act = Callable[[], object]


@dataclass(frozen=True, eq=False)
class Rule:
    """What happens at these calls of a method."""

    method: str
    moment: Moment
    numbers: range
    act: Act | grpc.StatusCode | float


class Wire:
    """Passes every call on as it is, frame by frame. One that is not `in_use` meets no call, and
    refuses to be cut or asked."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.address = ""
        self.in_use = True
        self._calls: list[str] = []
        self.ends: set[ClientEnd] = set()
        self._numbers = Counter[str]()
        self._rules: list[Rule] = []
        self._hanging: set[str] = set()
        self._server: asyncio.Server | None = None

    @property
    def calls(self) -> list[str]:
        """The methods in the order they came, since the wire was mended."""
        self._must_be_in_use()
        return self._calls

    async def open(self) -> None:
        """Listens; `address` is where."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: ClientEnd(self), "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for end in list(self.ends):
            end.drop()

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
        self._add(Rule(method, moment, range(number, number + times), code))

    def on(self, method: str, moment: Moment, act: Act, *, number: int = 1) -> None:
        """Runs `act` at the `number`-th call of `method`, once; the call is then left hanging, as
        it is for a client that died."""
        self._add(Rule(method, moment, range(number, number + 1), act))

    def slow(self, method: str, seconds: float, *, number: int = 1) -> None:
        """The `number`-th call of `method` reaches the service that much later."""
        self._add(Rule(method, "before", range(number, number + 1), seconds))

    def hang(self, method: str) -> None:
        """From now on `method` is never answered."""
        self._must_be_in_use()
        self._hanging.add(method)

    def mend(self) -> None:
        """Passes everything on again and forgets the calls that were."""
        self._rules.clear()
        self._hanging.clear()
        self._calls.clear()
        self._numbers.clear()

    def note(self, method: str) -> int:
        """Counts a call of the method; its number."""
        self._calls.append(method)
        self._numbers[method] += 1
        return self._numbers[method]

    def hangs(self, method: str) -> bool:
        return method in self._hanging

    def met(self, method: str, moment: Moment, number: int) -> list[Rule]:
        """Whatever a test wanted to happen at this call."""
        return [
            rule
            for rule in self._rules
            if (rule.method, rule.moment) == (method, moment) and number in rule.numbers
        ]

    def _add(self, rule: Rule) -> None:
        self._must_be_in_use()
        self._rules.append(rule)

    def _must_be_in_use(self) -> None:
        assert self.in_use, "no call of this test goes through a wire: give it the marker `wired`"

    def take(self, rule: Rule) -> bool:
        """Whether the rule stands; it does not stand a second time."""
        if rule not in self._rules:
            return False
        self._rules.remove(rule)
        return True
