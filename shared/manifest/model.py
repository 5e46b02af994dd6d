"""One function's manifest."""

import re
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.kit.cron import check_cron
from shared.kit.models import Model

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,28}[a-z0-9]$")]
EventType = Annotated[
    str,
    StringConstraints(pattern=r"^assent\.[a-z_]+\.[a-z_]+\.v[1-9][0-9]*$", max_length=100),
]
# `*` is any one segment; `/**` at the end is the path before it and all below. Outside of /v1 are
# pages, and documents at addresses that others chose (RFC 8615).
Route = Annotated[
    str,
    StringConstraints(
        pattern=(
            r"^(/v1/[a-z0-9_-]+(/([a-z0-9_-]+|\*))*(/\*\*)?"
            r"|(/scim/v2|/console|/explorer)/\*\*|/[a-z]+|/\.well-known/[a-z0-9_-]+(\.json|/[a-z]+)?)$"
        )
    ),
]
Memory = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(Mi|Gi)$")]

Lifetime = Annotated[
    str, StringConstraints(pattern=r"^(kept|until-removed|[1-9][0-9]{0,3}d|read)$")
]
# The right to a bucket that another function writes.
READ = "read"

# What Pub/Sub and Cloud Tasks both accept.
LONGEST_BACKOFF_SECONDS = 600
# Measured: a process with everything imported, and the most that one request may hold while it
# waits, which is a body of the largest size with the most values (docs/operations/performance.md).
PROCESS_MIB = 192
REQUEST_MIB = 16
# The default lock of a function: `requirements/runtime.txt`.
REQUIREMENTS = "runtime"

_SECONDS = re.compile(r"[1-9][0-9]*s")

T = TypeVar("T")


def seconds(text: str) -> int:
    """The number in a duration such as `30s`."""
    return int(text.removesuffix("s"))


def mebibytes(memory: str) -> int:
    """The size in a memory such as `512Mi` or `1Gi`."""
    return int(memory[:-2]) * (1024 if memory.endswith("Gi") else 1)


def _seconds(text: str) -> str:
    if not _SECONDS.fullmatch(text):
        raise ValueError('must be whole seconds such as "30s"')
    return text


def _rising(backoff: tuple[str, str]) -> tuple[str, str]:
    least, most = (seconds(text) for text in backoff)
    if not least <= most <= LONGEST_BACKOFF_SECONDS:
        raise ValueError(f"must increase, to at most {LONGEST_BACKOFF_SECONDS}s")
    return backoff


def _distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    repeated = sorted({str(value) for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"lists twice: {', '.join(repeated)}")
    return values


Seconds = Annotated[str, AfterValidator(_seconds)]
Cron = Annotated[str, AfterValidator(check_cron)]
EventTypes = Annotated[tuple[EventType, ...], AfterValidator(_distinct)]
Names = Annotated[tuple[Name, ...], AfterValidator(_distinct)]


class Sizing(Model):
    """The size of one instance, and the largest number of instances."""

    cpu: Annotated[float, Field(gt=0, le=8)] = 1
    memory: Memory = "512Mi"
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 20
    max_instances: Annotated[int, Field(ge=1, le=100)] = 20
    timeout: Seconds = "30s"
    # The size of its pool, where that is not `access.postgres`.
    connections: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _share_only_whole_processors(self) -> Self:
        if self.concurrency > 1 and self.cpu < 1:
            raise ValueError("concurrency above one needs at least one cpu")
        return self

    @model_validator(mode="after")
    def _hold_every_request(self) -> Self:
        needed = PROCESS_MIB + self.concurrency * REQUEST_MIB
        if mebibytes(self.memory) < needed:
            raise ValueError(f"concurrency {self.concurrency} needs memory of {needed}Mi or more")
        return self


class Http(Sizing):
    """The public side: the routes that it answers."""

    routes: Annotated[tuple[Route, ...], Field(min_length=1), AfterValidator(_distinct)]
    # Whether it publishes what a crash left and fires what is due, after the first request of each
    # process and of each hour, because nothing reacts: then there is no private side to sweep.
    sweeps: Annotated[bool, Field(strict=True)] = False


class Reactions(Sizing):
    """The private side: how deliveries reach it, and its schedules."""

    schedules: dict[EventType, Cron] = Field(default_factory=dict)
    attempts: Annotated[int, Field(ge=5, le=100)] = 10
    backoff: Annotated[tuple[Seconds, Seconds], AfterValidator(_rising)] = ("10s", "600s")


class Collection(Model):
    """What Firestore must index of a collection (`shared.storage.collections`)."""

    composites: tuple[tuple[str, ...], ...] = ()
    queried: tuple[str, ...] = ()
    timed: bool = False


class Handles(Model):
    """What follows from its code: the event types and timers that its private side handles, and
    what Firestore must index. It is handles.json, which `make schemas` writes."""

    events: EventTypes = ()
    timers: EventTypes = ()
    # The topics of which it gets only events about one noun, with that noun.
    about: dict[str, str] = Field(default_factory=dict)
    collections: dict[str, Collection] = Field(default_factory=dict)


class Access(Model):
    """The grants of its service accounts; they have no others."""

    firestore: Literal["none", "read", "read-write"] = "none"
    postgres: Literal["none"] | Annotated[int, Field(ge=1, le=10)] = "none"
    secrets: Names = ()
    # Whether its public side keeps tenants' credentials, each in a secret that it makes.
    credentials: bool = False
    # Whether its public side reads those of them that calls of models are made with.
    model_credentials: bool = False
    # Whether its public side launches Cloud Run's sandboxes, where a stack turns these on.
    sandboxes: bool = False
    calls: Names = ()
    # How long objects stay: some days, "until-removed" by the function, or "kept", where nobody can
    # delete one for years; "read" for one of another function, which says how long.
    buckets: dict[Name, Lifetime] = Field(default_factory=dict)

    @property
    def reaches_postgres(self) -> bool:
        return self.postgres != "none"


class Manifest(Model):
    """A function.toml with its defaults filled in. `requirements` names the lock that its image
    installs, a file such as `requirements/models.txt`: each named lock is one more image.
    `platform_admins`: whether its environment names the platform's admins; `model_name`: whether it
    names the model that is configured. Whoever has the model's key knows it anyway."""

    summary: Annotated[str, StringConstraints(min_length=10, max_length=200)]
    http: Http | None = None
    reactions: Reactions | None = None
    access: Access = Access()
    platform_admins: bool = False
    model_name: bool = False
    requirements: Name = REQUIREMENTS
