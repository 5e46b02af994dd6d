"""What generators of clients need of the OpenAPI document, and what it says of refusals."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.openapi import QUEUED, mend, operation_id

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "api" / "openapi.json").read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
REFERENCE = "#/components/schemas/"
# Told apart by the fields that they require; an answer says no kind.
UNTAGGED = {
    frozenset({"RecordedReceipt", "RecordedProgramReceipt"}),
    frozenset({"SyncAccepted", "SyncRefused"}),
}
# Left out where there is nothing to say, and what answers on the wires of others may leave out.
LEFT_OUT = {
    *("workspace_id", "artifacts", "attachments", "as_task"),
    *("tolerance_percent", "route", "compared", "upgrade_to", "refresh_token"),
    # Of some refusals, which a phone's queue passes on.
    *("feature", "meter", "limit", "resets_at"),
}
OF_OTHERS = {"object", "token_type"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Each object of a part of the document."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def test_no_schema_has_a_title_and_fields_named_title_stay() -> None:
    for each in parts(SCHEMAS):
        assert not isinstance(each.get("title"), str), each
    assert SCHEMAS["Problem"]["properties"]["title"] == {"type": "string"}


def test_operations_have_ids_of_their_own_that_are_names() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids)) > 200
    assert [each for each in ids if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", each)] == []


@pytest.mark.parametrize(
    ("method", "path", "is_list", "expected"),
    [
        ("get", "/v1/approvals", True, "approvals_list"),
        ("get", "/v1/approvals/{approval_id}", False, "approvals_get"),
        ("post", "/v1/approvals/{approval_id}/decisions", False, "approvals_decide"),
        ("get", "/v1/runs/{run_id}/steps", True, "runs_steps_list"),
        ("post", "/v1/runs/{run_id}/pause", False, "runs_pause"),
        ("delete", "/v1/api-keys/{key_id}", False, "api_keys_delete"),
        ("get", "/v1/me", False, "me_get"),
        ("post", "/scim/v2/.search", False, "scim_v2_search_create"),
    ],
)
def test_an_id_is_the_nouns_and_what_the_call_does(
    method: str, path: str, is_list: bool, expected: str
) -> None:
    assert operation_id(method, path, is_list=is_list) == expected


def test_two_calls_with_one_id_are_refused() -> None:
    call: dict[str, Any] = {"responses": {"200": {}}}
    schemas: dict[str, Any] = {"Problem": {"properties": {"code": {}}}}
    paths = {"/v1/a-b": {"get": {**call}}, "/v1/a.b": {"get": {**call}}}
    with pytest.raises(ValueError, match="would both be a_b_get"):
        mend({"paths": paths, "components": {"schemas": schemas}}, [])


def test_every_reference_leads_to_something() -> None:
    for each in parts(DOCUMENT):
        if isinstance(each.get("$ref"), str):
            kind, name = each["$ref"].removeprefix("#/components/").split("/")
            assert name in DOCUMENT["components"][kind]
    assert all(name.isidentifier() for name in SCHEMAS)


def test_every_refusal_has_a_form_and_those_of_ours_name_their_codes() -> None:
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            if status >= "400":
                name = answer["$ref"].removeprefix("#/components/responses/")
                content = DOCUMENT["components"]["responses"][name]["content"]
                assert all(
                    "schema" in each for kind, each in content.items() if kind != "text/html"
                )
    said = DOCUMENT["components"]["responses"]["Problem412"]["description"]
    assert "stale_decision_hash" in said
    codes = SCHEMAS["Problem"]["properties"]["code"]["x-codes"]
    assert codes["already_decided"]["statuses"] == [409]
    assert codes["unavailable"]["statuses"] == [503]


def test_unions_of_objects_say_what_tells_them_apart() -> None:
    for each in parts(DOCUMENT):
        for kind in ("oneOf", "anyOf"):
            named = [one["$ref"] for one in each.get(kind, ()) if "$ref" in one]
            if len(named) > 1 and "discriminator" not in each:
                assert frozenset(one.removeprefix(REFERENCE) for one in named) in UNTAGGED
    decisions = SCHEMAS["SyncBody"]["properties"]["decisions"]["items"]
    assert decisions["discriminator"]["propertyName"] == "action"
    assert decisions["discriminator"]["mapping"].keys() == QUEUED.keys()


def reachable(of: Any) -> set[str]:
    """The names of all schemas that a part of the document uses."""
    found: set[str] = set()
    waiting = [of]
    while waiting:
        for each in parts(waiting.pop()):
            name = str(each.get("$ref", "")).removeprefix(REFERENCE)
            if name in SCHEMAS and name not in found:
                found.add(name)
                waiting.append(SCHEMAS[name])
    return found


def test_answers_require_each_field_that_they_always_say() -> None:
    answered = [
        answer
        for _, _, operation in operations()
        for status, answer in operation["responses"].items()
        if status < "400"
    ]
    optional = {
        (name, field)
        for name in reachable(answered)
        for field in SCHEMAS[name].get("properties", {})
        if field not in SCHEMAS[name].get("required", ())
    }
    assert {field for _, field in optional} == LEFT_OUT | OF_OTHERS, sorted(optional)
    assert "missing" in SCHEMAS["ApprovalCard"]["required"]
    assert "note" not in SCHEMAS["DecisionBody"]["required"]
