"""What Cedar says is wrong with a request, as its sender reads it."""

import cedarpy

# How Cedar begins what it says about entities, and about a context.
_ENTITIES = "failed to parse entities from:\n"
_CONTEXT = "failed to build request: while parsing context, "
_ANYTHING = {"type": "any", "id": ""}
_ANY_REQUEST = {
    "principal": _ANYTHING,
    "action": {"type": "Action", "id": "any"},
    "resource": _ANYTHING,
    "context": "{}",
}
_NO_POLICIES = ""


def plainly(said: str) -> str:
    """Without Cedar's own steps: it calls the context a record."""
    if not said.startswith(_CONTEXT):
        return said
    return "in `context`, " + said.removeprefix(_CONTEXT).replace("the record to", "it to")


def misfit(entities: str, schema: cedarpy.Schema) -> str:
    """Which of the entities, in Cedar's JSON form, does not fit the schema, and in what: only a
    decision says so. Empty where Cedar does not say it."""
    answer = cedarpy.is_authorized(_ANY_REQUEST, _NO_POLICIES, entities, schema)
    told = "; ".join(answer.diagnostics.errors)
    return told.removeprefix(f"{_ENTITIES}{entities}: ") if told.startswith(_ENTITIES) else ""
