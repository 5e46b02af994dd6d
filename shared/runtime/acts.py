"""What a route does, for policies: from its method and path, or as its endpoint says."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from shared.policy.vocabulary import PLATFORM, TENANT, Act, EntityType

E = TypeVar("E", bound=Callable[..., Awaitable[Any]])

_ACTS = "assent_acts"
_UNSAID: tuple[tuple[Any, ...], ...] = (((), None, (), ""),)
_VERBS = {"GET": "list", "POST": "create", "PUT": "set", "PATCH": "update", "DELETE": "delete"}
_PREFIX = re.compile(r"^/(v1/|\.well-known/)?")


def does(
    *actions: str,
    about: EntityType[Any] | None = None,
    within: Sequence[str] = (),
    deed: str = "",
) -> Callable[[E], E]:
    """Says of an endpoint what it does, where its router and its path do not: its action, or
    several, of which the use case chooses one (`shared.policy.authorization.choose`) before it
    reads what the call is `about`; the groups of its actions; and what a refusal calls the deed.
    Where it is about something, the runner asks once that was read. It may be said several times,
    for actions in different groups."""

    def mark(endpoint: E) -> E:
        said = (actions, about, tuple(within), deed)
        setattr(endpoint, _ACTS, (said, *getattr(endpoint, _ACTS, ())))
        return endpoint

    return mark


def acts_of(
    path: str,
    methods: Sequence[str],
    endpoint: Callable[..., Any],
    action: str,
    within: Sequence[str],
) -> tuple[Act, ...]:
    """The actions of a route; each request is asked about for one of them. A route that only reads
    is in the group read_tenant, unless something says otherwise."""
    reads = ("read_tenant",) if methods[0] == "GET" else ()
    found = []
    for actions, about, groups, deed in getattr(endpoint, _ACTS, _UNSAID):
        chosen = tuple(groups or within or reads)
        resource = PLATFORM if "sign_in" in chosen else about.name if about else TENANT
        named = actions or (action or action_of(path, methods[0]),)
        found += [Act(each, resource, chosen, deed) for each in named]
    return tuple(found)


def action_of(path: str, method: str) -> str:
    """The action of a call: its nouns, and what the method does to them. A last word after an id
    is a command: `POST /v1/agents/{agent_id}/suspend` is `agents.suspend`."""
    parts = _PREFIX.sub("", path).strip("/").split("/")
    words = [each for each in parts if not each.startswith("{")]
    ends_in_id = parts[-1].startswith("{")
    if method == "POST" and len(parts) > 1 and not ends_in_id and parts[-2].startswith("{"):
        return ".".join(words)
    verb = "read" if method == "GET" and ends_in_id else _VERBS[method]
    return ".".join((*words, verb))
