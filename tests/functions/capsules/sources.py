"""Capsules as they are read from their text, and compiled with the rights of an agent."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

import pytest
from fastapi import Request

from events.plan_content import PlanStep
from events.specs import Spec
from functions.capsules.api import SourceBody
from functions.capsules.rules.compiler import Compiled, Source, compile_capsule
from functions.capsules.rules.completions import Models, Routes
from functions.capsules.rules.lint import lint
from functions.capsules.rules.problems import Flawed, refusal
from functions.capsules.rules.prompts import Prompts
from functions.capsules.rules.source import CapsuleBody
from shared.kit.contents import Content
from shared.kit.errors import AssentError
from shared.runtime.bodies import YAML, Accepts, BodyReader
from tests.functions.capsules.agents import part_of, rights_of, spec_of

_, _, _ACCEPTS = get_args(SourceBody)
assert isinstance(_ACCEPTS, Accepts)
_READER = BodyReader(CapsuleBody, SourceBody, _ACCEPTS)
MODEL = "small-1"
HEAD = "capsule: a-test\nversion: 1.0.0\nagent: stock-keeper\n"


def read(text: str, media_type: str = YAML) -> CapsuleBody:
    """The capsule in a text, as the API reads it. Raises what the API answers."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": text.encode(), "more_body": False}

    headers = [(b"content-type", media_type.encode())]
    body = asyncio.run(_READER(Request({"type": "http", "headers": headers}, receive)))
    assert isinstance(body, CapsuleBody)
    return body


def source_of(
    text: str,
    spec: Spec | None = None,
    model: str = MODEL,
    prompts: Prompts | None = None,
    routes: Routes = MappingProxyType({}),
) -> Source:
    """The capsule with an agent that has the rights of the spec."""
    spec = spec or spec_of()
    body = read(text)
    checksum = Content.of({"source": text}).hash
    what = (body, checksum, part_of(spec), rights_of(spec), 500_000, "0" * 64)
    return Source(*what, models=Models(model, routes), prompts=prompts or {})


def compiled(
    text: str,
    inputs: Mapping[str, Any] | None = None,
    spec: Spec | None = None,
    others: Mapping[str, Source] | None = None,
    model: str = MODEL,
    prompts: Prompts | None = None,
    routes: Routes = MappingProxyType({}),
) -> Compiled:
    """The plan of a capsule that is published. Raises what the API answers."""
    source = source_of(text, spec, model, prompts, routes)
    try:
        lint(source.body)
        return compile_capsule(source, inputs or {}, others or {})
    except Flawed as flawed:
        raise refusal(flawed.problems, text) from flawed


def refused(
    text: str,
    inputs: Mapping[str, Any] | None = None,
    spec: Spec | None = None,
    others: Mapping[str, Source] | None = None,
    model: str = MODEL,
    prompts: Prompts | None = None,
    routes: Routes = MappingProxyType({}),
) -> dict[str, str]:
    """What is said of each field of a capsule that is refused."""
    with pytest.raises(AssentError) as caught:
        compiled(text, inputs, spec, others, model, prompts, routes)
    assert caught.value.http_status in (400, 422)
    return {each.field: each.message for each in caught.value.errors}


def steps(
    text: str, inputs: Mapping[str, Any] | None = None, spec: Spec | None = None
) -> dict[str, PlanStep]:
    """The steps of the plan, by id."""
    return {each.id: each for each in compiled(text, inputs, spec).plan.steps}
