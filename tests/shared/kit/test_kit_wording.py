"""Every error of every model tells its reader what to write, in words that are not Python's."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.kit.models import Data, Model
from shared.kit.wording import FORMS, WORDS, field_errors, worded
from shared.manifest import load_manifests
from shared.runtime.parameters import Limit
from tests.compliance.source import ROOT

OURS = ("functions", "mobile_api", "events", "shared")
# What operators write and what a model answers: no caller reads those refusals.
APART = ("shared.manifest", "shared.kit.pricing", "functions.agents.reviewer")
# What a request's JSON, and what a query, can hold in a wrong place.
STRANGE: tuple[Any, ...] = (
    *(None, True, -1, 0, 7, 10**30, 1.5, 1e300, math.inf, math.nan),
    *("", "x", "X" * 100_000, "\ud800", "25", "2026-11-20", "2026-11-20T12:00:00"),
    *("9999-99-99T99:99:99Z", "0b0e", "0" * 64, "\u202e"),
    *([], [None], [7], ["x", "y"], [["x"]], [{}], ["x"] * 2_000),
    *({}, {"x": None}, {"x": {"x": [{}]}}, {"status": "x"}, {"op": "x"}),
    *({7: "x"}, {1, 2}, object(), b"\xff", UUID(int=1), datetime(2026, 11, 20, tzinfo=UTC)),
)


def _models() -> list[type[BaseModel]]:
    for folder in load_manifests(ROOT).folders.values():
        package = ".".join(folder.relative_to(ROOT).parts)
        for name in ("api", "reactions"):
            if (folder / f"{name}.py").exists() or (folder / name).is_dir():
                import_module(f"{package}.{name}")
    waiting: list[type[BaseModel]] = [Model, Data]
    found: dict[type[BaseModel], None] = {}
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        name = model.__module__
        is_apart = name.startswith(APART) or name.endswith(".settings")
        if model.model_fields and name.startswith(OURS) and not is_apart:
            found[model] = None
    return sorted(found, key=lambda each: (each.__module__, each.__qualname__))


def _problems(adapter: Any, value: Any) -> Iterator[Any]:
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        yield from error.errors(include_url=False)


@pytest.mark.by_day(40)
@pytest.mark.repeats
@pytest.mark.parametrize("model", _models(), ids=lambda model: str(model.__qualname__))
def test_every_error_of_every_model_is_in_our_words(model: type[BaseModel]) -> None:
    adapter = TypeAdapter(model)
    values = [*STRANGE, *({name: value} for name in model.model_fields for value in STRANGE)]
    # Those of a list that differ in their place alone are told alike.
    problems = {
        (
            each["type"],
            each["msg"],
            tuple(part for part in each["loc"] if isinstance(part, str)),
        ): each
        for value in values
        for each in _problems(adapter, value)
    }.values()
    for problem in problems:
        if problem["type"] == "string_pattern_mismatch":
            assert problem["ctx"]["pattern"] in FORMS
        elif problem["type"] != "value_error":
            assert problem["type"] in WORDS, problem
        # Where none of a choice of types fits, pydantic writes the types into the path. No caller
        # reads the errors of a private model.
        types = [part for part in problem["loc"] if "literal[" in str(part)]
        assert not types or model.__name__.startswith("_")
        words = worded(problem)
        assert words
        assert "{" not in words
        assert not words.startswith(("Input should", "Value error", "Field required", "Extra"))
        assert words[0].islower() or problem["type"] == "value_error"
    assert {"missing", "extra_forbidden"} & {problem["type"] for problem in problems} or not any(
        field.is_required() for field in model.model_fields.values()
    )


@pytest.mark.parametrize("value", ["many", "0", "101", "1.5", "9" * 5_000, ""])
def test_a_bad_parameter_is_told_in_our_words(value: str) -> None:
    (problem,) = _problems(TypeAdapter(Limit), value)
    assert worded(problem).startswith("must be ")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ({"type": "string_type", "msg": "Input should be a valid string"}, "must be text"),
        (
            {"type": "literal_error", "msg": "", "ctx": {"expected": "'low', 'medium' or 'high'"}},
            "must be low, medium or high",
        ),
        ({"type": "too_long", "msg": "", "ctx": {"max_length": 50}}, "must have at most 50 items"),
        ({"type": "string_too_short", "msg": "", "ctx": {"min_length": 1}}, "must not be empty"),
        ({"type": "value_error", "msg": "Value error, must be odd", "ctx": {}}, "must be odd"),
        ({"type": "new_in_pydantic", "msg": "Input"}, "has another form than this field takes"),
    ],
)
def test_the_words_carry_the_facts(problem: dict[str, Any], words: str) -> None:
    assert worded(problem) == words


class _Listed(Model):
    roles: Annotated[tuple[Literal["governor"], ...], Field(min_length=1)]


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ([], [("roles", "must not be empty")]),
        (["king"], [("roles.0", "must be governor")]),
        (["king", "queen"], [("roles.0", "must be governor"), ("roles.1", "must be governor")]),
    ],
)
def test_a_list_with_a_wrong_item_is_not_called_empty(
    roles: list[str], told: list[tuple[str, str]]
) -> None:
    with pytest.raises(ValidationError) as refusal:
        _Listed.model_validate({"roles": roles})
    assert [(each.field, each.message) for each in field_errors(refusal.value)] == told
