"""The usage of a month: existing resources, scheduled work, and the load."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from croniter import croniter

from infra.cost.billing import Usage
from infra.cost.load import Assumptions, Load, Run, load_assumptions
from infra.cost.measured import GIB, Action, Measurement, Stored, instance_time, used_by
from infra.cost.stack import Stack, stack_of
from infra.preview.graph import graph_of_stack
from shared.kit.secret_names import secrets_of
from shared.manifest import Manifests

# The measured action that stands for events of unmeasured actions.
ANY_EVENT = "creation_by_hand"
# The measured run, whose bytes are kept.
RUN = "run_of_five_steps"
PROJECTION = "mobile-api-reactions"
FILES = "artifacts"
# By one call, which is an operation of class A.
OBJECTS_LISTED = 1_000
# A shorter message is billed as so many.
LEAST_MESSAGE_BYTES = 1_000
# The writers of collections whose names do not show it; the others are the governor's read model.
_WRITERS = {
    **dict.fromkeys(("agents", "creation_cases", "agent_names", "pipelines"), "agents"),
    **dict.fromkeys(
        ("approvals", "decision_claims", "precedents", "active_precedents"), "approvals"
    ),
    **dict.fromkeys(("runs", "run_steps", "budgets", "budget_leases"), "runs"),
    "invocations": "tools",
    "audit_checkpoints": "audit-reactions",
}


@dataclass(frozen=True)
class Month:
    """A month of one stack. All answers are quantities, before prices and free quantities."""

    manifests: Manifests
    stack: Stack
    measured: Measurement
    assumed: Assumptions

    def idle(self) -> list[Usage]:
        """A month without actions: existing resources, sweeps, health checks, replaced
        instances."""
        used = [*self.stack.fixed, *self._by_itself(), *self._replaced()]
        return [*used, *self._request_lines(used)]

    def under(self, load: Load, *, months_kept: float = 1) -> list[Usage]:
        """The idle month with a load; the store has grown for that many months of it."""
        used = [*self._work(load)]
        return [
            *self.idle(),
            *used,
            *self._request_lines(used),
            *self._leased(used),
            *self._started_for(used),
            *self._deployed(),
            *self._kept(load, months_kept),
            *self._files(load.files, months_kept),
        ]

    def once(self, action: Action) -> list[Usage]:
        """An action with the lines that it logs, and its share of leases."""
        used = used_by(action, self.manifests)
        return [*used, *self._request_lines(used), *self._leased(used)]

    def run(self) -> list[Usage]:
        """One estimated run."""
        used = [*self._one_run(self.assumed.run)]
        return [*used, *self._request_lines(used)]

    def kept_of(self, story: str) -> list[Usage]:
        """The bytes that one such action stores, for a month."""
        return [*self._stored(self._sizes(self.measured.storage[story]), 1)]

    def _by_itself(self) -> Iterator[Usage]:
        for schedule in self.manifests.schedules:
            runs = runs_a_month(schedule.cron, self._days)
            yield Usage("pubsub-bytes", runs * LEAST_MESSAGE_BYTES)
            for name in schedule.deployables:
                yield Usage("pubsub-bytes", runs * LEAST_MESSAGE_BYTES, name)
                yield from self._times(_only(self.measured.actions["sweep"], name), runs)
        for deployable, times in self.stack.checks.items():
            refused = self.measured.actions["refused"]
            (counts,) = refused.functions.values()
            asked = refused.model_copy(update={"functions": {deployable: counts}})
            yield from self._times(asked, times)

    def _replaced(self) -> Iterator[Usage]:
        """Instances that start without actions: after Google replaced them, and for checks so rare
        that the previous instance has stopped."""
        days = self.assumed.operations.cold_starts_idle_a_day * self._days
        for deployable in self.manifests.deployables:
            starts = max(days, self.stack.woken.get(deployable.name, 0.0))
            yield from self._cold(deployable.name, starts)

    def _work(self, load: Load) -> Iterator[Usage]:
        chosen = {name: load.creations * share for name, share in self.assumed.creations.items()}
        asked = load.requests - load.runs - sum(n * _decided(name) for name, n in chosen.items())
        reads = {name: max(0.0, asked) * share for name, share in self.assumed.reads.items()}
        for name, times in (self._creations(load) | reads).items():
            yield from self._times(self.measured.actions[name], times)
        yield from (usage.times(load.runs) for usage in self._one_run(self.assumed.run))

    def _creations(self, load: Load) -> dict[str, float]:
        """How often each action happens, including the one that stands for events which neither the
        load's creations nor its runs publish."""
        actions = self.measured.actions
        times = {name: load.creations * share for name, share in self.assumed.creations.items()}
        own = sum(number * actions[name].messages for name, number in times.items())
        others = max(0.0, load.events - own - load.runs * self.assumed.run.events)
        times[ANY_EVENT] += others / actions[ANY_EVENT].messages
        return times

    def _one_run(self, run: Run) -> Iterator[Usage]:
        sizes = {"vcpu-seconds": 1.0, "gib-seconds": 0.5}
        yield from (Usage(kind, run.seconds * size, run.function) for kind, size in sizes.items())
        published = run.events * run.event_bytes
        for kind, quantity in {
            "requests": run.requests,
            "cloud-tasks": run.tasks,
            "firestore-reads": run.reads,
            "firestore-writes": run.writes,
            "pubsub-bytes": published * (1 + run.topic_readers),
            "log-gib": run.logged_bytes / GIB,
        }.items():
            yield Usage(kind, quantity, run.function)
        projected = _only(self.measured.actions[ANY_EVENT], PROJECTION)
        once = run.events * run.deliveries / projected.count("pubsub-deliveries")
        yield from (u for u in self._times(projected, once) if u.kind != "pubsub-bytes")

    def _kept(self, load: Load, months: float) -> Iterator[Usage]:
        """The documents, and their copies for recovery and backups."""
        bytes_a_month: defaultdict[str, float] = defaultdict(float)
        for name, times in (self._creations(load) | {RUN: load.runs}).items():
            for writer, size in self._sizes(self.measured.storage[name]).items():
                bytes_a_month[writer] += size * times
        yield from self._stored(bytes_a_month, months)

    def _files(self, number: float, months: float) -> Iterator[Usage]:
        """What files do in their buckets, and their bytes of so many months."""
        each, gib = self.assumed.files, number * self.assumed.files.bytes / GIB
        listed = number * months * each.lists / OBJECTS_LISTED
        for kind, quantity in {
            "storage-gib": gib * months,
            "storage-class-a": number * each.class_a + listed,
            "storage-class-b": number * (each.class_b + each.downloads),
            "storage-egress-gib": gib * each.downloads,
        }.items():
            yield Usage(kind, quantity, FILES)

    def _stored(self, sizes: Mapping[str, float], months: float) -> Iterator[Usage]:
        for writer, size in sizes.items():
            gib = size * months / GIB
            yield Usage("firestore-gib", gib, writer)
            yield Usage("firestore-recovery-gib", gib * self.stack.recovered, writer)
            yield Usage("firestore-backup-gib", gib * self.stack.backups, writer)

    def _sizes(self, stored: Stored) -> dict[str, float]:
        sizes: defaultdict[str, float] = defaultdict(float)
        for collection, size in stored.documents.items():
            sizes[_writer(collection)] += size
        for field, size in stored.indexes.items():
            sizes[_writer(field.partition(".")[0])] += size
        return sizes

    def _deployed(self) -> Iterator[Usage]:
        operations, images = self.assumed.operations, len(self.manifests.locks)
        builds = images * operations.deploys_a_month
        yield Usage("build-minutes", builds * operations.build_minutes)
        yield Usage("storage-class-a", builds)

    def _request_lines(self, used: Iterable[Usage]) -> Iterator[Usage]:
        """Cloud Run's own log of every request."""
        size = self.assumed.operations.request_log_bytes / GIB
        return (Usage("log-gib", u.quantity * size, u.function) for u in _requests(used))

    def _leased(self, used: Iterable[Usage]) -> Iterator[Usage]:
        """The leases of callers' requests, which the local platform does not limit and so does not
        count: two reads and one write each. Decisions need none and are counted all the same."""
        public = {each.name for each in self.manifests.deployables if each.public}
        for usage in _requests(used):
            # The requests of private sides are the platform's own; of a run, one is a caller's.
            if usage.function in public or usage.function == self.assumed.run.function:
                callers = 1.0 if usage.function in public else 1 / self.assumed.run.requests
                leases = usage.quantity * callers / self.assumed.operations.requests_per_lease
                yield Usage("firestore-reads", 2 * leases, usage.function)
                yield Usage("firestore-writes", leases, usage.function)

    def _started_for(self, used: Iterable[Usage]) -> Iterator[Usage]:
        known = {deployable.name for deployable in self.manifests.deployables}
        for usage in _requests(used):
            starts = usage.quantity * self.assumed.operations.cold_starts_per_request
            if usage.function in known:
                yield from self._cold(usage.function, starts)

    def _cold(self, name: str, starts: float) -> Iterator[Usage]:
        operations, deployable = self.assumed.operations, self.manifests.deployable(name)
        for usage in instance_time(deployable, operations.cold_start_seconds * starts):
            boosted = usage.kind == "vcpu-seconds"
            yield usage.times(operations.cold_start_vcpus if boosted else 1)
        yield Usage(
            "secret-accesses", starts * len(secrets_of(deployable.manifest.access.secrets)), name
        )

    def _times(self, action: Action, number: float) -> Iterator[Usage]:
        return (usage.times(number) for usage in used_by(action, self.manifests))

    @property
    def _days(self) -> float:
        return self.assumed.operations.days


