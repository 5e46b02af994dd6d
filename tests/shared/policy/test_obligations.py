"""What a call does with obligations: it meets them, or the answer is a deny."""

from datetime import UTC, datetime

import pytest

from docs.policies import routes
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden
from shared.policy.authorization import Authorization, principal_entity
from shared.policy.engine import Decision
from shared.policy.platform import policies_with
from shared.policy.record import context_at
from shared.policy.requests import Entity, Request, Uid
from shared.policy.sources import Source
from shared.policy.vocabulary import TAKEN_BY_CALLERS, TENANT, WITHOUT_ROUTE, Act

AT = datetime(2030, 1, 1, tzinfo=UTC)
CLINIC = Uid(TENANT, "clinic")
OBLIGING = '@id("quiet") @{} permit (principal in Role::"{}", action, resource);'
READING = Act("policies.list", TENANT, ("read_tenant",), "listing policies")


def decided(text: str, role: str, action: str) -> Decision:
    who = principal_entity("ann", CLINIC.id, {role})
    tenant = Entity(CLINIC, {"is_alone": False})
    request = Request(who.uid, action, CLINIC, context_at(AT))
    return policies_with((Source("tenant/mine", text),), 1).decide(request, (who, tenant))


@pytest.mark.parametrize("kind", ['require_approval("x")', 'redact("content")'])
def test_what_obliges_to_what_no_call_meets_is_denied_and_says_why(kind: str) -> None:
    decision = decided(OBLIGING.format(kind, "analyst"), "analyst", "policies.list")
    assert (decision.effect, decision.determining[-1]) == ("deny", "tenant/mine/quiet")
    assert decision.unmet == decision.errors[0]
    assert kind.partition("(")[0] in decision.errors[0]


@pytest.mark.parametrize("kind", ['log("x")', 'alert("x")'])
def test_what_a_call_meets_is_allowed(kind: str) -> None:
    decision = decided(OBLIGING.format(kind, "analyst"), "analyst", "policies.list")
    assert (decision.effect, decision.errors, decision.unmet) == ("allow", (), None)
    assert [each.kind for each in decision.obligations] == [kind.partition("(")[0]]


def test_what_always_holds_wins_over_obligations() -> None:
    quiet = OBLIGING.format('require_approval("x")', "governor")
    decision = decided(quiet, "governor", "policies.list")
    assert decision.is_allowed
    assert decision.obligations == ()
    assert all(each.startswith("platform/") for each in decision.determining)
    assert not decided(quiet, "governor", "audit.exports.create").is_allowed


def test_whoever_takes_an_action_itself_meets_what_it_obliges_to() -> None:
    text = OBLIGING.format('require_approval("x")', "service_runtime")
    decision = decided(text, "service_runtime", "tools.call")
    assert decision.is_allowed
    assert decision.obligations == (("require_approval", "x"),)


def test_what_callers_take_themselves_is_at_no_route_but_that_of_agents_elsewhere() -> None:
    taken = {act.action for each in routes().values() for route in each for act in route.acts}
    assert TAKEN_BY_CALLERS & taken == {"tools.call"}
    assert {each.action for each in WITHOUT_ROUTE} - taken == TAKEN_BY_CALLERS - taken


def test_a_call_that_cannot_meet_an_obligation_is_refused_with_its_name() -> None:
    text = OBLIGING.format('redact("x")', "analyst")
    policies = policies_with((Source("tenant/mine", text),), 1)
    caller = Caller("ann", CLINIC.id, frozenset(), frozenset({"analyst"}), AT, "")
    authorization = Authorization(caller, [READING], policies)
    with pytest.raises(Forbidden, match="condition: what permits it obliges to redact"):
        authorization.ask_at_the_edge(AT)
    assert authorization.decisions[-1].decision.effect == "deny"
