"""A dangerous stack is refused with its reason, before anything is declared."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from infra.grants import refuse_wide
from infra.preview import graph
from infra.preview.graph import ROOT
from infra.refusals import Refused
from infra.settings import read_settings, settings_of_stack, stacks_of
from shared.manifest import load_manifests
from tests.infra.stacks import SOUND, STACKS, settings

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown region": ({"region": "mars-north1"}, "region: is not a region that we know"),
    "a project nobody can have": ({"project": "Assent"}, "project:"),
    "an unknown environment": ({"environment": "production"}, "environment:"),
    "a key set without TLS": (
        {"jwks_url": "http://issuer.example.com"},
        "jwks_url: must start with",
    ),
    "passkeys of another site": (
        {"rp_id": "another.example"},
        "rp_id: no page of",
    ),
    "passkeys for a page without TLS": (
        {"passkey_origins": ["http://console.example.com"]},
        "must start with https",
    ),
    "an issuer without TLS": ({"issuer": "issuer.example.com"}, "issuer: must start with https"),
    "a database that may be deleted": (
        {"sql_deletion_protection": False},
        "sql_deletion_protection: off in prod",
    ),
    "documents that may be deleted": (
        {"firestore_deletion_protection": False},
        "firestore_deletion_protection: off in prod",
    ),
    "no point-in-time recovery": (
        {"firestore_point_in_time_recovery": False},
        "firestore_point_in_time_recovery: off in prod",
    ),
    "no backups": ({"sql_backups": False}, "sql_backups: off in prod"),
    "nobody to tell": ({"alert_email": None}, "alert_email: missing in prod"),
    "unlimited instances": ({"most_instances": 0}, "most_instances:"),
    "too many instances": ({"most_instances": 1000}, "most_instances:"),
    "an unknown tier": ({"sql_tier": "db-n1-standard-1"}, "sql_tier: is not a tier"),
    "a grant to everybody": ({"operators": ["allUsers"]}, "allUsers is more than one"),
    "a grant to all accounts": ({"operators": ["allAuthenticatedUsers"]}, "is more than one"),
    "a grant to a domain": ({"operators": ["domain:example.com"]}, "is more than one"),
    "a grant to a wildcard": ({"operators": ["user:*@example.com"]}, "is more than one"),
    "a misspelt setting": ({"sql_deletion_protectoin": True}, "sql_deletion_protectoin: Extra"),
}


@pytest.mark.parametrize("danger", REFUSED)
def test_a_dangerous_value_is_refused_with_its_reason(danger: str) -> None:
    values, reason = REFUSED[danger]
    with pytest.raises(Refused) as refusal:
        settings(**values)
    assert any(reason in each for each in refusal.value.reasons)


PROTECTIONS = (
    *("sql_deletion_protection", "sql_backups"),
    *("firestore_deletion_protection", "firestore_point_in_time_recovery"),
)


@given(chosen=st.fixed_dictionaries({name: st.booleans() for name in PROTECTIONS}))
def test_production_has_all_its_protections_or_is_refused_for_each_it_lacks(
    chosen: dict[str, bool],
) -> None:
    lacks = {name for name, is_on in chosen.items() if not is_on}
    try:
        accepted = settings(**chosen)
    except Refused as refusal:
        told = {reason.partition(":")[0] for reason in refusal.reasons}
    else:
        told = set()
        assert all(getattr(accepted, name) for name in PROTECTIONS)
    assert told == lacks


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(Refused) as refusal:
        settings(sql_backups=False, sql_deletion_protection=False, alert_email=None)
    assert len(refusal.value.reasons) == 3


def test_what_production_must_not_do_without_development_may() -> None:
    chosen = settings(
        environment="dev",
        sql_backups=False,
        sql_deletion_protection=False,
        firestore_deletion_protection=False,
        firestore_point_in_time_recovery=False,
        alert_email=None,
    )
    assert chosen.environment == "dev"


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_of_the_checkout_is_sound(stack: str) -> None:
    assert settings_of_stack(ROOT, stack).environment == stack


def test_the_checkout_has_these_stacks() -> None:
    assert stacks_of(ROOT) == tuple(sorted(STACKS))


def test_every_stack_of_the_checkout_has_a_project_of_its_own() -> None:
    projects = [settings_of_stack(ROOT, stack).project for stack in STACKS]
    assert len(set(projects)) == len(STACKS)


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_expects_its_keys_from_the_edge_which_serves_no_files(stack: str) -> None:
    chosen = settings_of_stack(ROOT, stack)
    assert chosen.jwks_url.startswith(f"{chosen.issuer}/")
    assert urlsplit(chosen.jwks_url).hostname not in {f"{chosen.project}.web.app", chosen.domain}


@pytest.mark.parametrize("stack", STACKS)
def test_whoever_deploys_a_stack_uses_the_quota_of_its_own_project(stack: str) -> None:
    # https://www.pulumi.com/registry/packages/gcp/api-docs/billing/budget/ (User ADCs)
    config = YAML(typ="safe").load(ROOT / f"Pulumi.{stack}.yaml")["config"]
    assert config["gcp:billingProject"] == config["gcp:project"]
    # `pulumi config set` writes text.
    assert config["gcp:userProjectOverride"] in (True, "true")


@pytest.mark.parametrize("stack", ["prod", "prod-eu"])
def test_production_cannot_call_itself_something_else(stack: str) -> None:
    with pytest.raises(Refused, match=f"environment: dev on the stack {stack}"):
        read_settings(SOUND | {"environment": "dev"}, stack)
    assert read_settings(SOUND, stack).environment == "prod"
    assert read_settings(SOUND | {"environment": "dev"}, "mine").environment == "dev"


def test_a_stack_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no such stack; there are: none"):
        settings_of_stack(tmp_path, "dev")


def test_a_public_function_that_is_not_listed_is_refused() -> None:
    with pytest.raises(
        Refused, match="public_functions: mobile-api has \\[http\\] and is not listed"
    ):
        graph(settings(public_functions=["agents", "approvals", "identity", "policy"]))


def test_a_listed_function_that_does_not_exist_is_refused() -> None:
    listed = ["agents", "approvals", "audit", "identity", "mobile-api", "policy", "payroll"]
    with pytest.raises(Refused, match="payroll is listed, and no manifest has such a public side"):
        graph(settings(public_functions=listed))


def test_a_private_side_cannot_be_listed() -> None:
    listed = ["agents", "approvals", "audit", "identity", "mobile-api", "policy", "audit-reactions"]
    with pytest.raises(Refused, match="audit-reactions is listed"):
        graph(settings(public_functions=listed))


def test_nothing_is_declared_before_a_refusal() -> None:
    from infra.program import deploy

    def never(_: object) -> Any:
        raise AssertionError("something was declared")

    with pytest.raises(Refused):
        # Declaring anything without an engine would fail otherwise than with a refusal.
        deploy(settings(public_functions=[]), load_manifests(ROOT), never)


@pytest.mark.parametrize("role", ["roles/owner", "roles/editor", "roles/viewer", "roles/*"])
def test_a_role_over_everything_is_not_granted(role: str) -> None:
    with pytest.raises(Refused, match="covers everything in the project"):
        refuse_wide(role, "user:somebody@example.com")


@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers", "user:*@example.com"])
def test_a_role_is_not_granted_to_everybody(member: str) -> None:
    with pytest.raises(Refused, match="grants to everybody are not made"):
        refuse_wide("roles/run.invoker", member)
