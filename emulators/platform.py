"""The local platform as a whole: what is started, how it is wired, how it ends."""

import asyncio
import secrets
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
from emulators.failures import PlatformError
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
from emulators.issuer import JWKS_PATH, Issuer
from emulators.kept.draining import Door, drain
from emulators.kept.keeping import Keeping, moved
from emulators.kept.state import State
from emulators.operations import Operations
from emulators.options import Options
from emulators.ports import listen, listen_again, port_of
from emulators.postgres import APPLICATION
from emulators.processes import Process, accepts_connections
from emulators.provisioning import create_queues, create_secrets
from emulators.pubsub.front import PubsubFront
from emulators.pubsub.ledger import DEAD_LETTERS, Ledger
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
        self._exits = AsyncExitStack()  # What holds the state, and is asked for it at the end.
        self._work = AsyncExitStack()  # What may change it, and ends before.
        self._keeping: Keeping | None = None
        self._before: State | None = None
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
            await self._close(in_order=False)
            raise _first_cause(error) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stopped = error is None or isinstance(error, asyncio.CancelledError)
        await self._close(in_order=stopped and self._failure is None)

    @property
    def failure(self) -> BaseException | None:
        """What the platform failed with, if it did."""
        return self._failure

    @property
    def database(self) -> str | None:
        """Where PostgreSQL's owner connects, where a manifest asks for it."""
        postgres = self._backing.postgres
        return postgres.dsn() if postgres else None

    @property
    def news(self) -> str:
        """What an operator should know about how it began."""
        return self._keeping.news if self._keeping else ""

    async def until_failure(self) -> None:
        """Runs until something without which the platform cannot go on fails, and raises that."""
        await self._failed.wait()
        assert self._failure is not None
        raise self._failure

    async def _close(self, *, in_order: bool) -> None:
        """Raises PlatformError where the state should be kept and cannot be."""
        keep = in_order and self._keeping is not None
        async with self._exits:
            async with self._work:
                if keep:
                    await self._drain()
                self._stopping = True
            if keep:
                await self._keep()

    async def _drain(self) -> None:
        await drain(
            door=self._door,
            push=self._push,
            tasks=self._tasks,
            scheduler=self._scheduler,
            activity=self._activity,
        )

    async def _keep(self) -> None:
        assert self._keeping is not None
        state = State(
            clock_offset=self.clock.offset.total_seconds(),
            schedules_seen=self._scheduler.seen,
            urls=self._fleet.urls,
            issuer=self.issuer.kept(),
            tasks=self._tasks.kept(),
            secrets=self._secrets.kept(),
            messages=self._ledger.kept(),
        )
        try:
            await self._keeping.keep(state, self.clock.now(), self._backing.keep)
        except (PlatformError, OSError) as error:
            raise PlatformError(f"Nothing was kept, what was kept before stays: {error}") from error

    async def _start(self) -> None:
        exits, options = self._exits, self.options
        door = listen(options.port)
        exits.callback(door.close)
        self.workplace.claim(keep_logs=options.keep)
        exits.callback(self.workplace.leave)
        if options.keep:
            self._take_up()
        manifests = load_manifests(options.root)
        self._http = await exits.enter_async_context(aiohttp.ClientSession())
        self._forwarding = await exits.enter_async_context(open_session())
        offset = self._before.clock_offset if self._before else 0.0
        self.clock = VirtualClock(self.workplace.clock, offset)
        self._ledger = Ledger(manifests.subscriptions)
        self.issuer, self._backing = await self._start_backing(manifests)
        services = await self._open_services(manifests, self._backing)
        await self._open_functions(services)
        await self._open_push(self._backing)
        await self._open_public(door, self._backing)
        self._watch(self._backing)
        await self._go_on()
        self.env = common(services) | {"ASSENT_URL": self.url}
        self.workplace.describe({"url": self.url, "env": self.env, "functions": self._functions()})

    def _take_up(self) -> None:
        self._keeping = Keeping(self.workplace.directory, self.options.root)
        self._before = self._keeping.state

    async def _go_on(self) -> None:
        """What was owed when the platform before stopped is delivered from here on."""
        if self._before is not None:
            messages = self._before.messages
            for letter in messages.dead_letters:
                buried = await self._backing.pubsub.publish(
                    DEAD_LETTERS, letter.data, letter.attributes
                )
                self._ledger.published(buried)
            self._push.resume(self._ledger.take_up(messages.owed, secrets.token_hex(4)))
        if self._keeping is not None:
            self._keeping.begin()

    async def _start_backing(self, manifests: Manifests) -> tuple[Issuer, Backing]:
        snapshot = self._keeping.snapshot if self._keeping else None
        kept = self._before.issuer if self._before else None
        # Keys and imports cost a second of this process; the JVMs start meanwhile.
        async with asyncio.TaskGroup() as group:
            backing = group.create_task(
                start_backing(
                    self.options.root,
                    self.workplace,
                    manifests,
                    self._http,
                    self._exits,
                    snapshot.directory if snapshot else None,
                )
            )
            issuer = group.create_task(asyncio.to_thread(Issuer, self.clock.now, kept))
        return issuer.result(), backing.result()

    async def _open_services(self, manifests: Manifests, backing: Backing) -> Services:
        work = self._work
        before = self._before
        self._fleet = Fleet(manifests, before.urls if before else {})
        work.push_async_callback(self._fleet.close)
        delivery = TaskDelivery(self._fleet, self.issuer, self._operations)
        self._tasks = CloudTasksEmulator(
            clock=self.clock, deliver=delivery.deliver, mint=self.issuer.service_token
        )
        work.push_async_callback(self._tasks.stop)
        self._secrets = SecretManagerEmulator(clock=self.clock)
        work.push_async_callback(self._secrets.stop)
        if before is not None:
            self._tasks.take_up(moved(before.tasks, before.urls, self._fleet.urls))
            self._secrets.take_up(before.secrets)
        self._firestore = FirestoreFront(backing.firestore.port)
        work.push_async_callback(self._firestore.close)
        await self._firestore.open()
        pubsub = await PubsubFront.open(
            backing.pubsub.address,
            ledger=self._ledger,
            activity=self._activity,
            faults=self._faults,
        )
        work.push_async_callback(pubsub.close)
        issuer = await Listener.open(
            self.issuer.answer, listen_again(port_of(self.issuer.url or ":0"))
        )
        work.push_async_callback(issuer.close)
        self.issuer.url = self.issuer.url or issuer.url
        tasks_address, secrets_address = await self._tasks.start(), await self._secrets.start()
        self._own_emulators = {"cloud_tasks": tasks_address, "secret_manager": secrets_address}
        await asyncio.gather(
            create_queues(tasks_address, manifests), create_secrets(secrets_address, manifests)
        )
        return Services(
            firestore=self._firestore.address,
            pubsub=pubsub.address,
            cloud_tasks=tasks_address,
            secret_manager=secrets_address,
            issuer=self.issuer.url,
            keys=f"{issuer.url}{JWKS_PATH}",
            clock=self.workplace.clock,
            postgres_dsn=backing.postgres.dsn(APPLICATION) if backing.postgres else None,
            urls=self._fleet.urls,
        )

    async def _open_functions(self, services: Services) -> None:
        manifests, root = self._fleet.manifests, self.options.root
        if self.options.in_process:
            backend = in_this_process(manifests, services, self._work)
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
        self._push = Push(
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
        self._work.push_async_callback(self._push.close)
        listener = await Listener.open(self._push.answer)
        self._work.push_async_callback(listener.close)
        await backing.pubsub.create(self._fleet.manifests, listener.url)

    async def _open_public(self, door: Any, backing: Backing) -> None:
        log = EventLog(backing.firestore.address, self._http)
        self._scheduler = Scheduler(
            self._fleet.manifests,
            self._fleet.ingresses,
            clock=self.clock,
            issuer=self.issuer,
            activity=self._activity,
            since=self._before.schedules_seen if self._before else None,
        )
        idle = Idle(
            activity=self._activity,
            ledger=self._ledger,
            tasks=self._tasks,
            clock=self.clock,
            log=log,
        )
        travel = TimeTravel(
            clock=self.clock, tasks=self._tasks, scheduler=self._scheduler, idle=idle
        )
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
        self._door = Door(public.answer)
        listener = await Listener.open(self._door.answer, door)
        self._work.push_async_callback(listener.close)
        self.url = listener.url
        self._in_background(self._tasks.run())
        self._in_background(self._scheduler.run(travel.held))
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

        self._work.push_async_callback(end)

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
