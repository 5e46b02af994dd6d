"""What functions may do in Secret Manager with tenants' credentials, and with no other secret: the
one that keeps them, and the one that calls models with some of them."""

import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import ProjectGrant
from shared.kit.secret_names import CREDENTIAL, CREDENTIAL_OF_MODELS

# Nobody can be limited to making secrets of some names; whoever makes one may not read it by that.
MAKING = ("secretmanager.secrets.create",)
KEEPING = (
    "secretmanager.secrets.delete",
    "secretmanager.versions.access",
    "secretmanager.versions.add",
    "secretmanager.versions.destroy",
    "secretmanager.versions.list",
)
REMOVING = ("secretmanager.secrets.delete",)
READING = ("secretmanager.versions.access",)
MAKER, KEEPER = "assentCredentialMaker", "assentCredentialKeeper"
MODEL_READER, REMOVER = "assentModelCredentialReader", "assentCredentialRemover"


class Credentials(Part):
    """Roles and their grants. The public side of a function that keeps tenants' credentials makes
    secrets, and reads, changes and deletes those whose names begin with `credential-`; its private
    side only deletes these, when their tenant is closed, and reads none. One that
    calls models reads those whose names begin with `credential-models-`, and none of connectors.

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
        removing = [
            each.name
            for each in cloud.manifests.deployables
            if not each.public and each.manifest.access.credentials
        ]
        if removing:
            role = self._role(REMOVER, REMOVING)
            for name in removing:
                self._let_remove(name, accounts, role)
        reading = [
            each.name
            for each in cloud.manifests.deployables
            if each.public and each.manifest.access.model_credentials
        ]
        if reading:
            role = self._role(MODEL_READER, READING)
            for name in reading:
                self._let_read(name, accounts, role)
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
            only=_named(CREDENTIAL),
            after=[roles[KEEPER]],
        )

    def _let_remove(self, name: str, accounts: Accounts, role: gcp.projects.IAMCustomRole) -> None:
        ProjectGrant(
            f"{name}/may-remove-credentials",
            self,
            role=f"projects/{self.project}/roles/{REMOVER}",
            member=accounts.of_deployable[name].member,
            reason="A closed tenant's values go; the condition leaves only credentials' secrets.",
            only=_named(CREDENTIAL),
            after=[role],
        )

    def _let_read(self, name: str, accounts: Accounts, role: gcp.projects.IAMCustomRole) -> None:
        ProjectGrant(
            f"{name}/may-read-credentials-of-models",
            self,
            role=f"projects/{self.project}/roles/{MODEL_READER}",
            member=accounts.of_deployable[name].member,
            reason="Calls of models are made with these; the condition leaves no other secret.",
            only=_named(CREDENTIAL_OF_MODELS),
            after=[role],
        )


def _named(begins: str) -> str:
    """The condition that leaves only secrets whose names begin so."""
    return f'resource.name.extract("/secrets/{{name}}").startsWith("{begins}")'
