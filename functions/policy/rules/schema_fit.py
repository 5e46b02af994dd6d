"""Whether the schema knows what a caller asks about."""

import json
from functools import lru_cache
from typing import Any

import cedarpy

from functions.policy.rules.questions import RequestBody
from shared.kit.errors import FieldError, Invalid
from shared.kit.wording import shortened
from shared.policy.cedars_words import misfit
from shared.policy.engine import Policies
from shared.policy.schema import Schema

_UID = 'must be an entity\'s name: {"type": …, "id": …}, both texts'
_CONTEXT = "has a value of another type than the schema's context: `at`, `hour` and `weekday`"
_LONGEST = 500
# How Cedar begins what it says about an entity, before what is wrong with it.
_BEFORE = ("error during entity deserialization: ", "entity does not conform to the schema: ")


def refuse_unfit(body: RequestBody, schema: Schema) -> None:
    """Raises Invalid, with the place, for an action, an entity or a context that the schema does
    not know: about these no policy can say anything."""
    if not schema.is_action(body.action):
        raise Invalid(FieldError("action", "must be an action of the schema, such as `tools.call`"))
    errors = _nothing_of(schema).decide_slice(body.request, body.entities).errors
    if not errors:
        return
    for number, entity in enumerate(body.entities):
        if (wrong := _misshapen(entity)) or (wrong := _misfit(entity, schema)):
            place, problem = wrong
            raise Invalid(FieldError(f"entities.{number}{place}", problem))
    raise Invalid(_placed(body.action, errors[0]))


def _misshapen(entity: dict[str, Any]) -> tuple[str, str] | None:
    """Where an entity has not Cedar's JSON form, and what to write."""
    parents = entity.get("parents")
    if not _is_uid(entity.get("uid")):
        return ".uid", _UID
    if not isinstance(entity.get("attrs"), dict):
        return ".attrs", "must be an object with the entity's attributes"
    if not isinstance(parents, list):
        return ".parents", "must be a list of entities' names"
    odd = (f".parents.{number}" for number, each in enumerate(parents) if not _is_uid(each))
    return next(((place, _UID) for place in odd), None)


def _is_uid(value: Any) -> bool:
    named = value.get("__entity", value) if isinstance(value, dict) else {}
    return isinstance(named, dict) and all(isinstance(named.get(n), str) for n in ("type", "id"))


def _misfit(entity: dict[str, Any], schema: Schema) -> tuple[str, str] | None:
    """What of an entity the schema does not know."""
    text = json.dumps([entity])
    try:
        cedarpy.Entities.from_json_str(text, schema.handle)
    except ValueError:
        detail = misfit(text, schema.handle)
        for begins in _BEFORE:
            detail = detail.removeprefix(begins)
        return "", _fits_not(detail)
    return None


@lru_cache(maxsize=1)
def _nothing_of(schema: Schema) -> Policies:
    return Policies.of(schema, (), (), "")


def _placed(action: str, said: str) -> FieldError:
    """What Cedar says about a whole request, at its place."""
    detail = said.removeprefix("failed to build request: ")
    for field in ("principal", "resource"):
        if detail.startswith((f"{field} type", f"Failed to parse {field}")):
            return FieldError(f"{field}.type", f"must be a type that the schema gives {action}")
    if detail.startswith("duplicate entity"):
        return FieldError("entities", "names an entity twice: write each once")
    told = detail.replace("`", "").partition("context, ")[2]
    return FieldError("context", _fits_not(told) if told else _CONTEXT)


def _fits_not(detail: str) -> str:
    return shortened(f"does not fit the schema: {detail}", _LONGEST)
