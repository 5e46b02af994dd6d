"""What a governor reads is what was written: no text that a card shows can deceive."""

from typing import Any

import pytest

from tests.functions.approvals.api.conftest import Program
from tests.functions.approvals.api.test_approvals_api import (
    ASKED,
    SEED,
    ask,
    deciding,
    governor,
    refused,
    vetoing,
)

DECEPTIONS = {
    "turned around": "pay \u202e000,1$",
    "isolated": "a\u2066b\u2069",
    "invisible": "pay\u200b",
    "look-alike": "p\u0430yment",
}


def _with(body: dict[str, Any], path: str, text: str) -> dict[str, Any]:
    """The body with the text at a dotted path."""
    name, _, rest = path.partition(".")
    return {**body, name: _with(body.get(name, {}), rest, text) if rest else text}


@pytest.mark.parametrize("text", DECEPTIONS.values(), ids=DECEPTIONS.keys())
@pytest.mark.parametrize(
    "path",
    [
        "summary",
        "rollback_plan",
        "subject.name",
        "subject.id",
        "subject.type",
        "content.action",
        "content.deep.er",
    ],
)
async def test_a_request_is_refused(program: Program, path: str, text: str) -> None:
    body = _with(ASKED, path, text)
    refused(await program.post("/v1/approvals", body), 422, "invalid", path)


@pytest.mark.parametrize("text", DECEPTIONS.values(), ids=DECEPTIONS.keys())
async def test_evidence_is_refused(program: Program, text: str) -> None:
    answer = await program.post("/v1/approvals", {**ASKED, "evidence": ["fine", {"a": [text]}]})
    refused(answer, 422, "invalid", "evidence.1.a.0")


@pytest.mark.parametrize("text", DECEPTIONS.values(), ids=DECEPTIONS.keys())
async def test_a_key_is_refused_at_any_depth(program: Program, text: str) -> None:
    for content, field in (({text: 1}, "content"), ({"a": [{text: 1}]}, "content.a.0")):
        answer = await program.post("/v1/approvals", {**ASKED, "content": content})
        refused(answer, 422, "invalid", field)


@pytest.mark.parametrize("text", DECEPTIONS.values(), ids=DECEPTIONS.keys())
async def test_decisions_vetoes_and_reviews_are_refused(program: Program, text: str) -> None:
    card = await ask(program)
    path = f"/v1/approvals/{card['id']}"
    decision = deciding(card, "request_changes", note=text)
    refused(await governor(program).post(f"{path}/decisions", decision), 422, "invalid", "note")
    review = {"verdict": "upheld", "note": text}
    refused(await governor(program).post(f"{path}/review", review), 422, "invalid", "note")
    answer = await governor(program).post("/v1/vetoes", vetoing(card, explanation=text))
    refused(answer, 422, "invalid", "explanation")


@pytest.mark.parametrize("text", DECEPTIONS.values(), ids=DECEPTIONS.keys())
@pytest.mark.parametrize("field", ["title", "rationale"])
async def test_a_precedent_is_refused(program: Program, field: str, text: str) -> None:
    answer = await program.post("/v1/precedent-seeds", {**SEED, field: text})
    refused(answer, 422, "invalid", field)
    condition = {"field": "content.action", "op": "in", "value": ["reindex", text]}
    answer = await program.post("/v1/precedent-seeds", {**SEED, "conditions": [condition]})
    refused(answer, 422, "invalid", "conditions.0.value.1")
    condition = {"field": f"content.{text}", "op": "exists"}
    answer = await program.post("/v1/precedent-seeds", {**SEED, "conditions": [condition]})
    refused(answer, 422, "invalid", "conditions.0.field")


@pytest.mark.parametrize("name", ["gоvernor", "a b", "", "x" * 129, "governor\u200b"])
async def test_a_rule_names_nobody_who_could_be_mistaken(program: Program, name: str) -> None:
    for kind in ("role", "principal"):
        rule = {"kind": "any", "of": [{kind: name}]}
        answer = await program.post("/v1/approvals", {**ASKED, "rule": rule})
        refused(answer, 422, "invalid", f"rule.of.0.{kind}")


@pytest.mark.parametrize(
    "principal", ["mara\u202e", "m\u0430ra", "mara\u200b", "mara governor", ""]
)
async def test_a_principal_who_could_be_mistaken_is_not_authenticated(
    program: Program, principal: str
) -> None:
    refused(await program.of(principal).post("/v1/approvals", ASKED), 401, "unauthenticated")
