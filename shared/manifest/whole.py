"""What follows from all manifests: deployables, subscriptions, queues, schedules, routes."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from shared.kit.queues import dashed, queue_name
from shared.manifest.model import REQUIREMENTS, Manifest, Sizing


class ManifestError(ValueError):
    """A manifest that cannot be read, or two that contradict each other; names file and field."""


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
    def routes(self) -> tuple[str, ...]:
        """The public paths it answers; none for a private side."""
        http = self.manifest.http
        return http.routes if http is not None and self.public else ()


@dataclass(frozen=True)
class Subscription:
    """One reader of one event type."""

    name: str
    topic: str
    event_type: str
    deployable: str
    attempts: int
    backoff: tuple[str, str]

    @property
    def path(self) -> str:
        return f"/events/{self.topic}"

    @property
    def filter(self) -> str:
        return f'attributes."ce-type" = "{self.event_type}"'


@dataclass(frozen=True)
class Queue:
    """One timer type's Cloud Tasks queue."""

    name: str
    timer_type: str
    deployable: str
    attempts: int
    backoff: tuple[str, str]

    @property
    def path(self) -> str:
        return f"/timers/{self.name}"


@dataclass(frozen=True)
class Schedule:
    """One Cloud Scheduler job."""

    name: str
    event_type: str
    cron: str
    deployable: str

    @property
    def path(self) -> str:
        return f"/schedules/{self.event_type}"


@dataclass(frozen=True)
class Manifests:
    """All functions of a checkout. `topics_of` maps each published event type to its topic."""

    root: Path
    by_noun: Mapping[str, Manifest]
    folders: Mapping[str, Path]
    topics_of: Mapping[str, str]

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
    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(
            Subscription(
                name=f"{noun}-reactions.{dashed(event_type)}",
                topic=self.topics_of[event_type],
                event_type=event_type,
                deployable=f"{noun}-reactions",
                attempts=reactions.attempts,
                backoff=reactions.backoff,
            )
            for noun, manifest in self.by_noun.items()
            if (reactions := manifest.reactions) is not None
            for event_type in reactions.events
        )

    @cached_property
    def queues(self) -> tuple[Queue, ...]:
        return tuple(
            Queue(
                name=queue_name(noun, timer_type),
                timer_type=timer_type,
                deployable=f"{noun}-reactions",
                attempts=reactions.attempts,
                backoff=reactions.backoff,
            )
            for noun, manifest in self.by_noun.items()
            if (reactions := manifest.reactions) is not None
            for timer_type in reactions.timers
        )

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        return tuple(
            Schedule(
                name=f"{noun}-{dashed(event_type)}",
                event_type=event_type,
                cron=cron,
                deployable=f"{noun}-reactions",
            )
            for noun, manifest in self.by_noun.items()
            if (reactions := manifest.reactions) is not None
            for event_type, cron in reactions.schedules.items()
        )

    @cached_property
    def topics(self) -> tuple[str, ...]:
        return tuple(
            manifest.publishes.topic for manifest in self.by_noun.values() if manifest.publishes
        )

    @cached_property
    def locks(self) -> tuple[str, ...]:
        """The requirements that functions name: each is one image."""
        return tuple(sorted({manifest.requirements for manifest in self.by_noun.values()}))

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        named = {secret for manifest in self.by_noun.values() for secret in manifest.access.secrets}
        return tuple(sorted(named))

    def deployable(self, name: str) -> Deployable:
        """The deployable called `name`. Raises KeyError where there is none."""
        for deployable in self.deployables:
            if deployable.name == name:
                return deployable
        raise KeyError(name)


def load_manifests(root: Path) -> Manifests:
    """Reads `functions/*/function.toml` and `mobile_api/function.toml` under `root`.

    Guarantees that every event read is published by somebody, every topic has one publisher, every
    call has a callee, every lock exists and no two functions claim a route. Raises ManifestError
    otherwise, naming the file and the field."""
    files = sorted(root.glob("functions/*/function.toml")) + sorted(root.glob("*/function.toml"))
    folders: dict[str, Path] = {}
    for file in files:
        noun = file.parent.name.replace("_", "-")
        if noun in folders:
            raise ManifestError(f"{file}: {noun} is also the name of {folders[noun]}")
        folders[noun] = file.parent
    by_noun = {noun: _read(folder / "function.toml") for noun, folder in folders.items()}
    manifests = Manifests(root, by_noun, folders, _topics_by_type(root))
    problems = list(_contradictions(manifests))
    if problems:
        raise ManifestError("\n".join(problems))
    return manifests


def _read(file: Path) -> Manifest:
    try:
        return Manifest.model_validate(tomllib.loads(file.read_text()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{file}: {error}") from error
    except ValidationError as error:
        lines = [
            f"{file}: {'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ManifestError("\n".join(lines)) from error


def _topics_by_type(root: Path) -> dict[str, str]:
    schemas = (json.loads(file.read_text()) for file in root.glob("events/schemas/*.json"))
    return {schema["x-type"]: schema["x-topic"] for schema in schemas}


def _contradictions(manifests: Manifests) -> Iterable[str]:
    yield from _claimed_twice(manifests)
    yield from _named_alike(manifests)
    topics = set(manifests.topics)
    for event_type, topic in manifests.topics_of.items():
        if topic not in topics:
            schema = manifests.root / "events" / "schemas" / f"{event_type}.json"
            yield f"{schema}: x-topic: no function publishes to {topic}"
    for noun, manifest in manifests.by_noun.items():
        yield from _dangling(manifests, noun, manifest)


def _claimed_twice(manifests: Manifests) -> Iterable[str]:
    owners: dict[str, str] = {}
    for noun, manifest in manifests.by_noun.items():
        for route in manifest.http.routes if manifest.http else ():
            if route in owners:
                file = _file(manifests, noun)
                yield f"{file}: http.routes: {route} belongs to {owners[route]}"
            owners[route] = noun


def _named_alike(manifests: Manifests) -> Iterable[str]:
    """Two types may be one once their dots and underscores are dashes."""
    for noun, manifest in manifests.by_noun.items():
        reactions = manifest.reactions
        named = {
            "events": reactions.events if reactions else (),
            "timers": reactions.timers if reactions else (),
            "schedules": tuple(reactions.schedules) if reactions else (),
        }
        for field, types in named.items():
            seen: dict[str, str] = {}
            for event_type in types:
                other = seen.setdefault(dashed(event_type), event_type)
                if other != event_type:
                    file = _file(manifests, noun)
                    yield f"{file}: reactions.{field}: {event_type} is named like {other}"


def _dangling(manifests: Manifests, noun: str, manifest: Manifest) -> Iterable[str]:
    file = _file(manifests, noun)
    if manifest.publishes is not None and manifest.publishes.topic != noun:
        yield f"{file}: publishes.topic: must be {noun}, so that a topic tells its only publisher"
    for event_type in manifest.reactions.events if manifest.reactions else ():
        if event_type not in manifests.topics_of:
            yield f"{file}: reactions.events: nobody publishes {event_type}"
    for callee in manifest.access.calls:
        if callee not in manifests.by_noun or manifests.by_noun[callee].http is None:
            yield f"{file}: access.calls: {callee} has no public side"
    lock = manifests.root / "requirements" / f"{manifest.requirements}.txt"
    if manifest.requirements != REQUIREMENTS and not lock.is_file():
        yield f"{file}: requirements: {lock} does not exist"


def _file(manifests: Manifests, noun: str) -> Path:
    return manifests.folders[noun] / "function.toml"
