"""What policies may ask about members, workspaces and keys."""

from functions.identity.rules.api_key import ApiKey
from functions.identity.rules.service_principal import is_service
from functions.identity.rules.tenant import Member
from functions.identity.rules.workspace import Workspace
from shared.policy.requests import Uid
from shared.policy.vocabulary import PRINCIPAL, ROLE, EntityType

MEMBER: EntityType[Member] = EntityType(
    "Member",
    {"principal": "Principal", "roles": "Set<Role>"},
    lambda member: {
        "principal": Uid(PRINCIPAL, member.principal_id),
        "roles": frozenset(Uid(ROLE, each) for each in member.roles),
    },
)
API_KEY: EntityType[ApiKey] = EntityType(
    "ApiKey",
    {"maker": "Principal", "of_service": "Bool", "workspace?": "String"},
    lambda key: {
        "maker": Uid(PRINCIPAL, key.principal_id),
        "of_service": is_service(key.principal_id),
        "workspace": key.workspace_id,
    },
)
WORKSPACE: EntityType[Workspace] = EntityType(
    "Workspace",
    {"is_archived": "Bool"},
    lambda workspace: {"is_archived": workspace.archived_at is not None},
)
