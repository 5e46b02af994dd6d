"""Asks the provider of one route for a run: no other one is ever asked, nothing is held or kept,
and the key stays here. `runs` has reserved what the answer may cost, charges it, and has its
receipt."""

import asyncio
import json
from collections.abc import Mapping

from events.credentials import Credential
from events.model_questions import ModelAnswerView, ModelQuestionBody
from events.models import Wire, route_part
from events.operations import COMPLETE
from functions.models.aggregates import ROUTES, RUN
from functions.models.rules.model_request import PATHS, ModelRequest
from functions.models.rules.route import ModelRoute, require_wire, why_not_called
from functions.models.service import providers
from functions.models.service.answers import BrokenOff, NeverSent, ProviderRequest
from functions.models.service.keys import shown_to
from functions.models.service.providers import BUSY, OURS
from functions.models.service.redaction import redacted
from shared.agents.stops import STOPS, AgentStops
from shared.capabilities.grants import Grant
from shared.capabilities.reading import Capability
from shared.capabilities.stopped import acting, check_not_stopped
from shared.connectors import read_credentials
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import NotFound
from shared.models.chat import answer_in
from shared.models.messages import ModelFailed
from shared.storage.firestore import TenantStore
from shared.storage.states import state_in

WIRE: Wire = "chat.completions"


async def answer(
    caller: Caller, capability: Capability, name: str, body: ModelQuestionBody
) -> ModelAnswerView:
    """What the route's provider answers to a question of a run, once, or why it does not. Raises
    CapabilityRefused where the token is for another question or cannot act, Forbidden where it was
    revoked or its agent recalled, Invalid, Unavailable; then nobody was asked."""
    grant = capability.require(
        COMPLETE, body.question_id, content_hash(body.arguments), caller.received_at
    )
    try:
        route = await RUN.read(caller, ROUTES, name)
    except NotFound:
        return _failed("model_changed", f"there is no model route {name[:64]} any more")
    if route_part(route).sha256 != grant.deed.pin:
        told = f"the route {name} was set anew since the plan was compiled: compile it again"
        return _failed("model_changed", told)
    require_wire(route, WIRE)
    store = TenantStore(caller.tenant_id)
    stops, known = await asyncio.gather(
        _stops(store, grant), read_credentials(store, _credential(route))
    )
    check_not_stopped(stops, grant, caller.received_at)
    if (why := why_not_called(route, known)) is not None:
        return _failed("model_misconfigured", why)
    asked = await redacted(caller, _asked(route, body))
    try:
        async with asyncio.timeout(body.within_seconds):
            return await _of_provider(caller, route, asked, known)
    except TimeoutError:
        told = f"{name} did not answer within {body.within_seconds:.0f} seconds"
        return _failed("model_silent", told, may_pass=True, may_have_cost=True)


async def _stops(store: TenantStore, grant: Grant) -> list[AgentStops | None]:
    found = await store.get_many([(STOPS, each) for each in acting(grant)])
    return [state_in(each, AgentStops) for each in found]


def _credential(route: ModelRoute) -> tuple[str, ...]:
    return (route.credential,) if route.credential is not None else ()


def _asked(route: ModelRoute, body: ModelQuestionBody) -> ModelRequest:
    messages = [each.model_dump(mode="json") for each in body.messages]
    said = {"model": route.name, "messages": messages, "max_tokens": body.most_tokens}
    return ModelRequest(
        WIRE, said, json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")
    )


async def _of_provider(
    caller: Caller, route: ModelRoute, asked: ModelRequest, known: Mapping[str, Credential]
) -> ModelAnswerView:
    credential = known.get(route.credential or "")
    shown = await shown_to(route, caller.tenant_id, credential)
    request = ProviderRequest(PATHS[WIRE], asked.for_provider(route, route), shown.headers)
    try:
        answer = await providers.ask(route, caller.tenant_id, request)
    except NeverSent:
        told = f"no provider of {route.name} was reached"
        return _failed("model_silent", told, may_pass=True)
    except BrokenOff:
        return _broken_off(route)
    try:
        if answer.status_code != 200:
            return _refused(route, answer.status_code)
        said = await providers.whole(answer)
    except BrokenOff:
        return _broken_off(route)
    finally:
        await answer.aclose()
    try:
        heard = answer_in(shown.masked(said))
    except ModelFailed as failure:
        return _failed(failure.code, failure.detail, may_have_cost=True)
    redaction = asked.redaction_for(route)
    usage = heard.usage
    return ModelAnswerView(
        text=redaction.shown(heard.text) if redaction is not None else heard.text,
        is_cut=heard.is_cut,
        tokens_in=usage.tokens_in if usage is not None else None,
        tokens_out=usage.tokens_out if usage is not None else None,
    )


def _refused(route: ModelRoute, status: int) -> ModelAnswerView:
    if status in BUSY:
        told = f"the provider of {route.name} answered {status}"
        return _failed("model_busy", told, may_pass=True)
    if status in OURS:
        named = f" to the credential {route.credential}" if route.credential else ""
        told = f"the provider of {route.name} answered {status}{named}"
        return _failed("model_misconfigured", told)
    return _failed("model_refused", f"the provider of {route.name} answered {status}")


def _broken_off(route: ModelRoute) -> ModelAnswerView:
    told = f"the provider of {route.name} broke off"
    return _failed("model_silent", told, may_pass=True, may_have_cost=True)


def _failed(code: str, detail: str, **may: bool) -> ModelAnswerView:
    return ModelAnswerView(failure=code, detail=detail, **may)
