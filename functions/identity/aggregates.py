"""What this function owns: on the platform principals, their links, sessions and passkeys, the
requests of devices, what clients were let in for, and the short names and domains of tenants; in
each tenant itself, its control document, its members, workspaces, invitations, keys, issuer and
directory."""

from functions.identity.rules.api_key import ApiKey
from functions.identity.rules.client_grant import ClientGrant
from functions.identity.rules.device_grant import DeviceGrant
from functions.identity.rules.directory import DirectoryGroup, DirectoryName, DirectoryUser
from functions.identity.rules.entity_types import API_KEY, MEMBER, WORKSPACE
from functions.identity.rules.impersonation import ACCESS_ID, Impersonation, SupportAccess
from functions.identity.rules.invitation import Invitation
from functions.identity.rules.passkey import Passkey
from functions.identity.rules.principal import Principal, SignInLink
from functions.identity.rules.session import PlatformSeat, Session
from functions.identity.rules.sso import ID as SSO_ID
from functions.identity.rules.sso import DomainClaim, Sso
from functions.identity.rules.suspension import closing_timer
from functions.identity.rules.tenant import Member, SlugClaim, Tenant
from functions.identity.rules.workspace import Workspace
from shared.aggregates import Aggregate, Runner
from shared.kit.control import COLLECTION, ENDED_SESSIONS, ID, Control, EndedSessions
from shared.kit.workspaces import WORKSPACE as WORKSPACE_ID

PRINCIPALS = Aggregate(noun="principal", model=Principal, collection="principals")
LINKS = Aggregate(
    noun="sign_in_link",
    model=SignInLink,
    collection="sign_in_links",
    id_of=lambda link: link.link_id,
)
SESSIONS = Aggregate(
    noun="session",
    model=Session,
    collection="sessions",
    prefix="ses",
    indexed=("principal_id", "started_at"),
    composites=(("principal_id", "-started_at"),),
)
SEATS = Aggregate(
    noun="platform_seat",
    model=PlatformSeat,
    collection="platform_seats",
    id_of=lambda seat: seat.principal_id,
)
PASSKEYS = Aggregate(noun="passkey", model=Passkey, collection="passkeys", prefix="pky")
DEVICE_GRANTS = Aggregate(
    noun="device_grant",
    model=DeviceGrant,
    collection="device_grants",
    id_of=lambda grant: grant.user_code,
)
CLIENT_GRANTS = Aggregate(
    noun="client_grant",
    model=ClientGrant,
    collection="client_grants",
    prefix="cgr",
    id_of=lambda grant: grant.grant_id,
)
SLUGS = Aggregate(
    noun="tenant_slug", model=SlugClaim, collection="tenant_slugs", id_of=lambda claim: claim.slug
)
DOMAINS = Aggregate(
    noun="mail_domain", model=DomainClaim, collection="mail_domains", id_of=lambda each: each.domain
)
# Which sessions' tokens are refused in a tenant: of the platform, as sessions are.
ENDED = Aggregate(
    noun="ended_sessions",
    model=EndedSessions,
    collection=ENDED_SESSIONS,
    id_of=lambda ended: ended.place,
)

CONTROLS = Aggregate(
    noun="control",
    model=Control,
    collection=COLLECTION,
    id_of=lambda _: ID,
    initial=lambda _: Control(),
)
TENANTS = Aggregate(
    noun="tenant",
    model=Tenant,
    collection="tenant_records",
    prefix="ten",
    next_timer=closing_timer,
)
MEMBERS = Aggregate(
    noun="member",
    model=Member,
    collection="members",
    id_of=lambda member: member.principal_id,
    indexed=("joined_at",),
    queried=("-joined_at",),
    entity_type=MEMBER,
)
WORKSPACES = Aggregate(
    noun="workspace",
    model=Workspace,
    collection="workspaces",
    prefix="wsp",
    indexed=("created_at",),
    queried=("-created_at",),
    entity_type=WORKSPACE,
)
INVITATIONS = Aggregate(
    noun="invitation",
    model=Invitation,
    collection="invitations",
    prefix="inv",
    indexed=("created_at",),
    queried=("-created_at",),
)
KEYS = Aggregate(
    noun="api_key",
    model=ApiKey,
    collection="api_keys",
    prefix="key",
    id_of=lambda key: key.key_id,
    indexed=("created_at",),
    composites=((WORKSPACE_ID, "-created_at"),),
    queried=("-created_at",),
    entity_type=API_KEY,
    in_workspaces=True,
)
SSO = Aggregate(noun="sso", model=Sso, collection="sso", id_of=lambda _: SSO_ID)
USERS = Aggregate(
    noun="directory_user",
    model=DirectoryUser,
    collection="directory_users",
    id_of=lambda user: user.entry_id,
    indexed=("is_listed", "external_id"),
    queried=("is_listed", "external_id"),
)
GROUPS = Aggregate(
    noun="directory_group",
    model=DirectoryGroup,
    collection="directory_groups",
    prefix="grp",
    id_of=lambda group: group.entry_id,
    indexed=("is_listed", "external_id", "members"),
    queried=("is_listed", "external_id", "members[]"),
)
NAMES = Aggregate(
    noun="directory_name",
    model=DirectoryName,
    collection="directory_names",
    id_of=lambda name: name.name_id,
)
IMPERSONATIONS = Aggregate(
    noun="impersonation",
    model=Impersonation,
    collection="impersonations",
    prefix="ses",
    id_of=lambda each: each.session_id,
    indexed=("started_at",),
    queried=("-started_at",),
)
SUPPORT_ACCESS = Aggregate(
    noun="support_access",
    model=SupportAccess,
    collection="support_access",
    id_of=lambda _: ACCESS_ID,
)

RUN = Runner(
    "identity",
    *(PRINCIPALS, LINKS, SESSIONS, ENDED, SEATS, PASSKEYS),
    *(DEVICE_GRANTS, CLIENT_GRANTS, SLUGS, DOMAINS),
    *(CONTROLS, TENANTS, MEMBERS, WORKSPACES, INVITATIONS, KEYS),
    *(SSO, USERS, GROUPS, NAMES, IMPERSONATIONS, SUPPORT_ACCESS),
    in_stopped=True,
)
