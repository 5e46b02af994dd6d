"""One function's manifest."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.kit.models import Model

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,28}[a-z0-9]$")]
EventType = Annotated[
    str,
    StringConstraints(pattern=r"^assent\.[a-z_]+\.[a-z_]+\.v[1-9][0-9]*$", max_length=100),
]
Route = Annotated[str, StringConstraints(pattern=r"^/v1(/[a-z0-9_-]+)+(/\*\*)?$")]
Memory = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(Mi|Gi)$")]

_SECONDS = re.compile(r"^([1-9][0-9]*)s$")
_CRON_FIELD = re.compile(r"^(\*|[0-9]+)(-[0-9]+)?(/[1-9][0-9]*)?(,[0-9]+(-[0-9]+)?)*$")


def _seconds(text: str) -> str:
    if not _SECONDS.match(text):
        raise ValueError('must be whole seconds such as "30s"')
    return text


def _cron(text: str) -> str:
    fields = text.split(" ")
    if len(fields) != 5 or not all(_CRON_FIELD.match(field) for field in fields):
        raise ValueError('must be five cron fields such as "* * * * *"')
    return text


Seconds = Annotated[str, AfterValidator(_seconds)]
Cron = Annotated[str, AfterValidator(_cron)]


class Sizing(Model):
    """What one instance is given and how many there may be."""

    cpu: Annotated[float, Field(gt=0, le=8)] = 1
    memory: Memory = "512Mi"
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 80
    max_instances: Annotated[int, Field(ge=1, le=100)] = 20
    timeout: Seconds = "30s"

    @model_validator(mode="after")
    def _share_only_whole_processors(self) -> Self:
        if self.concurrency > 1 and self.cpu < 1:
            raise ValueError("concurrency above one needs at least one cpu")
        return self


class Http(Sizing):
    """The public side: the routes it answers."""

    routes: Annotated[tuple[Route, ...], Field(min_length=1)]


class Reactions(Sizing):
    """The private side: what happens to it."""

    events: tuple[EventType, ...] = ()
    timers: tuple[EventType, ...] = ()
    schedules: dict[EventType, Cron] = Field(default_factory=dict)
    attempts: Annotated[int, Field(ge=5, le=100)] = 10
    backoff: tuple[Seconds, Seconds] = ("10s", "600s")


class Publishes(Model):
    """Where its own events go."""

    topic: Name


class Access(Model):
    """What its service accounts are granted, and nothing else."""

    firestore: Literal["none", "read", "read-write"] = "none"
    postgres: Literal["none"] | Annotated[int, Field(ge=1, le=10)] = "none"
    secrets: tuple[Name, ...] = ()
    calls: tuple[Name, ...] = ()


class Manifest(Model):
    """A whole function.toml."""

    summary: Annotated[str, StringConstraints(min_length=10, max_length=200)]
    http: Http | None = None
    reactions: Reactions | None = None
    publishes: Publishes | None = None
    access: Access = Access()

    @model_validator(mode="after")
    def _do_something(self) -> Self:
        if self.http is None and self.reactions is None:
            raise ValueError("needs [http] or [reactions]")
        return self


def seconds(text: str) -> int:
    """The number in a duration such as `30s`."""
    return int(text.removesuffix("s"))
