"""The settings of a stack; all else follows from the functions' manifests."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator
from ruamel.yaml import YAML

from infra.refusals import Refused
from shared.kit.models import Model

# Regions with all services that we use: Cloud Run, Cloud SQL, Cloud Tasks, Cloud Scheduler and a
# regional Firestore (https://cloud.google.com/about/locations).
REGIONS = (
    *("asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3"),
    *("asia-south1", "asia-southeast1", "asia-southeast2", "australia-southeast1"),
    *("europe-west1", "europe-west2", "europe-west3", "europe-west6"),
    *("northamerica-northeast1", "southamerica-east1"),
    *("us-central1", "us-east1", "us-east4", "us-west1", "us-west2"),
)

# The provider's own values that are our settings too.
OF_GOOGLE = ("project", "region")
OWN = "assent:"

# `max_connections` unless a flag says otherwise (https://cloud.google.com/sql/docs/postgres/flags).
CONNECTIONS_OF_TIER = {
    "db-f1-micro": 25,
    "db-g1-small": 50,
    "db-custom-1-3840": 100,
    "db-custom-2-7680": 400,
}

NEEDED_IN_PRODUCTION = {
    "sql_deletion_protection": "off in prod, one wrong command would delete the audit",
    "sql_backups": "off in prod, nothing could be restored to a point in time",
    "firestore_deletion_protection": "off in prod, one command would delete it all",
    "firestore_point_in_time_recovery": "off in prod, a bad write could not be undone",
    "alert_email": "missing in prod, nobody would learn of a dead letter",
}

EVERYBODY = frozenset({"allUsers", "allAuthenticatedUsers"})


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("must start with https://, or tokens would be trusted on a forged key set")
    return url.rstrip("/")


def _one_of(known: Iterable[str], why: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"is not {why}; choose one of {', '.join(known)}")
        return value

    return AfterValidator(check)


def _one_principal(member: str) -> str:
    if member in EVERYBODY or member.startswith("domain:") or "*" in member:
        raise ValueError(f"{member} is more than one known principal; name a user or a group")
    if not re.fullmatch(r"(user|group|serviceAccount):[^@\s]+@[^@\s]+", member):
        raise ValueError(f"{member} is no user:, group: or serviceAccount: with an address")
    return member


Environment = Literal["dev", "staging", "prod"]
ENVIRONMENTS = get_args(Environment)
Https = Annotated[str, AfterValidator(_https)]
Mail = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Principal = Annotated[str, AfterValidator(_one_principal)]
Region = Annotated[str, _one_of(REGIONS, "a region that we know to have all services")]
Tier = Annotated[
    str,
    _one_of(
        CONNECTIONS_OF_TIER,
        "a tier whose connections we know, so the pools cannot be checked against it",
    ),
]
ProjectId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")]


# What `GET /v1/me` shows of somebody who signed in.
PrincipalId = Annotated[str, StringConstraints(pattern=r"^user_[0-9A-Z]{26}$")]


class Settings(Model):
    """One stack's configuration, validated."""

    project: ProjectId
    region: Region = "us-central1"
    environment: Environment
    issuer: Https
    jwks_url: Https
    audience: Annotated[str, StringConstraints(min_length=1)] = "assent"
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+\.[a-z]{2,}$")] | None = None
    rp_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+\.[a-z]{2,}$")] | None = None
    passkey_origins: tuple[Https, ...] = ()
    alert_email: Mail | None = None
    billing_account: (
        Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}(-[0-9A-F]{6}){2}$")] | None
    ) = None
    budget_usd: Annotated[int, Field(ge=1, le=100_000)] = 50
    public_functions: tuple[str, ...]
    most_instances: Annotated[int, Field(ge=1, le=100)] = 20
    operators: tuple[Principal, ...] = ()
    platform_admins: tuple[PrincipalId, ...] = ()
    model_url: Https | None = None
    model_name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    model_usd_in: Annotated[float, Field(ge=0, le=100_000)] | None = None
    model_usd_out: Annotated[float, Field(ge=0, le=100_000)] | None = None
    cloud_run_sandboxes: bool = False
    language_model: bool = False
    sql_tier: Tier = "db-f1-micro"
    sql_deletion_protection: bool = True
    sql_backups: bool = True
    firestore_deletion_protection: bool = True
    firestore_point_in_time_recovery: bool = True

    @property
    def sql_connections(self) -> int:
        """The number of connections that the tier allows."""
        return CONNECTIONS_OF_TIER[self.sql_tier]

    @property
    def site_of_passkeys(self) -> str:
        """What every passkey is made for, for ever: a domain that holds the pages' hosts."""
        return self.rp_id or urlsplit(self.issuer).hostname or ""

    @property
    def origins_of_passkeys(self) -> tuple[str, ...]:
        """The origins of the pages that may ask for passkeys: identity's own, and the named."""
        issuer = urlsplit(self.issuer)
        return (f"{issuer.scheme}://{issuer.netloc}", *self.passkey_origins)

    def instances(self, wanted: int) -> int:
        """The largest number of instances on this stack for a deployable that wants as many."""
        return min(wanted, self.most_instances)

    @model_validator(mode="after")
    def _keep_production_safe(self) -> Self:
        site = self.site_of_passkeys
        for origin in self.origins_of_passkeys:
            host = urlsplit(origin).hostname or ""
            if host != site and not host.endswith(f".{site}"):
                raise ValueError(f"rp_id: no page of {host} can use passkeys of {site}")
        missing = [name for name in NEEDED_IN_PRODUCTION if not getattr(self, name)]
        if self.environment == "prod" and missing:
            reasons = [f"{name}: {NEEDED_IN_PRODUCTION[name]}" for name in missing]
            raise ValueError("\n".join(reasons))
        return self


