"""What a stack and the manifests must not mean together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from infra.accounts import account_of
from infra.dangers import RESERVED_CONNECTIONS, refuse_dangers
from infra.preview.graph import ROOT
from infra.refusals import Refused
from infra.settings import CONNECTIONS_OF_TIER
from shared.manifest import Manifest, Manifests
from tests.infra.manifests import manifests, settings_for
from tests.infra.stacks import settings


def one_function(noun: str = "receipts", **content: Any) -> Manifests:
    manifest = Manifest.model_validate(
        {"summary": "A function that a test needs.", "reactions": {}, **content}
    )
    return Manifests(ROOT, {noun: manifest}, {noun: ROOT / "functions" / noun}, {}, {})


def reasons_against(chosen: Manifests, **values: Any) -> tuple[str, ...]:
    public = [each.name for each in chosen.deployables if each.public]
    with pytest.raises(Refused) as refusal:
        refuse_dangers(settings(public_functions=public, **values), chosen)
    return refusal.value.reasons


@given(chosen=manifests())
@examples(max_examples=50)
def test_functions_that_fit_are_not_refused(chosen: Manifests) -> None:
    refuse_dangers(settings_for(chosen), chosen)


@given(
    pool=st.integers(1, 10),
    instances=st.integers(1, 100),
    tier=st.sampled_from([*CONNECTIONS_OF_TIER]),
)
def test_pools_over_all_instances_of_two_revisions_fit_the_tier(
    pool: int, instances: int, tier: str
) -> None:
    chosen = one_function(reactions={"max_instances": instances}, access={"postgres": pool})
    stack = settings(public_functions=[], sql_tier=tier, most_instances=100)
    fits = 2 * pool * instances + RESERVED_CONNECTIONS <= CONNECTIONS_OF_TIER[tier]
    if fits:
        refuse_dangers(stack, chosen)
    else:
        reason = f"{tier} takes {CONNECTIONS_OF_TIER[tier]} connections"
        with pytest.raises(Refused, match=reason):
            refuse_dangers(stack, chosen)


def test_a_stack_of_fewer_instances_needs_fewer_connections() -> None:
    chosen = one_function(reactions={"max_instances": 20}, access={"postgres": 2})
    assert "sql_tier" in reasons_against(chosen)[0]
    refuse_dangers(settings(public_functions=[], most_instances=4), chosen)


def test_a_name_that_no_account_can_have_is_refused() -> None:
    name = "an-unusually-long-function"
    (reason,) = reasons_against(one_function(name))[:1]
    assert reason.startswith(f"{name}-reactions: a service account's name has 6 to 30")


def test_a_short_name_gets_a_longer_account() -> None:
    chosen = one_function("tax", http={"routes": ["/v1/tax"]})
    refuse_dangers(settings(public_functions=["tax"]), chosen)
    assert [account_of(each) for each in ("tax", "audit", "agents")] == [
        *("tax-api", "audit-api", "agents")
    ]


def test_a_reaction_that_outlasts_its_delivery_is_refused() -> None:
    chosen = one_function(reactions={"timeout": "900s"})
    assert "Pub/Sub waits 600 s" in reasons_against(chosen)[0]


def test_public_keys_that_nobody_makes_are_refused() -> None:
    chosen = one_function(access={"secrets": ["billing-public-keys"]})
    assert "no manifest names billing-signing-key" in reasons_against(chosen)[0]
