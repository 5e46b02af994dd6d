"""What this function owns, model routes and calls, and the budgets that it holds of and charges."""

from events.models import MODEL_ROUTES
from events.prompts import PROMPTS as PROMPTS_COLLECTION
from functions.models.rules.call import ModelCall, next_timer
from functions.models.rules.prompt import Prompt
from functions.models.rules.route import ModelRoute
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.leasing import LEASES
from shared.storage.collections import Collection

MODEL_KEY = "models-model-key"

ROUTES = Aggregate(
    noun="model_route",
    model=ModelRoute,
    collection=MODEL_ROUTES,
    id_of=lambda route: route.name,
    indexed=("set_at",),
    queried=("-set_at",),
)

CALLS = Aggregate(
    noun="model_call",
    model=ModelCall,
    collection="model_calls",
    prefix="mdc",
    id_of=lambda call: call.call_id,
    next_timer=next_timer,
    swept=lambda _: True,
)

PROMPTS = Aggregate(
    noun="prompt",
    model=Prompt,
    collection=PROMPTS_COLLECTION,
    id_of=lambda prompt: prompt.id,
    indexed=("name", "written_at"),
    composites=(("name", "-written_at"),),
    queried=("-written_at",),
)

# Answers that are kept for the same call again.
ANSWERS = Collection("model_answers")

RUN = Runner("models", ROUTES, CALLS, PROMPTS, BUDGETS, LIMITS, LEASES, collections=(ANSWERS,))
