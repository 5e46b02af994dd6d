"""What follows from all manifests: deployables, subscriptions, queues, schedules, routes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from shared.kit.queues import crowd_queues
from shared.manifest.filters import Filter, narrowest_filter
from shared.manifest.model import READ, Collection, Handles, Manifest, Reactions, Sizing
from shared.manifest.routes import RouteTable

# The limits of a queue (https://cloud.google.com/tasks/docs/quotas).
MOST_A_SECOND = 500
MOST_AT_ONCE = 5_000
# A timer leads to some events, and every reader of the topic gets them.
CROWD_A_SECOND = 20
CROWD_AT_ONCE = 2


@dataclass(frozen=True)
class Deployable:
    """One Cloud Run service: a function's public or its private side."""

    name: str
    noun: str
    folder: Path
    manifest: Manifest
    target: Literal["api", "react"]
    sizing: Sizing

    @property
    def public(self) -> bool:
        """Whether it may be invoked without IAM."""
        return self.target == "api"

    @property
    def source(self) -> Path:
        """The file that defines the target."""
        return self.folder / "main.py"

    @property
    def connections(self) -> int:
        """The size of an instance's connection pool; 0 where it does not reach PostgreSQL."""
        pool = self.manifest.access.postgres
        return 0 if pool == "none" else self.sizing.connections or pool

    @property
    def routes(self) -> tuple[str, ...]:
        """The public paths it answers; none for a private side."""
        http = self.manifest.http
        return http.routes if http is not None and self.public else ()


@dataclass(frozen=True)
class Subscription:
    """One reader of one topic."""

    topic: str
    filter: Filter
    deployable: str
    attempts: int
    backoff: tuple[str, str]

    @property
    def name(self) -> str:
        """The name changes with the filter, because Pub/Sub cannot change a filter in place."""
        digest = hashlib.sha256(str(self.filter).encode()).hexdigest()[:8]
        return f"{self.deployable}.{self.topic}.{digest}"

    @property
    def path(self) -> str:
        return f"/events/{self.topic}"


@dataclass(frozen=True)
class Queue:
    """A Cloud Tasks queue that delivers timers of one function: most of them, or a tenant's
    crowds, which get few places at once so that they leave the rest to other tenants."""

    name: str
    noun: str
    attempts: int
    backoff: tuple[str, str]
    per_second: int
    at_once: int

    @property
    def deployable(self) -> str:
        return f"{self.noun}-reactions"

    @property
    def path(self) -> str:
        return f"/timers/{self.noun}"


@dataclass(frozen=True)
class Schedule:
    """One Cloud Scheduler job. Each run reaches every one of its deployables."""

    event_type: str
    cron: str
    deployables: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its job's and its topic's."""
        return dashed(self.event_type)

    @property
    def path(self) -> str:
        return f"/schedules/{self.event_type}"


@dataclass(frozen=True)
class Manifests:
    """All functions of a checkout. `topics_of` maps each published event type to its topics, and
    `handles` each function with a private side to what it handles."""

    root: Path
    by_noun: Mapping[str, Manifest]
    folders: Mapping[str, Path]
    handles: Mapping[str, Handles]
    topics_of: Mapping[str, tuple[str, ...]]

    @cached_property
    def deployables(self) -> tuple[Deployable, ...]:
        found = []
        for noun, manifest in self.by_noun.items():
            folder = self.folders[noun]
            if manifest.http is not None:
                found.append(Deployable(noun, noun, folder, manifest, "api", manifest.http))
            if manifest.reactions is not None:
                name = f"{noun}-reactions"
                found.append(Deployable(name, noun, folder, manifest, "react", manifest.reactions))
        return tuple(found)

    @cached_property
    def _private(self) -> tuple[tuple[str, Reactions, Handles], ...]:
        return tuple(
            (noun, manifest.reactions, self.handles.get(noun, Handles()))
            for noun, manifest in self.by_noun.items()
            if manifest.reactions is not None
        )

    @cached_property
    def subscriptions(self) -> tuple[Subscription, ...]:
        found = []
        for noun, reactions, handles in self._private:
            for topic in self.topics:
                types = {each for each, topics in self.topics_of.items() if topic in topics}
                handled = types.intersection(handles.events)
                if handled:
                    about = handles.about.get(topic, "")
                    filter = narrowest_filter(handled, types - handled, about=about)
                    attempts, backoff = reactions.attempts, reactions.backoff
                    name = f"{noun}-reactions"
                    found.append(Subscription(topic, filter, name, attempts, backoff))
        return tuple(found)

    @cached_property
    def queues(self) -> tuple[Queue, ...]:
        found = []
        for noun, reactions, handles in self._private:
            if handles.timers:
                retries = reactions.attempts, reactions.backoff
                found.append(Queue(noun, noun, *retries, MOST_A_SECOND, MOST_AT_ONCE))
                found += [
                    Queue(name, noun, *retries, CROWD_A_SECOND, CROWD_AT_ONCE)
                    for name in crowd_queues(noun)
                ]
        return tuple(found)

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        readers: dict[tuple[str, str], list[str]] = {}
        for noun, reactions, _ in self._private:
            for schedule in reactions.schedules.items():
                readers.setdefault(schedule, []).append(f"{noun}-reactions")
        return tuple(Schedule(*each, tuple(names)) for each, names in readers.items())

    @cached_property
    def pushed_to(self) -> tuple[str, ...]:
        """The deployables that Pub/Sub delivers events or runs of schedules to."""
        reading = [each.deployable for each in self.subscriptions]
        scheduled = [name for each in self.schedules for name in each.deployables]
        return tuple(dict.fromkeys((*reading, *scheduled)))

    @cached_property
    def delivered_to(self) -> tuple[str, ...]:
        """The deployables that Pub/Sub or Cloud Tasks deliver to."""
        return tuple(dict.fromkeys((*self.pushed_to, *(each.deployable for each in self.queues))))

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """Each is named after the function that publishes to it, some with a suffix after a dot."""
        return tuple(sorted({topic for topics in self.topics_of.values() for topic in topics}))

    @cached_property
    def routes(self) -> RouteTable:
        return RouteTable(self.deployables)

    @cached_property
    def collections(self) -> Mapping[str, Collection]:
        """What Firestore must index, by collection."""
        return {
            name: declaration
            for handles in self.handles.values()
            for name, declaration in handles.collections.items()
        }

    @cached_property
    def locks(self) -> tuple[str, ...]:
        """The locks that functions name: each is one image."""
        return tuple(sorted({manifest.requirements for manifest in self.by_noun.values()}))

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        named = {secret for manifest in self.by_noun.values() for secret in manifest.access.secrets}
        return tuple(sorted(named))

    @cached_property
    def buckets(self) -> Mapping[str, str]:
        """How long each bucket keeps its objects, by the bucket's name."""
        return {
            name: lifetime
            for manifest in self.by_noun.values()
            for name, lifetime in manifest.access.buckets.items()
            if lifetime != READ
        }

    def deployable(self, name: str) -> Deployable:
        """The deployable called `name`. Raises KeyError where there is none."""
        for deployable in self.deployables:
            if deployable.name == name:
                return deployable
        raise KeyError(name)


def dashed(event_type: str) -> str:
    """An event type without its `assent.`, in the form that names of cloud resources allow."""
    return event_type.removeprefix("assent.").replace(".", "-").replace("_", "-")
