"""Refuses dangerous combinations of a stack's settings and the manifests."""

import re
from collections.abc import Iterator

from infra.accounts import account_of, push_account
from infra.refusals import Refused
from infra.settings import Settings
from shared.manifest import Manifests, seconds

# Connections that stay free for people, the migrations and Google's own agents.
RESERVED_CONNECTIONS = 6
# During a deployment, instances of two revisions may run.
REVISIONS_AT_ONCE = 2
# The longest time that anything in front of a function waits.
LONGEST_PUSH_SECONDS = 600
_ACCOUNT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")


def refuse_dangers(settings: Settings, manifests: Manifests) -> None:
    """Raises Refused with every reason; called before any resource is declared."""
    reasons = [
        *_public_by_mistake(settings, manifests),
        *_too_many_connections(settings, manifests),
        *_unusable_names(manifests),
        *_unusable_deliveries(manifests),
        *_keyless(manifests),
    ]
    if reasons:
        raise Refused(*reasons)


def _public_by_mistake(settings: Settings, manifests: Manifests) -> Iterator[str]:
    public = {each.name for each in manifests.deployables if each.public}
    listed = set(settings.public_functions)
    for name in sorted(public - listed):
        yield f"public_functions: {name} has [http] and is not listed; name it to open it to all"
    for name in sorted(listed - public):
        yield f"public_functions: {name} is listed, and no manifest has such a public side"


def _too_many_connections(settings: Settings, manifests: Manifests) -> Iterator[str]:
    pools = {
        each.name: each.connections
        * settings.instances(each.sizing.max_instances)
        * REVISIONS_AT_ONCE
        for each in manifests.deployables
        if each.connections
    }
    needed, there_are = sum(pools.values()), settings.sql_connections
    if needed + RESERVED_CONNECTIONS > there_are:
        named = ", ".join(f"{name} {number}" for name, number in sorted(pools.items()))
        yield (
            f"sql_tier: {settings.sql_tier} takes {there_are} connections; pools may open {needed} "
            f"({named}: pool x instances x {REVISIONS_AT_ONCE} revisions) and "
            f"{RESERVED_CONNECTIONS} are kept for people and migrations; lower max_instances or "
            "take a larger tier"
        )


def _unusable_names(manifests: Manifests) -> Iterator[str]:
    deployables = [account_of(each.name) for each in manifests.deployables]
    for account in (*deployables, *map(push_account, manifests.delivered_to)):
        if not _ACCOUNT.fullmatch(account):
            yield f"{account}: a service account's name has 6 to 30 characters; rename the function"


def _unusable_deliveries(manifests: Manifests) -> Iterator[str]:
    for each in manifests.deployables:
        timeout = seconds(each.sizing.timeout)
        if each.target == "react" and timeout > LONGEST_PUSH_SECONDS:
            yield (
                f"{each.name}: a timeout of {timeout} s, and Pub/Sub waits "
                f"{LONGEST_PUSH_SECONDS} s before it delivers again"
            )


def _keyless(manifests: Manifests) -> Iterator[str]:
    for name in manifests.secrets:
        if name.endswith("-public-keys"):
            signing = f"{name.removesuffix('-public-keys')}-signing-key"
            if signing not in manifests.secrets:
                yield f"{name}: no manifest names {signing}, so nobody makes what it would verify"
