"""The inputs that a capsule is compiled with."""

from collections.abc import Mapping
from typing import Any

from functions.capsules.rules.problems import Flawed, Problem, path_below
from functions.capsules.rules.schemas import mistakes
from functions.capsules.rules.source import CapsuleBody


def given_inputs(body: CapsuleBody, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with the defaults of those that were left out. Raises Flawed."""
    given = {
        name: inputs.get(name, each.default)
        for name, each in body.inputs.items()
        if name in inputs or each.has_default
    }
    whole = {**given, **inputs}
    found = mistakes(body.input_schema, whole)
    problems = [Problem(path_below("inputs", at), told) for at, told in found]
    if problems:
        raise Flawed(*problems)
    return whole
