"""Wires the platform: emulators, functions, and the servers in front of them."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import Any

import aiohttp

from emulators.activity import Activity
from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from emulators.control.app import Control
from emulators.control.faults import FaultControl
from emulators.directory import PlatformDirectory
from emulators.event_log import EventLog
from emulators.faults import Faults
from emulators.firestore_front import FirestoreFront
from emulators.functions.backends import backend_of, how_many
from emulators.functions.environment import (
    Services,
    buckets_of,
    common,
    of_all,
    set_environment,
)
from emulators.functions.fleet import Fleet, TaskDelivery
from emulators.functions.forward import open_session
from emulators.functions.template import Template
from emulators.gateway.ingress import Ingress
from emulators.gateway.listener import Listener
from emulators.gateway.public import PublicSide
from emulators.iam import invokers
from emulators.idle import Idle, until_empty
from emulators.issuer import JWKS_PATH, Issuer
from emulators.keep.state import State
from emulators.operations import Operations
from emulators.options import Options
from emulators.ports import listen_again, page_url, port_of, url_of
from emulators.postgres import APPLICATION
from emulators.processes import accepts_connections
from emulators.provisioning import create_queues, create_secrets
from emulators.pubsub.front import PubsubFront
from emulators.pubsub.ledger import DEAD_LETTERS, Ledger
from emulators.pubsub.push import Push
from emulators.sample.sample import Sample
from emulators.scheduler import Scheduler
from emulators.secret_manager import SecretManagerEmulator
from emulators.secret_values import put_providers, put_relays, put_stripe
from emulators.servers import Servers
from emulators.sign_in import PROVIDERS, open_providers
from emulators.time_travel import TimeTravel
from shared.manifest import Manifests

# The time that Cloud Run gives an instance between SIGTERM and SIGKILL.
_GRACE_SECONDS = 10.0


@dataclass(kw_only=True, eq=False)
class Composition:
    """All parts that may change the state, wired; `work` stops them, while the servers with the
    state keep running. `in_background` runs the background loops until then."""

    options: Options
    directory: PlatformDirectory
    clock: VirtualClock
    issuer: Issuer
    servers: Servers
    http: aiohttp.ClientSession
    template: Template | None
    work: AsyncExitStack
    in_background: Callable[[Coroutine[Any, Any, None]], None]

    def __post_init__(self) -> None:
        self._activity = Activity()
        self._operations = Operations()
        self._faults = Faults()

    async def open(self, manifests: Manifests, door: socket, before: State | None) -> str:
        """Opens all parts, in the state `before` if that is given; returns the one port's URL."""
        self.ledger = Ledger(manifests.subscriptions)
        self.sample = Sample(
            before.sample if before else None, self.in_background, self.options.report
        )
        self._forwarding = await self.work.enter_async_context(open_session())
        services = await self._open_services(manifests, before, url_of(door))
        await self._open_functions(services)
        self.work.push_async_callback(self._push.close)
        await self.servers.pubsub.create(manifests)
        self.sample.url = url = await self._open_public(door, before)
        self.env = common(services) | {"ASSENT_URL": url}
        if services.postgres_dsn is not None:
            self.env["ASSENT_POSTGRES_DSN"] = services.postgres_dsn
        self.env |= buckets_of(manifests.buckets, services)
        return url

    async def resume(self, before: State) -> None:
        """Delivers what was still undelivered when the previous platform stopped."""
        for letter in before.messages.dead_letters:
            self.ledger.published(
                await self.servers.pubsub.publish(DEAD_LETTERS, letter.data, letter.attributes)
            )
        self._push.deliver(self.ledger.load(before.messages.owed, secrets.token_hex(4)))

    async def drain(self) -> None:
        """Lets nothing more begin, and waits until everything under way has ended, as long as Cloud
        Run would. The rest is cancelled, and its sender retries it."""
        self.sample.shut()
        self._public.shut()
        self._push.rest()
        self._tasks.halt()
        self._scheduler.rest()
        await until_empty(self._under_way, _GRACE_SECONDS)

    def state(self) -> State:
        """The state from which a later platform continues; call it once `work` has ended."""
        return State(
            clock_offset=self.clock.offset.total_seconds(),
            schedules_seen=self._scheduler.seen,
            urls=self.fleet.urls,
            issuer=self.issuer.save(),
            tasks=self._tasks.save(),
            secrets=self._secrets.save(),
            messages=self.ledger.save(),
            sample=self.sample.save(),
        )

    def _under_way(self) -> dict[str, int]:
        tasks = self._tasks.in_flight
        return self._activity.in_flight() | ({"tasks": tasks} if tasks else {})

    async def _open_services(
        self, manifests: Manifests, before: State | None, url: str
    ) -> Services:
        work, servers = self.work, self.servers
        self.fleet = Fleet(manifests, before.urls if before else {})
        work.push_async_callback(self.fleet.close)
        delivery = TaskDelivery(fleet=self.fleet, issuer=self.issuer, operations=self._operations)
        self._tasks = CloudTasksEmulator(
            clock=self.clock, deliver=delivery.deliver, mint=self.issuer.service_token
        )
        work.push_async_callback(self._tasks.stop)
        self._secrets = SecretManagerEmulator(clock=self.clock)
        work.push_async_callback(self._secrets.stop)
        if before is not None:
            self._tasks.load(before.tasks, self.fleet.moves)
            self._secrets.load(before.secrets)
        self._firestore = FirestoreFront(servers.firestore.port)
        work.push_async_callback(self._firestore.close)
        await self._firestore.open()
        pubsub_address = await self._open_pubsub(manifests)
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
        if PROVIDERS in manifests.secrets:
            providers = await open_providers(
                page_url(url), self.options, self.directory, self._forwarding, work
            )
            await put_providers(secrets_address, providers, self.issuer)
        await put_relays(secrets_address, manifests, servers.targets, self.http)
        await put_stripe(secrets_address, manifests, servers.stripe, self.http, url)
        return Services(
            public_url=page_url(url),
            firestore=self._firestore.address,
            pubsub=pubsub_address,
            cloud_tasks=tasks_address,
            secret_manager=secrets_address,
            issuer=self.issuer.url,
            keys=f"{issuer.url}{JWKS_PATH}",
            clock=self.directory.clock,
            postgres_dsn=servers.postgres.dsn(APPLICATION) if servers.postgres else None,
            buckets=servers.buckets.url if servers.buckets else None,
            targets=servers.targets.url if servers.targets else "",
            model=servers.model.url if servers.model else "",
            urls=self.fleet.urls,
            limits=self.options.limits,
            tier=self.options.tier,
        )

    async def _open_pubsub(self, manifests: Manifests) -> str:
        """The address of Pub/Sub, which pushes to the functions."""
        self._push = Push(
            manifests=manifests,
            ingresses=self.fleet.ingresses,
            emulator=self.servers.pubsub,
            issuer=self.issuer,
            activity=self._activity,
            operations=self._operations,
            faults=self._faults,
            ledger=self.ledger,
            backoff=self.options.backoff,
        )
        pubsub = PubsubFront(
            emulator=self.servers.pubsub.address,
            ledger=self.ledger,
            activity=self._activity,
            faults=self._faults,
            operations=self._operations,
            deliver=self._push.deliver,
        )
        address = await pubsub.open()
        self.work.push_async_callback(pubsub.close)
        return address

    async def _open_functions(self, services: Services) -> None:
        manifests = self.fleet.manifests
        if self.options.in_process:
            self.work.enter_context(set_environment(of_all(manifests, services)))
        for deployable in manifests.deployables:
            ingress = Ingress(
                deployable=deployable,
                backend=backend_of(
                    deployable,
                    services,
                    options=self.options,
                    directory=self.directory,
                    http=self._forwarding,
                    template=self.template,
                ),
                instances=how_many(deployable, self.options),
                url=self.fleet.urls[deployable.name],
                invokers=invokers(manifests, deployable),
                issuer=self.issuer,
                activity=self._activity,
                operations=self._operations,
                faults=self._faults,
                report=self.options.report,
            )
            await self.fleet.open(ingress)

    async def _open_public(self, door: socket, before: State | None) -> str:
        servers = self.servers
        log = EventLog(servers.firestore.address, self.http)
        self._scheduler = Scheduler(
            schedules=self.fleet.manifests.schedules,
            ingresses=self.fleet.ingresses,
            clock=self.clock,
            issuer=self.issuer,
            activity=self._activity,
            since=before.schedules_seen if before else None,
        )
        idle = Idle(
            activity=self._activity,
            ledger=self.ledger,
            tasks=self._tasks,
            log=log,
            elsewhere=partial(servers.stripe.waiting, self.http) if servers.stripe else None,
        )
        self.travel = TimeTravel(
            clock=self.clock, tasks=self._tasks, scheduler=self._scheduler, idle=idle
        )
        control = Control(
            issuer=self.issuer,
            clock=self.clock,
            travel=self.travel,
            idle=idle,
            log=log,
            operations=self._operations,
            faults=FaultControl(
                faults=self._faults, tasks=self._tasks, firestore=self._firestore, fleet=self.fleet
            ),
            fleet=self.fleet,
            sample=self.sample,
            emulators=self._health,
            model=self.servers.model.url if self.servers.model else "",
            targets=self.servers.targets.url if self.servers.targets else "",
            mail=partial(self.servers.targets.mail, self.http) if self.servers.targets else None,
        )
        self._public = PublicSide(
            self.fleet.manifests.routes,
            self.fleet.ingresses,
            control.answer,
            self.options.root,
            self.clock.now,
            self.sample.saw,
        )
        listener = await Listener.open(self._public.answer, door)
        self.work.push_async_callback(listener.close)
        self.in_background(self._tasks.run())
        self.in_background(self._scheduler.run(self.travel.held))
        self.in_background(self.fleet.stop_idle(self.options.idle_after))
        return listener.url

    async def _health(self) -> dict[str, bool]:
        own = self._own_emulators
        checks = [accepts_connections(port_of(address)) for address in own.values()]
        health = dict(zip(own, await asyncio.gather(*checks), strict=True))
        return await self.servers.health() | health
