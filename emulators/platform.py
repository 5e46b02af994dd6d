"""The local platform as a whole: what is started, how it is wired, how it ends."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import aiohttp

from emulators.activity import Activity
from emulators.backing import Backing, start_backing
from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from emulators.control.app import Control
from emulators.control.arming import Arming
from emulators.event_log import EventLog
from emulators.faults import Faults
from emulators.forwarder import FirestoreFront
from emulators.functions.backends import as_processes, in_this_process
from emulators.functions.environment import Services, common
from emulators.functions.fleet import Fleet, TaskDelivery
from emulators.functions.forward import open_session
from emulators.gateway.ingress import Ingress
from emulators.gateway.listener import Listener
from emulators.gateway.messages import Backend
from emulators.gateway.public import PublicSide
from emulators.iam import invokers, service_account
from emulators.idle import Idle
from emulators.issuer import Issuer
from emulators.operations import Operations
from emulators.options import Options
from emulators.ports import listen, port_of
from emulators.postgres import APPLICATION
from emulators.processes import Process, accepts_connections
from emulators.provisioning import create_queues, create_secrets
from emulators.pubsub.front import PubsubFront
from emulators.pubsub.ledger import Ledger
from emulators.pubsub.push import Push
from emulators.scheduler import Scheduler
from emulators.secret_manager import SecretManagerEmulator
from emulators.time_travel import TimeTravel
from emulators.workplace import Workplace
from shared.manifest import Deployable, Manifests, load_manifests


class Platform:
    """Everything one `python -m emulators up` runs. Use it as an async context manager; `url` is
    the one port, `env` what Google's clients and our tools need to talk to it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.url = ""
        self.env: dict[str, str] = {}
        self.workplace = Workplace(options.state or options.root / "build" / "platform")
        self._exits = AsyncExitStack()
        self._failed = asyncio.Event()
        self._failure: BaseException | None = None
        self._stopping = False
        self._activity = Activity()
        self._operations = Operations()
        self._faults = Faults()

    async def __aenter__(self) -> Self:
        """Raises PlatformError where it cannot start, and then leaves nothing behind."""
        try:
            await self._start()
        except BaseException as error:
            await self._close()
            raise _first_cause(error) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    @property
    def failure(self) -> BaseException | None:
        """What the platform failed with, if it did."""
        return self._failure

    async def until_failure(self) -> None:
        """Runs until something without which the platform cannot go on fails, and raises that."""
        await self._failed.wait()
        assert self._failure is not None
        raise self._failure

    async def _close(self) -> None:
        self._stopping = True
        await self._exits.aclose()

    async def _start(self) -> None:
        exits, options = self._exits, self.options
        door = listen(options.port)
        exits.callback(door.close)
        self.workplace.claim()
        exits.callback(self.workplace.leave)
        manifests = load_manifests(options.root)
        self._http = await exits.enter_async_context(aiohttp.ClientSession())
        self._forwarding = await exits.enter_async_context(open_session())
        self.clock = VirtualClock(self.workplace.clock)
        self._ledger = Ledger(manifests.subscriptions)
        self.issuer, backing = await self._start_backing(manifests)
        services = await self._open_services(manifests, backing)
        await self._open_functions(services)
        await self._open_push(backing)
        await self._open_public(door, backing)
        self._watch(backing)
        self.env = common(services) | {"ASSENT_URL": self.url}
        self.workplace.describe({"url": self.url, "env": self.env, "functions": self._functions()})

    async def _start_backing(self, manifests: Manifests) -> tuple[Issuer, Backing]:
        # Keys and imports cost a second of this process; the JVMs start meanwhile.
        async with asyncio.TaskGroup() as group:
            backing = group.create_task(
                start_backing(self.options.root, self.workplace, manifests, self._http, self._exits)
            )
            issuer = group.create_task(asyncio.to_thread(Issuer, self.clock.now))
        return issuer.result(), backing.result()

    async def _open_services(self, manifests: Manifests, backing: Backing) -> Services:
        exits = self._exits
        self._fleet = Fleet(manifests)
        exits.push_async_callback(self._fleet.close)
        delivery = TaskDelivery(self._fleet, self.issuer, self._operations)
        self._tasks = CloudTasksEmulator(
            clock=self.clock, deliver=delivery.deliver, mint=self.issuer.service_token
        )
        exits.push_async_callback(self._tasks.stop)
        secrets = SecretManagerEmulator(clock=self.clock)
        exits.push_async_callback(secrets.stop)
        self._firestore = FirestoreFront(backing.firestore.port)
        exits.push_async_callback(self._firestore.close)
        await self._firestore.open()
        pubsub = await PubsubFront.open(
            backing.pubsub.address,
            ledger=self._ledger,
            activity=self._activity,
            faults=self._faults,
        )
        exits.push_async_callback(pubsub.close)
        issuer = await Listener.open(self.issuer.answer)
        exits.push_async_callback(issuer.close)
        self.issuer.url = issuer.url
        tasks_address, secrets_address = await self._tasks.start(), await secrets.start()
        self._own_emulators = {"cloud_tasks": tasks_address, "secret_manager": secrets_address}
        await asyncio.gather(
            create_queues(tasks_address, manifests), create_secrets(secrets_address, manifests)
        )
        return Services(
            firestore=self._firestore.address,
            pubsub=pubsub.address,
            cloud_tasks=tasks_address,
            secret_manager=secrets_address,
            issuer=issuer.url,
            clock=self.workplace.clock,
            postgres_dsn=backing.postgres.dsn(APPLICATION) if backing.postgres else None,
            urls=self._fleet.urls,
        )

    async def _open_functions(self, services: Services) -> None:
        manifests, root = self._fleet.manifests, self.options.root
        if self.options.in_process:
            backend = in_this_process(manifests, services, self._exits)
        else:
            backend = as_processes(root, services, self.workplace, self._forwarding)

        def ingress(deployable: Deployable, backend: Backend) -> Ingress:
            return Ingress(
                deployable,
                backend,
                invokers=invokers(manifests, deployable),
                issuer=self.issuer,
                activity=self._activity,
                operations=self._operations,
                faults=self._faults,
                report=self.options.report,
            )

        await self._fleet.open(backend, ingress)

    async def _open_push(self, backing: Backing) -> None:
        push = Push(
            self._fleet.manifests,
            self._fleet.ingresses,
            backing.pubsub,
            issuer=self.issuer,
            activity=self._activity,
            operations=self._operations,
            faults=self._faults,
            ledger=self._ledger,
            backoff=self.options.backoff,
        )
        self._exits.push_async_callback(push.close)
        listener = await Listener.open(push.answer)
        self._exits.push_async_callback(listener.close)
        await backing.pubsub.create(self._fleet.manifests, listener.url)

    async def _open_public(self, door: Any, backing: Backing) -> None:
        log = EventLog(backing.firestore.address, self._http)
        scheduler = Scheduler(
            self._fleet.manifests,
            self._fleet.ingresses,
            clock=self.clock,
            issuer=self.issuer,
            activity=self._activity,
        )
        idle = Idle(
            activity=self._activity,
            ledger=self._ledger,
            tasks=self._tasks,
            clock=self.clock,
            log=log,
        )
        travel = TimeTravel(clock=self.clock, tasks=self._tasks, scheduler=scheduler, idle=idle)
        control = Control(
            issuer=self.issuer,
            clock=self.clock,
            travel=travel,
            idle=idle,
            log=log,
            operations=self._operations,
            arming=Arming(
                faults=self._faults,
                tasks=self._tasks,
                firestore=self._firestore,
                fleet=self._fleet,
            ),
            fleet=self._fleet,
            emulators=lambda: self._health(backing),
        )
        public = PublicSide(self._fleet.ingresses, control.answer, self.options.root)
        listener = await Listener.open(public.answer, door)
        self._exits.push_async_callback(listener.close)
        self.url = listener.url
        self._in_background(self._tasks.run())
        self._in_background(scheduler.run(travel.held))
        self._in_background(self._fleet.stop_idle(self.options.idle_after))

    async def _health(self, backing: Backing) -> dict[str, bool]:
        own = self._own_emulators
        checks = [accepts_connections(port_of(address)) for address in own.values()]
        health = dict(zip(own, await asyncio.gather(*checks), strict=True))
        return await backing.health(self._http) | health

    def _functions(self) -> dict[str, dict[str, str]]:
        return {
            front.name: {"url": front.url, "service_account": service_account(front.deployable)}
            for front in self._fleet.ingresses.values()
        }

    def _watch(self, backing: Backing) -> None:
        for process in backing.processes:
            self._in_background(_until_death(process))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(self._background_ended)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._exits.push_async_callback(end)

    def _background_ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._stopping:
            self._failure = self._failure or error
            self._failed.set()


async def _until_death(process: Process) -> None:
    await process.wait()
    raise process.died()


def _first_cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
