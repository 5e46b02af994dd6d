"""Asks the model of a step, and keeps what it answered before anything follows from that.

The run is committed before the model is asked, with what that may cost, and after it has answered:
whoever finds the first without the second knows that an answer was lost, and asks once more."""

from events.plan_content import (
    ModelStep,
    PlanContent,
    PlanStep,
    SkillCalls,
    calls_in,
    route_of,
)
from functions.runs.aggregates import MODEL_KEY, TURNS
from functions.runs.rules.answers import (
    after_answer,
    after_failure,
    before_asking,
    turn_key,
)
from functions.runs.rules.moves import Think
from functions.runs.rules.order import units_of
from functions.runs.rules.prices import GRAVEST_USD_IN, GRAVEST_USD_OUT, ModelTerms
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.step_under_way import Mind
from functions.runs.rules.thinking import Turn, turn_id
from functions.runs.service.clock import Clock
from functions.runs.service.routes import ask_by_route
from functions.runs.settings import settings
from shared.agents import read_agent
from shared.connectors import Operations, connectors_named, read_connectors
from shared.models.chat import ChatModel
from shared.models.messages import Answer, ModelFailed
from shared.storage.firestore import TenantStore
from shared.storage.secrets import read_secret

# A request has 30 seconds; what is left of it commits.
ANSWERED_BY_SECONDS = 26.0
NO_KEY = "none"


async def mind_of(store: TenantStore, run: Run, plan: PlanContent, clock: Clock) -> Mind:
    """What the step under way needs, where a model or a program chooses in it: the agent's rights,
    two reads, one for each turn and one for each connector that it may call. Raises ContentInvalid,
    Unavailable."""
    left = units_of(plan)[run.cursor.unit :]
    first = (unit[0].step for unit in left)
    thinking = [each for each in first if isinstance(each.does, ModelStep | SkillCalls)]
    if not thinking:
        return Mind()
    agent = await read_agent(store, run.agent_id)
    rights = agent.rights if agent is not None else Mind().rights
    turns = await _turns(store, run, left[0][0].number)
    operations = await _operations(store, run, thinking)
    return Mind(turns, rights, _terms(), clock.asker, frozenset(clock.answers), operations)


async def _operations(store: TenantStore, run: Run, steps: list[PlanStep]) -> Operations:
    named = (call.operation for step in steps for call in calls_in(step))
    return Operations(await read_connectors(store, connectors_named(named), run.workspace_id))


async def _turns(store: TenantStore, run: Run, number: int) -> tuple[Turn, ...]:
    if run.thinking is None or not run.thinking.turns:
        return ()
    ids = [turn_id(run.run_id, number, each) for each in range(run.thinking.turns)]
    documents = await store.get_many([(TURNS.collection, id) for id in ids])
    return tuple(TURNS.state_in(each.data) for each in documents if each is not None)


def _terms() -> ModelTerms | None:
    said = settings()
    if not said.model:
        return None
    usd_in, usd_out = said.model_usd_in, said.model_usd_out
    return ModelTerms(
        said.model,
        GRAVEST_USD_IN if usd_in is None else usd_in,
        GRAVEST_USD_OUT if usd_out is None else usd_out,
    )


async def think(progress: Progress, move: Think, clock: Clock, tenant_id: str) -> Steps:
    """What is committed of one turn: that the model will be asked or, once that is so, its answer.
    Raises Unavailable."""
    key = turn_key(progress.run, move)
    answer = clock.answers.get(key)
    if answer is None:
        steps = before_asking(progress, move, clock.asker, clock.now, is_late=clock.is_late)
        if steps is not None:
            return steps
        answer = clock.answers[key] = await _asked(progress.run, move, clock, tenant_id)
    if isinstance(answer, ModelFailed):
        return after_failure(progress, move, answer, clock.now)
    return after_answer(progress, move, answer, clock.asker, clock.now, is_late=clock.is_late)


async def _asked(run: Run, move: Think, clock: Clock, tenant_id: str) -> Answer | ModelFailed:
    limit = move.placed.step.timeout_seconds
    left = max(ANSWERED_BY_SECONDS - clock.elapsed, 1.0)
    within = left if limit is None else min(limit, left)
    if (route := route_of(move.placed.step)) is not None:
        return await ask_by_route(run, move, route, clock, tenant_id, within)
    key = await read_secret(MODEL_KEY)
    model = ChatModel(settings().model_url, move.terms.name, None if key == NO_KEY else key)
    try:
        return await model.complete(
            move.said.messages,
            move.said.tools,
            most_tokens=move.most_tokens,
            within_seconds=within,
        )
    except ModelFailed as failure:
        return failure
