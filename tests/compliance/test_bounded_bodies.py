"""Every text, list and JSON value that a public function accepts has a bound."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from importlib import import_module
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import AfterValidator, BaseModel, Field, JsonValue, StringConstraints
from pydantic.fields import FieldInfo

from shared.kit.json_limits import JsonLimit
from shared.manifest import load_manifests
from shared.runtime.bodies import BodyReader
from shared.runtime.entry_points import _package
from tests.compliance.source import ROOT

# The items of the queue go on to `approvals`, each as a body with bounds of its own, so that one
# which is too long or not plain spoils no other.
# What is said to a model goes on to its provider, within the bound of every body.
APART = {
    "SyncBody": ["SyncBody.decisions.*"],
    "ChatBody": ["ChatBody.messages", "ChatBody.messages.*"],
    "EmbeddingsBody": ["EmbeddingsBody.input"],
    # Stripe writes it, and names of its customers may be odd; only ids of it are read, with bounds.
    "SentNotice": ["SentNotice.root"],
    "MessagesBody": ["MessagesBody.messages", "MessagesBody.messages.*"],
    "ModelQuestionBody": ["ModelQuestionBody.messages.*.content"],
}
_COLLECTIONS = (tuple, list, set, frozenset, dict)


def readers() -> Iterator[tuple[str, BodyReader]]:
    for each in load_manifests(ROOT).deployables:
        if each.public:
            router = import_module(f"{_package(each.noun)}.api").ROUTER
            for route in router.routes:
                if route.body is not None:
                    yield f"{each.noun} {route.path}", route.body


READERS = dict(readers())


def unbounded(annotation: Any, path: str, metadata: Iterable[Any] = ()) -> Iterator[str]:
    """The paths below `path` that have no bound."""
    if get_origin(annotation) is Annotated:
        annotation, *own = get_args(annotation)
        metadata = [*metadata, *own]
    marks = [each for item in metadata for each in _unpacked(item)]
    if any(isinstance(each, JsonLimit) for each in marks):
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from unbounded(field.annotation, f"{path}.{name}", field.metadata)
        return
    if not _is_bounded(annotation, marks):
        yield path
    if get_origin(annotation) in _COLLECTIONS:
        for inner in set(get_args(annotation)) - {Ellipsis}:
            yield from unbounded(inner, f"{path}.*")
    elif get_origin(annotation) in (Union, UnionType):
        for inner in get_args(annotation):
            yield from unbounded(inner, path, metadata)


def _is_bounded(annotation: Any, marks: list[Any]) -> bool:
    if annotation is JsonValue or annotation in (Any, bytes, *_COLLECTIONS):
        return False
    if annotation is str or get_origin(annotation) in _COLLECTIONS:
        return any(map(_limits_length, marks))
    return True


def _unpacked(mark: Any) -> Iterator[Any]:
    if isinstance(mark, FieldInfo):
        yield from mark.metadata
    elif isinstance(mark, AfterValidator):
        yield mark.func
    else:
        yield mark


def _limits_length(mark: Any) -> bool:
    if getattr(mark, "max_length", None):
        return True
    pattern = getattr(mark, "pattern", None) or "*"
    outside_classes = re.sub(r"\[[^\]]*\]", "", pattern)
    return bool(re.fullmatch(r"\^[^*+]*\$", outside_classes)) and ",}" not in pattern


@pytest.mark.parametrize("name", READERS)
def test_every_part_of_a_body_is_bounded(name: str) -> None:
    model = READERS[name].model
    found = list(unbounded(model, model.__name__))
    assert found == APART.get(model.__name__, [])


@pytest.mark.parametrize("name", READERS)
def test_only_what_is_passed_on_is_judged_apart(name: str) -> None:
    reader = READERS[name]
    assert reader.accepts.is_judged_apart == (reader.model.__name__ in APART)


def lax(annotation: Any, path: str, metadata: Iterable[Any] = ()) -> Iterator[str]:
    """The numbers and truths below `path` that take another kind of value for one: `true` for 1,
    `"yes"` for true. Of a union pydantic first tries what the value is."""
    if get_origin(annotation) is Annotated:
        annotation, *own = get_args(annotation)
        metadata = [*metadata, *own]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from lax(field.annotation, f"{path}.{name}", field.metadata)
    marks = [each for item in metadata for each in _unpacked(item)]
    is_strict = any(getattr(each, "strict", None) for each in marks)
    if annotation in (bool, int, float, Decimal) and not is_strict:
        yield path
    if get_origin(annotation) in _COLLECTIONS:
        for inner in set(get_args(annotation)) - {Ellipsis}:
            yield from lax(inner, f"{path}.*")
    elif get_origin(annotation) in (Union, UnionType):
        kinds = get_args(annotation)
        for inner in () if {bool, int} <= set(kinds) else kinds:
            yield from lax(inner, path, metadata)


@pytest.mark.parametrize("name", READERS)
def test_no_number_and_no_truth_is_made_of_another_value(name: str) -> None:
    model = READERS[name].model
    assert not list(lax(model, model.__name__))


class Tight(BaseModel):
    text: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,3}$")] | None
    free: Annotated[dict[str, JsonValue], AfterValidator(JsonLimit(most_bytes=10))]
    either: Literal["a", "b"]


@pytest.mark.parametrize(
    ("annotation", "found"),
    [
        (str, {""}),
        (str | None, {""}),
        (tuple[str, ...], {"", ".*"}),
        (dict[str, JsonValue], {"", ".*"}),
        (Annotated[str, StringConstraints(pattern="^[a-z]+$")], {""}),
        (Annotated[str, StringConstraints(pattern="[a-z]{1,3}")], {""}),
        (Annotated[tuple[str, ...], Field(max_length=3)], {".*"}),
        (Tight, set()),
    ],
)
def test_the_check_finds_what_has_no_bound(annotation: Any, found: set[str]) -> None:
    assert set(unbounded(annotation, "")) == found
