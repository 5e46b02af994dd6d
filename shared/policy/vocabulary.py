"""The words that policies are written in: who asks, about what, and which groups actions are in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.policy.requests import Entity, Uid

S = TypeVar("S", bound=BaseModel)

PRINCIPAL, ROLE, TENANT, STRANGER, PLATFORM = "Principal", "Role", "Tenant", "Stranger", "Platform"
ALL_OF_IT = Uid(PLATFORM, "assent")
ANYBODY = Uid(STRANGER, "anybody")

# Every action is in one of these; the platform's policies say who may do what is in each. The first
# eleven are the rows of the matrix of roles and actions (docs/domain.md).
GROUPS: Mapping[str, str] = {
    "manage_global_policies": "changing what holds for every tenant",
    "manage_tenants": "suspending or resuming a tenant",
    "manage_tenant": "changing the tenant itself",
    "manage_tenant_users": "managing members and invitations",
    "manage_workspace_roles": "managing who may do what in a workspace",
    "submit_conversation": "asking for something to be made",
    "approve_hitl_request": "deciding a request for approval",
    "cancel_or_retry_workflow": "cancelling a case",
    "deploy_or_update_service": "deploying a service",
    "read_audit_reports": "reading the audit log",
    "execute_tool_call": "calling a tool",
    # What approves, or leads to it; nobody does it with their own request.
    "assent": "assenting",
    "amend_policies": "changing the tenant's policies",
    "make_keys": "making a key",
    "govern": "this call",
    "read_tenant": "reading what the tenant has",
    "own_affairs": "this call",
    "read_own": "seeing what is one's own",
    # By an admin, or by a key of somebody who is one now.
    "provision": "keeping the directory",
    # A call that its function only passes on: who owns it asks again.
    "pass_on": "this call",
    "sign_in": "signing in",
}

# What policies may ask about whoever asks, and when.
_ALWAYS = """\
// Written by `python -m docs.policies` from the routes and entity types; do not change it by hand.

entity Role;
entity Platform;
entity Stranger;
entity Tenant = { is_alone: Bool };
entity Principal in [Role] = {
  tenant: Tenant,
  has_role: Bool,
  impersonator?: Principal,
  workspace?: String,
};
type Asked = { at: Long, hour: Long, weekday: Long };
"""


@dataclass(frozen=True)
class Act:
    """What a call does, for policies: an action on a resource of one type, in groups. `deed` is
    what a refusal calls it."""

    action: str
    resource: str
    within: tuple[str, ...]
    deed: str = ""

    @property
    def words(self) -> str:
        """What a refusal calls it."""
        return self.deed or GROUPS[self.within[0]]


# What others ask about before they act themselves. Of `tools.call`, `POST /mcp` asks too.
WITHOUT_ROUTE = (
    Act("platform.policies.publish", PLATFORM, ("manage_global_policies",)),
    Act("services.deploy", TENANT, ("deploy_or_update_service",)),
    Act("tools.call", TENANT, ("execute_tool_call",)),
    Act("policies.publish", TENANT, ("amend_policies",)),
)


# The caller of `POST /v1/decisions` takes these actions itself, and fulfils what a policy obliges
# to. All other actions are calls of Assent.
TAKEN_BY_CALLERS = frozenset({"platform.policies.publish", "services.deploy", "tools.call"})


@dataclass(frozen=True)
class EntityType(Generic[S]):
    """A type of Cedar, and what policies may ask about its things: `attributes` by name with their
    types in Cedar (`name?` may be missing), as `describe` reads them from a state."""

    name: str
    attributes: Mapping[str, str]
    describe: Callable[[S], Mapping[str, Any]]

    def entity(self, id: str, state: S, tenant: Uid) -> Entity:
        """The state, as policies see it."""
        return Entity(Uid(self.name, id), self.describe(state), (tenant,))

    def declared(self) -> str:
        """Its declaration in a schema."""
        fields = "".join(f"\n  {name}: {kind}," for name, kind in self.attributes.items())
        return f"entity {self.name} in [{TENANT}] = {{{fields}\n}};\n"


def people(*names: str) -> frozenset[Uid]:
    """Principals, for an attribute of the type Set<Principal>."""
    return frozenset(Uid(PRINCIPAL, each) for each in names)


def schema_of(acts: Mapping[str, Act], entity_types: Mapping[str, EntityType[Any]]) -> str:
    """The schema as Cedar text. Raises ValueError for an action in no known group, or on a type
    that is none of `entity_types`."""
    parts = [_ALWAYS, *(entity_types[each].declared() for each in sorted(entity_types))]
    parts.append("".join(f'action "{each}";\n' for each in sorted(GROUPS)))
    for name in sorted(acts):
        act = acts[name]
        if not act.within or set(act.within) - GROUPS.keys():
            raise ValueError(f"{name}: is in no group, or in one that is not known")
        if act.resource not in {*entity_types, TENANT, PLATFORM}:
            raise ValueError(f"{name}: there is no entity type {act.resource}")
        groups = ", ".join(f'"{each}"' for each in act.within)
        who = STRANGER if "sign_in" in act.within else PRINCIPAL
        parts.append(
            f'action "{name}" in [{groups}]\n'
            f"  appliesTo {{ principal: {who}, resource: {act.resource}, context: Asked }};\n"
        )
    return "\n".join(parts)
