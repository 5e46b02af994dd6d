"""The bodies and queries of the control API."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, WrapValidator

from emulators.issuer import AUDIENCE
from emulators.sample.people import Name
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Identifier
from shared.kit.models import Model
from shared.kit.principals import is_reserved

_SCOPE = re.compile(r"[a-z_-]+:[a-z_-]+\Z")


def _scope(text: str) -> str:
    if not _SCOPE.match(text):
        raise ValueError("must be a noun and a verb, like agents:read")
    return text


Scope = Annotated[str, AfterValidator(_scope)]


def _not_reserved(principal: str) -> str:
    if is_reserved(principal):
        raise ValueError("is a name that belongs to Assent itself: choose another")
    return principal


def _or_platform(tenant: Any, check: Callable[[Any], str]) -> str:
    return PLATFORM_TENANT if tenant == PLATFORM_TENANT else check(tenant)


Principal = Annotated[Identifier, AfterValidator(_not_reserved)]
Tenant = Annotated[Identifier, WrapValidator(_or_platform)]

_TEN_YEARS = 10 * 366 * 86400


class TokenRequest(Model):
    """The subject of the wanted token. `audience` is the server that it is for: unless it says
    otherwise, the functions of this one."""

    principal: Principal
    tenant: Tenant
    scopes: tuple[Scope, ...] = ()
    roles: tuple[Identifier, ...] = ()
    workspace: Identifier | None = None
    agent: Identifier | None = None
    audience: Annotated[str, StringConstraints(max_length=300)] = AUDIENCE
    expires_in: Annotated[int, Field(ge=1, le=_TEN_YEARS)] = 900


class Advance(Model):
    """By how much the clock is moved."""

    seconds: Annotated[float, Field(ge=0, le=_TEN_YEARS, allow_inf_nan=False)]


class FaultRequest(Model):
    """The target, kind and number of a fault. `seconds` is the length of a delay, or how long a
    function works on a request before it is killed."""

    target: str
    kind: Annotated[str, StringConstraints(max_length=40)]
    count: Annotated[int, Field(ge=1, le=10_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)] | None = None

    @property
    def function(self) -> str | None:
        """The function named by `function:<name>`."""
        head, colon, name = self.target.partition(":")
        return name if head == "function" and colon else None

    @property
    def family(self) -> str:
        return "function" if self.function is not None else self.target


class Wait(Model):
    """How long `idle` waits."""

    timeout: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 30.0


class EventQuery(Model):
    """The events to list."""

    after: Annotated[str, StringConstraints(max_length=100)] | None = None
    type: Annotated[str, StringConstraints(max_length=200)] | None = None
    subject: Annotated[str, StringConstraints(max_length=300)] | None = None
    tenant: Tenant | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class MailQuery(Model):
    """The mails to list: those with that in their subject."""

    subject: Annotated[str, StringConstraints(max_length=300)] = ""


class Entering(Model):
    """Who of the sample tenant somebody wants to be."""

    person: Name


class Nothing(Model):
    """No body and no query."""
