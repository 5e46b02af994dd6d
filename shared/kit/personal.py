"""Texts of persons in our models: which fields hold them, and whose they are."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.kit.principals import FUNCTION

M = TypeVar("M", bound=BaseModel)
# What becomes of one text: the text and its subject give another text.
Change = Callable[[str, str], str]


@dataclass(frozen=True)
class Personal:
    """Marks the texts of a field as a person's own words. They are sealed under the key of whoever
    acts or, where `of` names a field of this model or of one around it, of the principal in that
    field. Only texts of persons are sealed: what a function writes is nobody's."""

    of: str | None = None

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {**handler(schema), "x-personal": True}


PersonalText = Annotated[str, Personal()]
RequestersText = Annotated[str, Personal(of="requested_by")]


def is_person(principal: str) -> bool:
    """Whether a principal has words of its own; a function has none."""
    return bool(principal) and not principal.startswith(FUNCTION)


def changed_texts(model: M, actor: str, change: Change) -> M:
    """The model with each of its persons' texts changed; the same model where none is."""
    return _changed(model, (actor,), change)


def changed_fields(
    model: type[BaseModel], fields: Mapping[str, Any], around: BaseModel, actor: str, change: Change
) -> dict[str, Any]:
    """Some fields of a `model`, with each person's text in them changed; `around` has the fields
    that say whose they are."""
    marks = _marks(model)
    whose = (actor, around)
    return {
        name: _value(value, marks[name], whose, change) if name in marks else value
        for name, value in fields.items()
    }


def _changed(model: M, whose: tuple[Any, ...], change: Change) -> M:
    inner = (*whose, model)
    update = {}
    for name, mark in _marks(type(model)).items():
        before = getattr(model, name)
        after = _value(before, mark, inner, change)
        if after is not before:
            update[name] = after
    return model.model_copy(update=update) if update else model


def _value(value: Any, mark: Personal | None, whose: tuple[Any, ...], change: Change) -> Any:
    if isinstance(value, BaseModel):
        return _changed(value, whose, change)
    if isinstance(value, tuple):
        after = tuple(_value(each, mark, whose, change) for each in value)
        return after if any(a is not b for a, b in zip(after, value, strict=True)) else value
    if not isinstance(value, str) or mark is None or not value:
        return value
    subject = _subject(mark, whose)
    return change(value, subject) if is_person(subject) else value


def _subject(mark: Personal, whose: tuple[Any, ...]) -> str:
    actor, *models = whose
    found = (getattr(each, mark.of, None) for each in reversed(models)) if mark.of else ()
    return next((each for each in found if isinstance(each, str)), actor)


@cache
def _marks(model: type[BaseModel]) -> dict[str, Personal | None]:
    """The fields that hold texts of persons, themselves (with their mark) or in their parts."""
    found = {name: (mark_of(field), field) for name, field in model.model_fields.items()}
    return {
        name: mark
        for name, (mark, field) in found.items()
        if mark is not None or any(_is_marked(each) for each in _reached(*parts_of(field)))
    }


def _is_marked(model: type[BaseModel]) -> bool:
    return any(mark_of(field) is not None for field in model.model_fields.values())


def _reached(*models: type[BaseModel]) -> set[type[BaseModel]]:
    """The models, their parts, and so on."""
    found: set[type[BaseModel]] = set()
    ahead = list(models)
    while ahead:
        model = ahead.pop()
        if model not in found:
            found.add(model)
            ahead += [part for field in model.model_fields.values() for part in parts_of(field)]
    return found


def mark_of(field: FieldInfo) -> Personal | None:
    """The mark of a field's own texts."""
    annotations = (*field.metadata, *_within(field.annotation))
    return next((each for each in annotations if isinstance(each, Personal)), None)


def parts_of(field: FieldInfo) -> list[type[BaseModel]]:
    """The models that a field's values are, or hold."""
    within = (field.annotation, *_within(field.annotation))
    return [each for each in within if isinstance(each, type) and issubclass(each, BaseModel)]


def _within(annotation: Any) -> Iterator[Any]:
    for each in get_args(annotation):
        yield each
        yield from _within(each)
