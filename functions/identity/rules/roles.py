"""Roles of members, and the scopes that they may have in a token."""

from collections.abc import Collection, Iterable
from typing import Literal, get_args

from functions.identity.rules.refusals import GrantRefused
from shared.kit.errors import FieldError, Invalid
from shared.kit.roles import (
    DEPUTY,
    GENESIS,
    GOVERNOR,
    OPERATOR,
    SERVICE_RUNTIME,
    TENANT_ADMIN,
    WORKSPACE_ADMIN,
)
from shared.kit.wording import one_of

# What a tenant's admin can give to people and to services; platform_admin is nobody's to give here.
MemberRole = Literal[
    "tenant_admin", "governor", "deputy", "operator", "developer", "analyst", "end_user"
]
# None that governs: a service never decides.
ServiceRole = Literal["service_runtime", "operator", "developer", "analyst", "end_user"]
WorkspaceRole = Literal[
    "workspace_admin", "governor", "deputy", "operator", "developer", "analyst", "end_user"
]
# Only an admin of the tenant gives these: whoever has one decides about what lies there.
DECIDING = frozenset({GOVERNOR, DEPUTY})
GIVEN = frozenset(get_args(MemberRole))
GIVEN_IN_WORKSPACES = frozenset(get_args(WorkspaceRole))
FOUNDER: tuple[MemberRole, ...] = ("governor", "tenant_admin")

# A principal's own things, with or without a tenant.
OWN = frozenset({"identity:read", "identity:write"})
_READS = frozenset(
    {
        *("agents:read", "approvals:read", "billing:read", "capsules:read", "governance:read"),
        *("knowledge:read", "models:read", "runs:read", "usage:read"),
    }
)
# What programs can be given: they propose and ask, and never decide, whatever place a rule has for
# the principal in whose name they act.
OF_PROGRAMS = _READS | {"agents:write", "approvals:request", "models:write"}
# Calling tools is for the service that runs an agent; who makes its keys gives what they have.
_ACTS = frozenset({"tools:write"})
OF_SERVICES = OF_PROGRAMS | _ACTS
# What a client has that acts as an agent. Whoever may start runs, in which agents act, may let it.
OF_AGENTS_ELSEWHERE = _ACTS
LETS_ACT = "runs:write"
_WORKS = OF_PROGRAMS | {
    *("approvals:write", "capsules:write", "knowledge:write", "runs:write", "usage:write"),
}
_GOVERNS = _WORKS | {"governance:write", "veto:execute"}
# Who reads the audit log may ask for an export of it, and reads what was decided by which policy.
_AUDITS = frozenset({"audit:read", "audit:write", "policies:read"})
# What a tenant's directory needs: its people and groups (RFC 7644).
_PROVISIONS = frozenset({"scim:read", "scim:write"})
_AMENDS = frozenset({"policies:write"})
# Buying is an admin's own: no key and no client that acts for them has it.
_BUYS = frozenset({"billing:write"})
_SCOPES: dict[str, frozenset[str]] = {
    TENANT_ADMIN: _WORKS | _AUDITS | _PROVISIONS | _AMENDS | _ACTS | _BUYS,
    GOVERNOR: _GOVERNS | _AUDITS | _AMENDS,
    DEPUTY: _GOVERNS | _AUDITS,
    GENESIS: _READS | _AUDITS | _AMENDS,
    OPERATOR: _WORKS | _AUDITS,
    "developer": _WORKS | _AUDITS,
    "analyst": _READS | _AUDITS,
    "end_user": frozenset(
        {
            *("agents:read", "approvals:read", "approvals:request", "approvals:write"),
            "knowledge:read",
        }
    ),
    SERVICE_RUNTIME: OF_SERVICES,
    WORKSPACE_ADMIN: _WORKS | _ACTS,
}
SCOPES = frozenset().union(*_SCOPES.values())
# What a person's key, which has no role, can use: policies allow the rest to roles only.
OF_KEYS = SCOPES - {"audit:read", "audit:write"} - _ACTS - _BUYS
# The same in a workspace: the directory is the whole tenant's.
OF_KEYS_IN_WORKSPACES = OF_KEYS - _PROVISIONS
# What a device gets that asks for nothing: neither decisions nor the principal's own things.
OF_DEVICES = _WORKS


def scopes_of(roles: Iterable[str]) -> frozenset[str]:
    """Every scope that a token for these roles may have, apart from `OWN`."""
    return frozenset().union(*(_SCOPES.get(each, frozenset()) for each in roles))


def lets_act(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may let a client act as an agent that lies where they have
    them."""
    return LETS_ACT in scopes_of(roles)


def check_kind(kind: str, roles: Collection[str]) -> None:
    """Raises Invalid for no role, and for one that members of that kind, people or services, never
    have in a tenant."""
    if not roles:
        raise Invalid(FieldError("roles", "give at least one role, or remove the member"))
    allowed = frozenset(get_args(ServiceRole)) if kind == "service" else GIVEN
    if others := sorted(frozenset(roles) - allowed):
        whose = "a service" if kind == "service" else "a person"
        raise Invalid(FieldError("roles", f"{whose} is never {others[0]}; give {one_of(allowed)}"))


def chosen(wanted: str, allowed: frozenset[str]) -> str:
    """The scope of a token: all that is allowed, or those that were asked for. Raises GrantRefused
    for one that is not allowed."""
    asked = frozenset(wanted.split()) or allowed
    if beyond := asked - allowed:
        may = one_of(allowed) if allowed else "no scope"
        detail = f"this sign-in may not have {sorted(beyond)[0][:50]!a}; it may have {may}"
        raise GrantRefused("invalid_scope", detail)
    return " ".join(sorted(asked))


def known(wanted: str) -> str:
    """The scope that a device asks for. Raises GrantRefused for a name that is no scope."""
    asked = frozenset(wanted.split()) or OF_DEVICES
    if unknown := sorted(asked - SCOPES - OWN):
        detail = f"{unknown[0][:50]!a} is no scope; there are {one_of(SCOPES | OWN)}"
        raise GrantRefused("invalid_scope", detail)
    return " ".join(sorted(asked))
