"""All deployables of a checkout: their URLs, their backends, and the ingress in front of them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from emulators.cloud_tasks import NoResponse, TaskRequest, TaskResponse
from emulators.functions.environment import IN_PROCESS_ACCOUNT, SHARED_REACTIONS_URL
from emulators.gateway.ingress import Ingress
from emulators.gateway.listener import Listener
from emulators.gateway.messages import Answer, Call, Unreachable
from emulators.iam import push_account
from emulators.issuer import Issuer
from emulators.operations import Operations
from emulators.ports import HOST, listen_again, port_of
from shared.manifest import Manifests

_IDLE_GLANCE_SECONDS = 1.0
_HEALTH = Call("GET", "/healthz", (), b"")


class Fleet:
    """Reserves a port for each deployable first, so that every URL is known before anything
    runs."""

    def __init__(self, manifests: Manifests, before: Mapping[str, str]) -> None:
        """`before` are the addresses of an earlier fleet, which are used again where possible."""
        self.manifests = manifests
        self.ingresses: dict[str, Ingress] = {}
        self._sockets = {
            deployable.name: listen_again(port_of(before.get(deployable.name, ":0")))
            for deployable in manifests.deployables
        }
        self.urls = {
            name: f"http://{HOST}:{socket.getsockname()[1]}"
            for name, socket in self._sockets.items()
        }
        self._before = before
        self._listeners: list[Listener] = []

    @property
    def moves(self) -> dict[str, str]:
        """The addresses that changed since the earlier fleet: each new one by its old one."""
        now = self.urls
        return {url: now[n] for n, url in self._before.items() if now.get(n, url) != url}

    async def open(self, ingress: Ingress) -> None:
        """Serves a deployable's own URL."""
        self.ingresses[ingress.name] = ingress
        socket = self._sockets.pop(ingress.name)
        self._listeners.append(await Listener.open(ingress.answer, socket))

    async def close(self) -> None:
        """Closes every URL and ends every instance."""
        for socket in self._sockets.values():
            socket.close()
        await asyncio.gather(*(listener.close() for listener in self._listeners))
        await asyncio.gather(*(front.backend.stop() for front in self.ingresses.values()))

    async def start_ahead(self, at_once: int) -> None:
        """Starts what nobody has asked yet, so many at once, and asks each whether it is well: it
        loads its code then. What cannot start tells whoever asks it."""
        room = asyncio.Semaphore(at_once)

        async def start(front: Ingress) -> None:
            async with room:
                with suppress(Unreachable):
                    await front.backend.send(_HEALTH)

        await asyncio.gather(*map(start, self.ingresses.values()))

    async def stop_idle(self, after_seconds: float) -> None:
        """Scales to zero, without end: stops instances that were idle for that long."""
        while True:
            await asyncio.sleep(_IDLE_GLANCE_SECONDS)
            for front in self.ingresses.values():
                await front.backend.stop_if_idle(after_seconds)

    def named(self, name: str) -> list[Ingress]:
        """The deployables with this name or of this noun. Underscores stand for hyphens; empty
        where there are none."""
        wanted = name.replace("_", "-")
        of_noun = [front for front in self.ingresses.values() if front.deployable.noun == wanted]
        exact = self.ingresses.get(wanted)
        return of_noun or ([exact] if exact is not None else [])


@dataclass(kw_only=True, eq=False)
class TaskDelivery:
    """Sends Cloud Tasks' requests to the deployables in their addresses."""

    fleet: Fleet
    issuer: Issuer
    operations: Operations

    async def deliver(self, request: TaskRequest) -> TaskResponse:
        """The target's answer. Raises NoResponse for an address of no deployable here."""
        parts = urlsplit(request.url)
        base = f"{parts.scheme}://{parts.netloc}"
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        call = Call(request.method, target, tuple(request.headers.items()), request.body)
        if base == SHARED_REACTIONS_URL:
            answer = await self._to_queues_owner(call)
        else:
            answer = await self._to(base, call)
        return TaskResponse(answer.status, dict(answer.headers))

    async def _to(self, base: str, call: Call) -> Answer:
        for name, url in self.fleet.urls.items():
            if url == base:
                self.operations.count(name, "cloud-tasks")
                return await self.fleet.ingresses[name].answer(call)
        raise NoResponse(f"nothing of this platform listens at {base}")

    async def _to_queues_owner(self, call: Call) -> Answer:
        queues = self.fleet.manifests.queues
        owner = next((queue.deployable for queue in queues if queue.path == call.path), None)
        token = (call.header("authorization") or "").removeprefix("Bearer ")
        if owner is None or self.issuer.caller(token, SHARED_REACTIONS_URL) != IN_PROCESS_ACCOUNT:
            raise NoResponse(f"no function running in process owns {call.path}")
        front = self.fleet.ingresses[owner]
        identity = self.issuer.service_token(push_account(owner), front.url)
        return await self._to(front.url, call.with_headers(authorization=f"Bearer {identity}"))
