"""Cloud Scheduler: the manifests' schedules, delivered as CloudEvents by the platform's clock."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from croniter import croniter

from emulators.activity import Activity
from emulators.clock import VirtualClock
from emulators.gateway.ingress import Ingress
from emulators.gateway.messages import Call
from emulators.iam import push_account
from emulators.issuer import Issuer
from shared.kit.bookkeeping import SCHEDULES_SOURCE
from shared.kit.ids import derive_id
from shared.kit.instants import format_instant
from shared.manifest import Schedule


@dataclass(frozen=True)
class Run:
    """One run of a schedule at one moment."""

    at: datetime
    schedule: Schedule


@dataclass(kw_only=True, eq=False)
class Scheduler:
    """Runs each schedule once per moment; they have run until `since`, by default until now. A
    failed run is not retried: the next run follows, as in production without retries."""

    schedules: Sequence[Schedule]
    ingresses: Mapping[str, Ingress]
    clock: VirtualClock
    issuer: Issuer
    activity: Activity
    since: datetime | None = None

    def __post_init__(self) -> None:
        self._seen = self.since or self.clock.now()
        self._resting = False

    @property
    def seen(self) -> datetime:
        """The time, now at the latest, until which all due schedules have run."""
        return min(self._seen, self.clock.now())

    def rest(self) -> None:
        """Begins no further run; runs under way may end."""
        self._resting = True

    def coalesced(self, until: datetime) -> list[Run]:
        """The runs of an advance to `until`: each schedule that falls due in it, once, at its last
        due moment; in time order."""
        runs = [
            Run(at, schedule)
            for schedule in self.schedules
            if (at := last_match(schedule.cron, self._seen, until)) is not None
        ]
        return sorted(runs, key=lambda run: (run.at, run.schedule.name))

    def passed(self, moment: datetime) -> None:
        """Records that all due schedules have run until `moment`."""
        self._seen = max(self._seen, moment)

    async def run(self, held: asyncio.Lock) -> None:
        """Runs schedules as time passes, without end; pauses while `held` is locked."""
        while self.schedules:
            await self.clock.sleep_until(
                min(next_match(schedule.cron, self._seen) for schedule in self.schedules)
            )
            async with held:
                if self._resting:
                    return
                now = self.clock.now()
                due = self.coalesced(now)
                self.passed(now)
                await asyncio.gather(*(self.send(run) for run in due))

    async def send(self, run: Run) -> None:
        """One run: a delivery to each of its functions."""
        with self.activity.one("schedules"):
            names = run.schedule.deployables
            await asyncio.gather(*(self._deliver(run, self.ingresses[name]) for name in names))

    async def _deliver(self, run: Run, ingress: Ingress) -> None:
        schedule, at = run.schedule, format_instant(run.at)
        token = self.issuer.service_token(push_account(ingress.deployable.name), ingress.url)
        headers = (
            ("Authorization", f"Bearer {token}"),
            ("User-Agent", "CloudPubSub-Google"),
            ("Content-Type", "application/json"),
            ("ce-specversion", "1.0"),
            ("ce-id", derive_id("sch", run.at, schedule.name)),
            ("ce-type", schedule.event_type),
            ("ce-source", SCHEDULES_SOURCE),
            ("ce-subject", f"schedule/{schedule.name}"),
            ("ce-time", at),
        )
        await ingress.answer(Call("POST", schedule.path, headers, b"{}"))


def next_match(cron: str, after: datetime) -> datetime:
    """The first whole minute after `after` that matches. ValueError where none ever does."""
    found: datetime = _iterator(cron, after).get_next(datetime)
    return found


def last_match(cron: str, after: datetime, until: datetime) -> datetime | None:
    """The last match in (after, until], or None."""
    found: datetime = _iterator(cron, until + timedelta(minutes=1)).get_prev(datetime)
    if found > until:
        found = _iterator(cron, found).get_prev(datetime)
    return found if found > after else None


def _iterator(cron: str, start: datetime) -> croniter:
    # Where a day field begins with an asterisk both days must match, as in every cron.
    return croniter(cron, start, implement_cron_bug=True)