def read_settings(values: Mapping[str, Any], stack: str = "") -> Settings:
    """The settings in a stack's values, by field name. Raises Refused with every reason; also for a
    stack that is named after one environment and configured as another: `prod-eu` is `prod`."""
    named = stack.partition("-")[0]
    if named in ENVIRONMENTS and values.get("environment") != named:
        raise Refused(
            f"environment: {values.get('environment')} on the stack {stack}, so what production "
            f"must not do without would not be asked for; say {named}"
        )
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        reasons: list[str] = []
        for problem in error.errors():
            place = ".".join(str(part) for part in problem["loc"])
            text = problem["msg"].removeprefix("Value error, ")
            reasons += [f"{place}: {text}"] if place else text.splitlines()
        raise Refused(*reasons) from error


def load_settings() -> Settings:
    """The settings of the stack that is being deployed, from its Pulumi.<stack>.yaml. Raises
    Refused with every reason."""
    import pulumi

    own, google = pulumi.Config(), pulumi.Config("gcp")
    texts = {name: own.get(name) for name in Settings.model_fields}
    texts |= {name: google.get(name) for name in OF_GOOGLE}
    values = {name: _parsed(text) for name, text in texts.items() if text is not None}
    return read_settings(values, pulumi.get_stack())


def _parsed(text: str) -> Any:
    # Pulumi passes lists as JSON; pydantic reads numbers and booleans from text itself.
    return json.loads(text) if text.startswith("[") else text


def stacks_of(root: Path) -> tuple[str, ...]:
    """The names of the stacks that have a file in `root`."""
    files = root.glob("Pulumi.*.yaml")
    return tuple(sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files))


def settings_of_stack(root: Path, stack: str) -> Settings:
    """What `pulumi up` would read for a stack, without Pulumi. Raises Refused for what it would
    refuse, and where there is no such stack."""
    file = root / f"Pulumi.{stack}.yaml"
    if not file.exists():
        known = ", ".join(stacks_of(root)) or "none"
        raise Refused(f"{file.name}: there is no such stack; there are: {known}")
    config = YAML(typ="safe").load(file.read_text())["config"]
    google = {name: config[f"gcp:{name}"] for name in OF_GOOGLE if f"gcp:{name}" in config}
    own = {key[len(OWN) :]: value for key, value in config.items() if key.startswith(OWN)}
    return read_settings(own | google, stack)
