"""JSON Schemas of operations and inputs: what a value, or what an expression gives, may be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.kit.expressions import Path, in_words
from shared.kit.schemas import TooCostly, faults, unjudgeable
from shared.kit.wording import one_of

Schema = Mapping[str, Any]
ANY: Schema = {}
# Whether a value satisfies these may depend on what an expression will give.
_OF_THE_WHOLE = frozenset({
    "anyOf", "oneOf", "not", "enum", "const", "if", "uniqueItems", "contains",
})  # fmt: skip


def mistakes(
    schema: Schema, value: Any, unknown: Sequence[Path] = ()
) -> Iterator[tuple[Path, str]]:
    """What a value has wrong by the schema, each with its place. What expressions at the `unknown`
    places give is not judged; who makes the call judges all of it."""
    try:
        found = faults(schema, value)
    except TooCostly as error:
        yield (), f"cannot be judged, as its schema {error}"
        return
    for each in found:
        at = each.place
        if at in unknown:
            continue
        keyword = each.keeps[-1] if each.keeps else ""
        is_whole = each.is_whole or keyword in _OF_THE_WHOLE
        if is_whole and any(place[: len(at)] == at for place in unknown):
            continue
        yield at, _said(each.message)


def problem_with(schema: Schema) -> str | None:
    """What keeps a schema from being one; None where nothing does."""
    told = unjudgeable(schema)
    return None if told is None else _said(told)


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


def _said(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:299]}…"
