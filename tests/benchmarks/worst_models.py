"""The worst calls of models: the longest body, an answer from fallbacks, and many routes."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from emulators.demo.person import Person
from emulators.model_server import ECHO
from events.model_messages import ModelMessage
from events.model_questions import MOST_BYTES, ModelQuestionBody, question_id
from events.models import ModelRouteState, route_part
from events.operations import COMPLETE
from functions.models.service.local import MOST_SENTENCES
from functions.models.views_local import MOST_REDACTED, MOST_VALUES
from shared.capabilities.grants import Deed, Right
from shared.capabilities.minting import mint
from shared.kit.canonical import content_hash
from shared.kit.instants import parse_instant
from shared.storage.secrets import signing_key
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_tools import RunsService
from tests.journeys.world import World

_SCOPES = ("models:read", "models:write", "governance:read", "governance:write")
_LONGEST = "x" * 900_000
_PRICES = {"as_of": "2026-11-20", "page": f"https://models.example/{'x' * 400}"}
_CHEAP = {"tokens_in_usd_micros": 1, "tokens_out_usd_micros": 1}
_ROUTE = {
    "provider": "openai",
    "model": "x" * 200,
    "prices": {**_PRICES, **_CHEAP},
    "most_tokens_out": 100,
}
_MANY = 100
_NUMBERS = count(1)


@cache
def routed(scene: Scene) -> Person:
    """A governor of a tenant with more routes than a list shows."""
    gala = World(scene.platform).person("gala", _SCOPES, ("governor",))
    for number in range(_MANY):
        _set(gala, f"model-{number}", _ROUTE)
    _set(gala, "kept", {**_ROUTE, "cache_seconds": 604_800})
    _set(gala, "claude", {**_ROUTE, "provider": "anthropic"})
    _set(gala, "small", {**_ROUTE, "fallbacks": [f"model-{each}" for each in range(4)]})
    return gala


def _set(by: Person, name: str, route: dict[str, Any]) -> None:
    answer = by.send("PUT", f"/v1/model-routes/{name}", json=route)
    assert answer.is_success, answer.text


def _said(model: str) -> dict[str, Any]:
    long = {"role": "assistant", "content": _LONGEST}
    said = [{"role": "user", "content": ECHO}, long]
    return {"model": model, "messages": said, "max_tokens": 100}


@worst_of("POST", "/v1/chat/completions")
def complete(scene: Scene) -> Iterator[Call]:
    yield Call(routed(scene), "/v1/chat/completions", _said("small"))
    short = {"model": "small", "messages": [{"role": "user", "content": ECHO}]}
    yield Call(routed(scene), "/v1/chat/completions", short, what="small")
    kept = {**short, "model": "kept", "temperature": 0}
    # The second is answered by what was kept of the first.
    assert routed(scene).send("POST", "/v1/chat/completions", json=kept).is_success
    yield Call(routed(scene), "/v1/chat/completions", kept, what="kept")


@worst_of("POST", "/v1/messages")
def converse(scene: Scene) -> Iterator[Call]:
    yield Call(routed(scene), "/v1/messages", _said("claude"))


@worst_of("POST", "/v1/embeddings")
def embed(scene: Scene) -> Iterator[Call]:
    body = {"model": "small", "input": ["x" * 400] * 2_000, "encoding_format": "base64"}
    yield Call(routed(scene), "/v1/embeddings", body)


@worst_of("GET", "/v1/local-models")
def list_local_models(scene: Scene) -> Iterator[Call]:
    yield Call(routed(scene), "/v1/local-models")


@worst_of("POST", "/v1/local-models/redactions")
def redact(scene: Scene) -> Iterator[Call]:
    text = "Ada Lovelace of 12 Harley Street asked. " * 600
    yield Call(routed(scene), "/v1/local-models/redactions", {"text": text[:MOST_REDACTED]})


@worst_of("POST", "/v1/local-models/summaries")
def summarise(scene: Scene) -> Iterator[Call]:
    sentences = (f"Report {number} waits for a doctor." for number in range(MOST_SENTENCES))
    body = {"text": " ".join(sentences), "sentences": 20}
    yield Call(routed(scene), "/v1/local-models/summaries", body)


@worst_of("POST", "/v1/local-models/forecasts")
def foresee(scene: Scene) -> Iterator[Call]:
    values = [float(number % 400) for number in range(MOST_VALUES)]
    body = {"values": values, "season": 400, "horizon": 400}
    yield Call(routed(scene), "/v1/local-models/forecasts", body)


@cache
def prompting(scene: Scene) -> Person:
    """A governor of a tenant with more versions of prompts than a list shows."""
    gala = World(scene.platform).person("gala", _SCOPES, ("governor",))
    for number in range(1, _MANY + 1):
        assert gala.send("POST", "/v1/prompts", json=_prompt(number)).is_success
    return gala


def _prompt(version: int, name: str = "long") -> dict[str, Any]:
    # A draft with as many messages and variables as it may have.
    said = [{"role": "user", "content": "${{ variables.a0 }} " + "x" * 1_000}] * 50
    variables = {f"a{each}": "string" for each in range(50)}
    return {"name": name, "version": version, "messages": said, "variables": variables}


@worst_of("POST", "/v1/prompts")
def write_prompt(scene: Scene) -> Iterator[Call]:
    yield Call(prompting(scene), "/v1/prompts", _prompt(1, "new"))


@worst_of("POST", "/v1/prompts/preview")
def preview_prompt(scene: Scene) -> Iterator[Call]:
    said = {name: each for name, each in _prompt(1).items() if name not in ("name", "version")}
    values = dict.fromkeys(said["variables"], "x" * 4_000)
    yield Call(prompting(scene), "/v1/prompts/preview", {**said, "values": values})


@worst_of("GET", "/v1/prompts")
def list_prompts(scene: Scene) -> Iterator[Call]:
    for limit in LIMITS:
        path = f"/v1/prompts?limit={limit}"
        yield Call(prompting(scene), path, what=f"limit {limit}", limit=limit)
    path = f"/v1/prompts?name=long&limit={LIMITS[-1]}"
    yield Call(prompting(scene), path, what=f"of one prompt, limit {LIMITS[-1]}", limit=LIMITS[-1])


@worst_of("GET", "/v1/prompts/{name}/versions/{number}")
def show_prompt(scene: Scene) -> Iterator[Call]:
    yield Call(prompting(scene), "/v1/prompts/long/versions/1")


@worst_of("POST", "/v1/prompts/{name}/versions/{number}/activate")
def activate_prompt(scene: Scene) -> Iterator[Call]:
    yield Call(prompting(scene), "/v1/prompts/long/versions/2/activate", {})


@worst_of("POST", "/v1/prompts/{name}/versions/{number}/deprecate")
def deprecate_prompt(scene: Scene) -> Iterator[Call]:
    yield Call(prompting(scene), "/v1/prompts/long/versions/3/deprecate", {})


@worst_of("GET", "/v1/models")
def list_models(scene: Scene) -> Iterator[Call]:
    yield Call(routed(scene), "/v1/models", limit=_MANY)


@worst_of("GET", "/v1/models/{model}")
def show_model(scene: Scene) -> Iterator[Call]:
    yield Call(routed(scene), "/v1/models/small")


@worst_of("GET", "/v1/model-routes")
def list_routes(scene: Scene) -> Iterator[Call]:
    for limit in LIMITS:
        path = f"/v1/model-routes?limit={limit}"
        yield Call(routed(scene), path, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/model-routes/{name}")
def show_route(scene: Scene) -> Iterator[Call]:
    yield Call(routed(scene), "/v1/model-routes/small")


@worst_of("PUT", "/v1/model-routes/{name}")
def set_route(scene: Scene) -> Iterator[Call]:
    fallbacks = [f"model-{each}" for each in range(4)]
    yield Call(routed(scene), "/v1/model-routes/other", {**_ROUTE, "fallbacks": fallbacks})


@worst_of("POST", "/v1/model-routes/{name}/questions")
def ask_for_a_run(scene: Scene) -> Iterator[Call]:
    gala = routed(scene)
    route = ModelRouteState.model_validate(gala.get("/v1/model-routes/small"))
    body = ModelQuestionBody(
        question_id=question_id(f"turn-{next(_NUMBERS)}", "asker"),
        messages=(
            ModelMessage(role="user", content=ECHO),
            ModelMessage(role="assistant", content="x" * (MOST_BYTES // 2)),
        ),
        most_tokens=100,
        within_seconds=20.0,
    )
    now = parse_instant(scene.platform.now())
    right = Right(
        tenant_id=gala.tenant,
        run_id="run_1",
        plan_hash="a" * 64,
        agent_id="agt_1",
        agent_version="1.0.0",
    )
    deed = Deed(
        step="ask",
        operation=COMPLETE,
        invocation_id=body.question_id,
        arguments_sha256=content_hash(body.arguments),
        pin=route_part(route).sha256,
        expires_at=now + timedelta(seconds=240),
    )
    token = mint(right, deed, asyncio.run(signing_key("runs-signing-key")), now=now)
    by = RunsService(scene.platform, token)
    yield Call(by, "/v1/model-routes/small/questions", body.model_dump(mode="json"))
