"""Asks `models` for a step whose model is the tenant's own: the key is there, and nowhere else."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from events.model_messages import ModelMessage
from events.model_questions import ModelAnswerView, ModelQuestionBody, question_id
from events.plan_content import RoutePart
from functions.runs.rules.answers import turn_key
from functions.runs.rules.moves import Think
from functions.runs.rules.run import Run
from functions.runs.service.clock import Clock
from functions.runs.service.tokens import token_of_question
from shared.kit.errors import Unavailable
from shared.models.messages import Answer, ModelFailed, Usage
from shared.runtime.function_calls import post

MODELS = "models"
# What `models` needs beside its provider: it reads, signs nothing and commits nothing.
_BESIDES_SECONDS = 3.0
_NOT_NOW = frozenset({429, 502, 503, 504})


async def ask_by_route(
    run: Run, move: Think, route: RoutePart, clock: Clock, tenant_id: str, within_seconds: float
) -> Answer | ModelFailed:
    """What the model of the route answers, or why there is no answer: whoever may have been asked
    may have cost something, and the run has to note that. Raises Unavailable where our own key
    cannot be read."""
    step = move.placed.step
    body = ModelQuestionBody(
        question_id=question_id(turn_key(run, move), clock.asker),
        messages=tuple(
            ModelMessage(role=each.role, content=each.text) for each in move.said.messages
        ),
        most_tokens=move.most_tokens,
        within_seconds=max(within_seconds - _BESIDES_SECONDS, 1.0),
    )
    token = await token_of_question(run, step, route, body, tenant_id, clock.now)
    path = f"/v1/model-routes/{route.name}/questions"
    try:
        given = await post(MODELS, path, body, token, within_seconds=within_seconds)
        if given.status_code != 200:
            return _refused(given.status_code, given.json())
        return _heard(ModelAnswerView.model_validate_json(given.content))
    except (Unavailable, ValidationError, ValueError, AttributeError):
        detail = "nobody knows whether the model was asked"
        return ModelFailed("model_silent", detail, may_pass=True, may_have_cost=True)


def _heard(said: ModelAnswerView) -> Answer | ModelFailed:
    if said.failure is not None:
        may = {"may_pass": said.may_pass, "may_have_cost": said.may_have_cost}
        return ModelFailed(said.failure, said.detail, **may)
    usage = None
    if said.tokens_in is not None and said.tokens_out is not None:
        usage = Usage(tokens_in=said.tokens_in, tokens_out=said.tokens_out)
    return Answer(text=said.text, is_cut=said.is_cut, usage=usage)


def _refused(status: int, problem: Mapping[str, Any]) -> ModelFailed:
    """What `models` says before it asks anybody: a refusal, or that it cannot now."""
    may_pass = status in _NOT_NOW
    code = "model_busy" if may_pass else "model_refused"
    detail = str(problem.get("detail") or problem.get("title") or f"models answered {status}")
    # Whatever stands between us answers otherwise, and nobody knows what happened behind it.
    may_have_cost = status >= 500 and problem.get("code") != Unavailable.code
    return ModelFailed(code, detail[:500], may_pass=may_pass, may_have_cost=may_have_cost)
