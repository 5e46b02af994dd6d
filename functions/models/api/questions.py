"""Questions of runs whose model is the tenant's own."""

from typing import Annotated

from fastapi import Depends, Request

from events.model_questions import ModelAnswerView, ModelQuestionBody
from functions.models.api.calls import TAKEN
from functions.models.service.questions import answer
from functions.models.views import RouteName
from shared.runtime.acts import does
from shared.runtime.capability_route import CAPABILITY, calls_router, capability_of
from shared.runtime.routes import Router

CALLS = calls_router()


@CALLS.post("/v1/model-routes/{name}/questions", dependencies=[Depends(CAPABILITY)])
@does("model-routes.ask", within=("execute_tool_call",), deed="asking a model for a run")
async def post_question(
    request: Request, name: RouteName, body: Annotated[ModelQuestionBody, *TAKEN]
) -> ModelAnswerView:
    """Asks the provider of one route for a step of a run, by a capability token that names exactly
    this question and the route as the plan has it. No fallback is asked, and no answer kept."""
    return await answer(request.state.caller, capability_of(request), name, body)


ROUTER = Router.joining(CALLS)
