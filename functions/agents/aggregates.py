"""What this function owns: agents, creation cases, the tenant's pipeline, and names."""

from events.pipelines import PipelineState
from functions.agents.rules.agent import Agent
from functions.agents.rules.breaker import LastRollback
from functions.agents.rules.case import REVISION_DUE, CreationCase
from functions.agents.rules.entity_types import AGENT, CASE
from functions.agents.rules.postponement import agent_postponed, case_postponed
from functions.agents.rules.review import STAGE_DUE
from shared.aggregates.aggregate import Aggregate, DueTimer
from shared.aggregates.postponement import Postponement
from shared.aggregates.runner import Runner
from shared.kit.transitions import Transition
from shared.kit.workspaces import WORKSPACE
from shared.storage.collections import Collection

# One document per taken name, so that the second claim of a name loses the race.
NAMES = "agent_names"
CREATION = "creation"
LAST_ROLLBACK = "last_rollback"
OWN_KEYS = "agents-public-keys"
APPROVALS_KEYS = "approvals-public-keys"
SIGNING_KEY = "agents-signing-key"


def _agent_timer(agent: Agent) -> DueTimer | None:
    return (agent.timer.type, agent.timer.at) if agent.timer else None


def _case_timer(case: CreationCase) -> DueTimer | None:
    if case.review is not None:
        return STAGE_DUE, case.review.next_at
    return (REVISION_DUE, case.revisable_until) if case.revisable_until else None


AGENTS = Aggregate(
    noun="agent",
    model=Agent,
    collection="agents",
    prefix="agt",
    indexed=("status", "name", "depends_on", "created_at"),
    composites=((WORKSPACE, "-created_at"),),
    queried=("depends_on[]", "-created_at"),
    next_timer=_agent_timer,
    entity_type=AGENT,
    postponement=Postponement(agent_postponed, Transition),
    in_workspaces=True,
)

CASES = Aggregate(
    noun="creation_case",
    model=CreationCase,
    collection="creation_cases",
    prefix="cas",
    id_of=lambda case: case.case_id,
    indexed=("status", "requested_at", "ended_at"),
    composites=(
        ("status", "-requested_at"),
        (WORKSPACE, "-requested_at"),
        (WORKSPACE, "status", "-requested_at"),
    ),
    queried=("status", "-requested_at", "-ended_at"),
    next_timer=_case_timer,
    entity_type=CASE,
    postponement=Postponement(case_postponed, Transition),
    in_workspaces=True,
)

PIPELINES = Aggregate(
    noun="pipeline", model=PipelineState, collection="pipelines", id_of=lambda _: CREATION
)

ROLLBACKS = Aggregate(
    noun="rollback", model=LastRollback, collection="pipelines", id_of=lambda _: LAST_ROLLBACK
)

RUN = Runner("agents", AGENTS, CASES, PIPELINES, ROLLBACKS, collections=[Collection(NAMES)])
