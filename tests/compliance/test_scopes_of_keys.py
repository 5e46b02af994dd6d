"""A person's key acts without a role: each scope that one can have opens a call that policies allow
somebody without a role."""

import re
from dataclasses import replace
from importlib import import_module

from functions.identity.rules.roles import OF_KEYS, SCOPES
from shared.kit.callers import Caller
from shared.kit.errors import AssentError
from shared.manifest import load_manifests
from shared.policy.authorization import Authorization
from shared.policy.platform import platform_policies
from shared.policy.vocabulary import TENANT, Act
from shared.runtime.entry_points import _package
from shared.runtime.routes import Route, _scopes_of
from tests.compliance.source import ROOT
from tests.shared.policy.asked import NOW

# The kinds of things of which a policy permits something to their owner, without a role.
_ROLES = (ROOT / "shared/policy/platform/roles.cedar").read_text()
OF_ITS_OWNER = frozenset(re.findall(r"resource is (\w+)", _ROLES))


def _routes() -> list[Route]:
    nouns = [each.noun for each in load_manifests(ROOT).deployables if each.public]
    routers = [import_module(f"{_package(noun)}.api").ROUTER for noun in nouns]
    return [route for router in routers for route in router.routes]


def _is_allowed(act: Act) -> bool:
    """Whether somebody without a role may do it, at least to a thing that is theirs."""
    if act.resource in OF_ITS_OWNER:
        return True
    caller = Caller.acting("p", "clinic", NOW)
    try:
        as_of_tenant = replace(act, resource=TENANT)
        Authorization(caller, [as_of_tenant], platform_policies()).ask_at_the_edge(NOW)
    except AssentError:
        return False
    return True


def test_a_persons_key_has_the_scopes_that_work_without_a_role_and_no_others() -> None:
    working = {
        scope
        for route in _routes()
        if any(map(_is_allowed, route.acts))
        for scope in _scopes_of(route.dependant) or route._scopes
    }
    assert SCOPES & working == OF_KEYS
    assert {"audit:read", "audit:write", "billing:write", "tools:write"} == SCOPES - OF_KEYS
