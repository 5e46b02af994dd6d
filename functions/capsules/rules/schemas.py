"""JSON Schemas of operations and inputs: what a value, or what an expression gives, may be."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from shared.kit.expressions import Path, in_words
from shared.kit.wording import one_of

Schema = Mapping[str, Any]
ANY: Schema = {}
# Of these, what an expression will give may change the answer.
_OF_THE_WHOLE = frozenset({
    "anyOf", "oneOf", "not", "enum", "const", "if", "uniqueItems", "contains",
})  # fmt: skip
_NAMED_SCHEMAS = 512


def mistakes(
    schema: Schema, value: Any, unknown: Sequence[Path] = ()
) -> Iterator[tuple[Path, str]]:
    """What a value has wrong by the schema, each with its place. What expressions at the `unknown`
    places give is not judged."""
    for error in _validator(json.dumps(schema, sort_keys=True)).iter_errors(value):
        at = tuple(error.instance_path)
        if at in unknown:
            continue
        keyword = str(error.schema_path[-1]) if error.schema_path else ""
        if keyword in _OF_THE_WHOLE and any(each[: len(at)] == at for each in unknown):
            continue
        yield at, _said(error.message)


def problem_with(schema: Schema) -> str | None:
    """What keeps a schema from being one; None where nothing does."""
    try:
        _validator(json.dumps(schema, sort_keys=True))
    except ValueError as error:
        return f"is no schema that can be judged: {_said(str(error).splitlines()[0])}"
    return None


def at_place(schema: Schema, place: Path) -> Schema | str:
    """The schema of what is at a place of a value; in words, what is there instead where the schema
    says that the place does not exist."""
    for number, part in enumerate(place):
        types = types_of(schema)
        if isinstance(part, int):
            if types is not None and "array" not in types:
                return f"{in_words(place[:number]) or 'it'} is no list"
            schema = schema.get("items", ANY)
            continue
        if types is not None and "object" not in types:
            return f"{in_words(place[:number]) or 'it'} is {one_of(types)}, which has no {part}"
        known = schema.get("properties")
        if known is None:
            return ANY
        if part not in known:
            if schema.get("additionalProperties", True) not in (True, None) or "required" in schema:
                return f"there is no {part}: there is {', '.join(known) or 'nothing'}"
            return ANY
        schema = known[part]
    return schema


def types_of(schema: Schema) -> frozenset[str] | None:
    """The types that the schema allows; None where it does not say."""
    said = schema.get("type")
    if said is None:
        return None
    types = {said} if isinstance(said, str) else set(said)
    return frozenset(types | ({"integer"} if "number" in types else set()))


def misfit(given: Schema, wanted: Schema) -> str | None:
    """In words, why nothing that the one schema describes is what the other one wants; None where
    something may be."""
    have, want = types_of(given), types_of(wanted)
    if have is None or want is None or have & want:
        return None
    return f"gives {one_of(have)}, where {one_of(want)} is wanted"


@lru_cache(maxsize=_NAMED_SCHEMAS)
def _validator(schema: str) -> Any:
    from jsonschema_rs import Draft202012Validator, RegexOptions

    # These regular expressions take time in proportion to the text.
    return Draft202012Validator(
        json.loads(schema), pattern_options=RegexOptions(), retriever=_fetch_nothing
    )


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")


def _said(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:299]}…"
