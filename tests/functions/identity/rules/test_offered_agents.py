"""As which agents a person may let a client act, and what its token says."""

from datetime import timedelta
from typing import Any

import pytest

from events.members import WorkspaceRoles
from functions.identity.rules.access import claims_of, in_tenant
from functions.identity.rules.authorization import OfferedAgent, Resource
from functions.identity.rules.offered_agents import offered, usable
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.session import Session, start
from functions.identity.rules.tenant import Member
from functions.identity.rules.workspace import Workspace
from shared.agents.known import KnownAgent, StoredAgent
from tests.functions.identity.rules.test_access import NOON, TENANT_ID, _place
from tests.functions.tools.elsewhere import RIGHTS
from tests.functions.tools.worlds import AGENT, agent_state

WARD = "wsp_01JD3B1M1B0000000000000001"


def agent(rights: Any = RIGHTS, **changed: Any) -> KnownAgent:
    state = StoredAgent.model_validate(agent_state(**changed))
    return KnownAgent(state, None if rights is None else {"rights": rights})


def member(*roles: str, ward: tuple[str, ...] = ()) -> Member:
    places = (WorkspaceRoles(workspace_id=WARD, roles=ward),) if ward else ()
    return _place(roles=roles, workspaces=places)[1]


def workspace(**changed: Any) -> Workspace:
    about = {"workspace_id": WARD, "name": "Ward", "created_by": "user_1", "created_at": NOON}
    return Workspace(**{**about, **changed})


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        (("operator",), True),
        (("governor",), True),
        (("developer", "analyst"), True),
        (("tenant_admin",), True),
        (("analyst",), False),
        (("end_user",), False),
        ((), False),
    ],
)
def test_whoever_may_start_runs_lets_an_agent_act(roles: tuple[str, ...], may: bool) -> None:
    assert bool(usable([agent()], member(*roles), NOON)) == may


@pytest.mark.parametrize(
    "other",
    [
        agent(status="draft"),
        agent(status="suspended"),
        agent(status="go_live_pending"),
        agent(None),
        agent({"alone": [], "with_approval": [], "never": []}),
        agent(workspace_id=WARD),
    ],
)
def test_an_agent_that_could_not_act_is_not_offered(other: KnownAgent) -> None:
    in_ward = member("analyst", ward=("end_user",))
    everywhere = member("operator")
    for whoever in (in_ward, None, everywhere.model_copy(update={"removed_at": NOON})):
        assert usable([other], whoever, NOON) == ()
    is_elsewhere = other.state.workspace_id is not None
    assert bool(usable([other], everywhere, NOON)) == is_elsewhere


def test_roles_in_a_workspace_count_for_its_agents_while_it_is_in_use() -> None:
    here, there = agent(workspace_id=WARD), agent()
    found = usable([here, there], member("analyst", ward=("operator",)), NOON)
    assert found == (here,)
    assert offered(found, [workspace()]) == (OfferedAgent(AGENT, "counting", WARD, "Ward"),)
    assert offered(found, [workspace(archived_at=NOON)]) == ()
    assert offered(found, [None]) == ()


def signed_in(**changed: Any) -> Session:
    session = start(
        "ses_1", "user_1", NOON, client="client", provider="client", device="x", scope="tools:write"
    ).state
    return session.but(agent_id=AGENT, tenant_id=TENANT_ID, **changed)


def test_its_token_names_the_agent_and_has_no_role_and_no_right_of_the_person() -> None:
    tenant, whoever = _place(roles=("governor", "tenant_admin"))
    grant = in_tenant(TENANT_ID, tenant, whoever, scope="", session=signed_in(), at=NOON)
    assert (grant.agent_id, grant.roles, grant.scope) == (AGENT, (), "tools:write")
    said = claims_of(grant, issuer="i", audience="a", token_id="t", at=NOON)
    assert (said["sub"], said["agent"], said["roles"]) == ("user_1", AGENT, [])


@pytest.mark.parametrize("roles", [("analyst",), ("end_user",), ()])
def test_who_lost_the_role_gets_no_token(roles: tuple[str, ...]) -> None:
    tenant, whoever = _place(roles=roles)
    with pytest.raises(GrantRefused) as refused:
        in_tenant(TENANT_ID, tenant, whoever, scope="", session=signed_in(), at=NOON)
    assert refused.value.error == "access_denied"


def test_a_deputys_program_ends_with_their_time() -> None:
    until = NOON + timedelta(minutes=5)
    tenant, whoever = _place(roles=("analyst",), deputy_from=NOON, deputy_until=until)
    grant = in_tenant(TENANT_ID, tenant, whoever, scope="", session=signed_in(), at=NOON)
    assert grant.seconds(NOON) == 300
    with pytest.raises(GrantRefused):
        in_tenant(TENANT_ID, tenant, whoever, scope="", session=signed_in(), at=until)


def test_a_client_asks_for_tools_at_mcp_only() -> None:
    assert Resource("https://assent.example/mcp").scopes == {"tools:write"}
    assert "tools:write" not in Resource(None).scopes
