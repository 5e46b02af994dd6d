"""Where the calls of a model go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args
from urllib.parse import urlsplit

from events.credentials import Credential, why_not_for
from events.models import ModelRouteChanged, ModelRouteState, Privacy, Provider, Wire
from functions.models.rules.refusals import WireUnsupported
from shared.kit.errors import FieldError, Invalid
from shared.kit.transitions import Transition

_ORDER: Mapping[str, int] = {each: place for place, each in enumerate(get_args(Privacy))}
MOST_SHARES = 100
_SPEAKS: Mapping[Provider, tuple[Wire, ...]] = {
    "openai": ("chat.completions", "embeddings"),
    "anthropic": ("messages",),
    "local": ("chat.completions",),
}
_CALLS: Mapping[Wire, str] = {
    "chat.completions": "POST /v1/chat/completions",
    "embeddings": "POST /v1/embeddings",
    "messages": "POST /v1/messages",
}


class ModelRoute(ModelRouteState):
    """A route as it is stored."""


def set_route(
    route: ModelRoute, before: ModelRoute | None, others: Sequence[ModelRoute | None], at: datetime
) -> tuple[Transition[ModelRoute], ...]:
    """The route from now on; nothing where it says the same already. `others` are its fallbacks, in
    their order. Raises Invalid for a fallback that is not there, speaks another wire, or is less
    private, and for shares that cannot be."""
    for place, other in enumerate(others):
        field = f"fallbacks[{place}]"
        if other is None or other.name == route.name:
            name = route.fallbacks[place]
            raise Invalid(FieldError(field, f"{name!r} is no other route; set that first"))
        if other.provider != route.provider:
            raise Invalid(FieldError(field, f"{other.name!r} speaks another provider's wire"))
        if is_less_private(other, route):
            what = f"{other.name!r} is {other.privacy}, which is less private than {route.privacy}"
            raise Invalid(FieldError(field, what))
    _check_shares(route, others)
    said = {"set_by": route.set_by, "set_at": at}
    if before is not None and before.but(**said) == route.but(**said):
        return ()
    return (Transition(route, ModelRouteChanged),)


def _check_shares(route: ModelRoute, others: Sequence[ModelRoute | None]) -> None:
    """Raises Invalid for a share of what is no fallback or has another privacy, and for more than a
    hundred calls of a hundred."""
    equals = {each.name for each in others if each and each.privacy == route.privacy}
    for name in route.shares:
        if name not in equals:
            said = f"{name!r} is no fallback that is {route.privacy} too"
            raise Invalid(FieldError(f"shares.{name}", said))
    if (of_all := sum(route.shares.values())) > MOST_SHARES:
        raise Invalid(FieldError("shares", f"are {of_all} of a hundred calls"))


def is_less_private(other: ModelRouteState, route: ModelRouteState) -> bool:
    """Whether what goes there is told to more people."""
    return _ORDER[other.privacy] < _ORDER[route.privacy]


def may_stand_in(other: ModelRoute | None, route: ModelRoute) -> bool:
    """Whether a fallback may be asked now: it may have been set anew since it was named."""
    return (
        other is not None and other.provider == route.provider and not is_less_private(other, route)
    )


def host_of(base_url: str) -> str:
    """The host of a checked address."""
    return (urlsplit(base_url).hostname or "").lower()


def require_credential(credential: Credential | None, name: str, host: str) -> None:
    """Raises Invalid for a credential that is not there, not used by models, or not for the
    host."""
    told = why_not_for(credential, name, (host,), "models")
    if told is not None:
        raise Invalid(FieldError("credential", told))


def why_not_called(route: ModelRoute, known: Mapping[str, Credential]) -> str | None:
    """Why the route cannot be called now with its credential; None where it can, or has none. A
    credential may have been removed, or stored for other hosts, since the route was set."""
    if route.credential is None:
        return None
    host = host_of(route.base_url or "")
    return why_not_for(known.get(route.credential), route.credential, (host,), "models")


def require_wire(route: ModelRoute, wire: Wire) -> None:
    """Raises WireUnsupported for a provider that does not speak it."""
    spoken = _SPEAKS[route.provider]
    if wire not in spoken:
        calls = " or ".join(_CALLS[each] for each in spoken)
        raise WireUnsupported(f"{route.name} is served by {route.provider}: call {calls}")
