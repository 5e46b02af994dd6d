"""What the function that keeps tenants' credentials may do in Secret Manager: to these, and to no
other secret."""

import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import ProjectGrant
from shared.kit.secret_names import CREDENTIAL

# Nobody can be limited to making secrets of some names; whoever makes one may not read it by that.
MAKING = ("secretmanager.secrets.create",)
KEEPING = (
    "secretmanager.secrets.delete",
    "secretmanager.versions.access",
    "secretmanager.versions.add",
    "secretmanager.versions.destroy",
    "secretmanager.versions.list",
)
MAKER, KEEPER = "assentCredentialMaker", "assentCredentialKeeper"


class Credentials(Part):
    """Two roles and their grants to the public side of each function that keeps tenants'
    credentials: it makes secrets, and reads, changes and deletes those whose names begin with
    `credential-`.

    Deliberately not: the secrets themselves. The function makes one for each credential when a
    tenant stores it, so they are not in Pulumi's state."""

    def __init__(self, cloud: Cloud, accounts: Accounts) -> None:
        super().__init__(cloud)
        keeping = [
            each.name
            for each in cloud.manifests.deployables
            if each.public and each.manifest.access.credentials
        ]
        if keeping:
            roles = {MAKER: self._role(MAKER, MAKING), KEEPER: self._role(KEEPER, KEEPING)}
            for name in keeping:
                self._let_keep(name, accounts, roles)
        self.register_outputs({})

    def _role(self, role: str, permissions: tuple[str, ...]) -> gcp.projects.IAMCustomRole:
        return gcp.projects.IAMCustomRole(
            f"credentials/{role}",
            project=self.project,
            role_id=role,
            title=role,
            permissions=list(permissions),
            opts=self.inside(),
        )

    def _let_keep(
        self, name: str, accounts: Accounts, roles: dict[str, gcp.projects.IAMCustomRole]
    ) -> None:
        member = accounts.of_deployable[name].member
        ProjectGrant(
            f"{name}/may-make-credentials",
            self,
            role=f"projects/{self.project}/roles/{MAKER}",
            member=member,
            reason="A secret that is not there yet has no grants; making one lets nobody read it.",
            after=[roles[MAKER]],
        )
        ProjectGrant(
            f"{name}/may-keep-credentials",
            self,
            role=f"projects/{self.project}/roles/{KEEPER}",
            member=member,
            reason="Tenants' secrets come and go; the condition leaves only those of credentials.",
            only=f'resource.name.extract("/secrets/{{name}}").startsWith("{CREDENTIAL}")',
            after=[roles[KEEPER]],
        )