def month_of(measurement: Measurement, stack: str = "prod") -> Month:
    """The month from the measurements and the checkout's manifests, program and assumptions."""
    assumed, program = load_assumptions(), graph_of_stack(stack)
    counted = stack_of(program, assumed.operations)
    return Month(program.manifests, counted, measurement, assumed)


def runs_a_month(cron: str, days: float) -> float:
    """How often a schedule runs in a month of so many days, on average."""
    share = days * 60 * 24
    for values, most in zip(croniter.expand(cron)[0], (60, 24, 31, 12, 7), strict=True):
        share *= 1 if values == ["*"] else len(values) / most
    return share


def _only(action: Action, deployable: str) -> Action:
    """One deployable's part of an action."""
    return Action(
        functions={deployable: action.functions.get(deployable, {})},
        logged_bytes={deployable: action.logged_bytes.get(deployable, 0)},
    )


def _requests(used: Iterable[Usage]) -> Iterator[Usage]:
    return (usage for usage in used if usage.kind == "requests")


def _decided(story: str) -> int:
    """Requests of people for one creation: its submission, and a decision by hand."""
    return 1 if story == "creation_by_precedent" else 2


def _writer(collection: str) -> str:
    """The function that writes a collection: of the event log its own part, of the others the only
    writer."""
    name, _, writer = collection.partition("@")
    return writer or _WRITERS.get(name, "mobile-api")
