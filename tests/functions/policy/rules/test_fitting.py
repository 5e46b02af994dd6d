"""What the schema does not know is refused at its place."""

from typing import Any

import pytest

from functions.policy.rules.questions import RequestBody
from functions.policy.rules.schema_fit import refuse_unfit
from shared.kit.errors import Invalid
from shared.policy.platform import schema

CLINIC = {"type": "Tenant", "id": "clinic"}
ADA = {"type": "Principal", "id": "ada"}
TENANT = {"uid": CLINIC, "attrs": {"is_alone": False}, "parents": []}
PERSON = {
    "uid": ADA,
    "attrs": {"tenant": {"__entity": CLINIC}, "has_role": True},
    "parents": [{"type": "Role", "id": "end_user"}],
}
CONTEXT = {"at": 1, "hour": 12, "weekday": 3}
FINE = {
    "principal": ADA,
    "action": "tools.call",
    "resource": CLINIC,
    "context": CONTEXT,
    "entities": [PERSON, TENANT],
}


def refused(**fields: Any) -> tuple[str, str]:
    with pytest.raises(Invalid) as refusal:
        refuse_unfit(RequestBody.model_validate({**FINE, **fields}), schema())
    (error,) = refusal.value.errors
    assert "deserialization" not in error.message
    return error.field, error.message


def test_what_fits_is_taken() -> None:
    refuse_unfit(RequestBody.model_validate(FINE), schema())
    refuse_unfit(RequestBody.model_validate({**FINE, "entities": []}), schema())


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({"action": "tools.cal"}, "action", "must be an action of the schema"),
        ({"action": "execute_tool_call"}, "action", "must be an action of the schema"),
        ({"principal": CLINIC}, "principal.type", "the schema gives tools.call"),
        ({"principal": {"type": "No one", "id": "x"}}, "principal.type", "the schema gives"),
        ({"resource": ADA}, "resource.type", "the schema gives tools.call"),
        ({"context": {}}, "context", "to have an attribute at"),
        ({"context": {**CONTEXT, "zone": "x"}}, "context", "zone should not exist"),
        ({"context": {**CONTEXT, "hour": "x"}}, "context", "another type"),
        ({"entities": [{"uid": 1}]}, "entities.0.uid", "both texts"),
        ({"entities": [TENANT, {}]}, "entities.1.uid", "both texts"),
        ({"entities": [{"uid": CLINIC}]}, "entities.0.attrs", "must be an object"),
        ({"entities": [{**TENANT, "parents": 1}]}, "entities.0.parents", "must be a list"),
        ({"entities": [{**TENANT, "parents": [1]}]}, "entities.0.parents.0", "both texts"),
        ({"entities": [PERSON, {**TENANT, "attrs": {}}]}, "entities.1", "attribute `is_alone`"),
        ({"entities": [{**TENANT, "uid": {"type": "Thief", "id": "x"}}]}, "entities.0",
         "`Thief` which is not declared"),
        ({"entities": [TENANT, {**TENANT, "attrs": {"is_alone": True}}]}, "entities", "twice"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_at_its_place(
    fields: dict[str, Any], place: str, said: str
) -> None:
    field, message = refused(**fields)
    assert (field, said in message) == (place, True), message
