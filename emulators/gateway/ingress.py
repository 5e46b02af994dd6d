"""The ingress of one deployable, for every caller."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from emulators.activity import Activity
from emulators.faults import Fault, Faults
from emulators.gateway.messages import Answer, Backend, Call, Unreachable, as_the_front_end_sends
from emulators.gateway.problems import BadGateway, GatewayTimeout, problem
from emulators.issuer import Issuer
from emulators.operations import Operations
from emulators.ports import HOST
from shared.manifest import Deployable, seconds

# In the cloud an instance has its own processor; here all share this machine's, and more concurrent
# requests would exceed their time limits.
MOST_AT_ONCE = 32


@dataclass(kw_only=True, eq=False)
class Ingress:
    """Enforces IAM where the deployable is private, applies faults, waits for an instance and for a
    free place in one of its `instances` (the manifest's concurrency), enforces the manifest's
    timeout, and counts."""

    deployable: Deployable
    backend: Backend
    url: str
    invokers: frozenset[str]
    issuer: Issuer
    activity: Activity
    operations: Operations
    faults: Faults
    report: Callable[[str], None]
    instances: int = 1

    def __post_init__(self) -> None:
        self.name, sizing = self.deployable.name, self.deployable.sizing
        self._timeout = seconds(sizing.timeout)
        self._room = asyncio.Semaphore(min(sizing.concurrency, MOST_AT_ONCE) * self.instances)

    async def answer(self, call: Call) -> Answer:
        """The function's answer, or the ingress's own 401, 403, 503 or 504."""
        if not self.deployable.public:
            refusal = self._refuse(call)
            if refusal is not None:
                return refusal
            call = _without_signature(call)
        with self.activity.one("requests"):
            return await self._carry(as_the_front_end_sends(call, HOST))

    async def _carry(self, call: Call) -> Answer:
        fault = self._fault()
        if fault is not None and fault.kind == "unavailable":
            return problem(BadGateway(f"{self.name} is unavailable (injected fault)"))
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "kill":
            return await self._send_and_kill(call, fault.seconds)
        return await self._send(call)

    def _fault(self) -> Fault | None:
        own = self.faults.take(f"function:{self.name}")
        return own or self.faults.take(f"function:{self.deployable.noun}")

    async def _send(self, call: Call) -> Answer:
        async with self._room:
            return await self._send_now(call)

    async def _send_now(self, call: Call) -> Answer:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self.backend.send(call)
        except TimeoutError:
            answer = problem(GatewayTimeout(f"{self.name} took longer than {self._timeout:g} s"))
        except Unreachable as error:
            self.report(str(error))
            answer = problem(BadGateway(f"{self.name} did not answer; see the platform's console"))
        if answer.parts is not None:
            parts = self._until_their_end(answer, answer.parts, started)
            return replace(answer, parts=parts)
        self.operations.count_answer(self.name, answer, time.perf_counter() - started)
        return answer

    async def _until_their_end(
        self, answer: Answer, parts: AsyncGenerator[bytes, None], started: float
    ) -> AsyncGenerator[bytes, None]:
        """The parts, within the manifest's timeout; the request is under way until the last, and
        then counted."""
        try:
            async with aclosing(parts), self._room:
                with self.activity.one("requests"):
                    async with asyncio.timeout(self._timeout - (time.perf_counter() - started)):
                        async for part in parts:
                            yield part
        except TimeoutError:
            self.report(f"{self.name} took longer than {self._timeout:g} s for a stream")
        finally:
            self.operations.count_answer(self.name, answer, time.perf_counter() - started)

    async def _send_and_kill(self, call: Call, after_seconds: float) -> Answer:
        with suppress(Unreachable):
            await self.backend.warm_up()  # So that the fault hits the request, not the start.
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send(call))
            await asyncio.wait({sending}, timeout=after_seconds)
            await self.backend.kill()
        return sending.result()

    def _refuse(self, call: Call) -> Answer | None:
        scheme, _, token = (call.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _unauthorized("The request was not authenticated.")
        email = self.issuer.caller(token.strip(), self.url)
        if email is None:
            return _unauthorized("The access token could not be verified.")
        if email not in self.invokers:
            return _html(403, "Forbidden", "does not have permission to get URL from this server.")
        return None


def _without_signature(call: Call) -> Call:
    # As on Cloud Run, so that a function cannot pass on the caller's identity.
    unsigned, _, _ = (call.header("authorization") or "").rpartition(".")
    return call.with_headers(authorization=f"{unsigned}.SIGNATURE_REMOVED_BY_GOOGLE")


def _unauthorized(why: str) -> Answer:
    answer = _html(401, "Unauthorized", why)
    challenge = ("WWW-Authenticate", f'Bearer error="invalid_token" error_description="{why}"')
    return Answer(answer.status, (*answer.headers, challenge), answer.body)


def _html(status: int, title: str, why: str) -> Answer:
    page = (
        f"<html><head><title>{status} {title}</title></head><body>"
        f"<h1>Error: {title}</h1><h2>Your client {why}</h2></body></html>"
    )
    return Answer(status, (("Content-Type", "text/html; charset=UTF-8"),), page.encode())
