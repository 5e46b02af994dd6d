"""JSON Schemas (2020-12) that strangers wrote, and values held against them.

Guaranteed for every schema that is no more than `JsonLimit` lets through, and every such value:
judging takes 50 milliseconds of a processor at most, or is refused before it begins, with what to
write instead. Nothing is fetched."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.kit.schema_parts import TooCostly
from shared.kit.schema_work import MOST_LOOKS, SchemaWork

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

__all__ = ["Fault", "TooCostly", "faults", "unjudgeable"]

Schema = Mapping[str, Any]
_KEPT = 256
# In units of `SchemaWork`. Telling a fault takes a thousand times what finding it takes, and of
# alternatives each tells its own.
_ALL_TOLD = 1_500
_UNTOLD = "does not fit; give fewer parts at once to be told where"


class Fault(NamedTuple):
    """What of a value does not fit. `place`: as the value has it, with keys that may be personal;
    `named`: with the position, counted from 1, of each key that the schema does not name. `keeps`:
    which part of the schema it does not keep. `message` quotes the value. `is_whole`: nobody looked
    where it is."""

    place: tuple[str | int, ...]
    named: tuple[str, ...]
    keeps: tuple[str, ...]
    message: str
    is_whole: bool = False


class _Judge:
    """One schema, made ready."""

    def __init__(self, schema: Schema) -> None:
        from jsonschema_rs import Draft202012Validator, FancyRegexOptions

        self.work = SchemaWork(schema)
        # What looks around gives up early; all else takes time in proportion to the text.
        self.validator = Draft202012Validator(
            dict(schema),
            pattern_options=FancyRegexOptions(backtrack_limit=MOST_LOOKS),
            retriever=_fetch_nothing,
            validate_formats=False,
        )

    def faults(self, value: Any) -> tuple[Fault, ...]:
        work = self.work.work(value)
        if self.validator.is_valid(value):
            return ()
        if work <= _ALL_TOLD:
            return tuple(self._fault(each, value) for each in self.validator.iter_errors(value))
        if self.work.has_branches:
            return (Fault((), (), (), _UNTOLD, is_whole=True),)
        from jsonschema_rs import ValidationError

        try:
            self.validator.validate(value)
        except ValidationError as error:
            return (self._fault(error, value),)
        return ()

    def _fault(self, error: "ValidationError", value: Any) -> Fault:
        place = tuple(error.instance_path)
        keeps = tuple(map(str, error.schema_path))
        return Fault(place, self.work.named(value, place), keeps, error.message)


def faults(schema: Schema, value: Any) -> tuple[Fault, ...]:
    """What of the value does not fit the schema: all of it where that is little, else the first, or
    that something does not. Raises TooCostly where judging takes too much work, ValueError where
    the schema is none, or the value has no JSON form."""
    judge = _judge(json.dumps(schema, sort_keys=True))
    if isinstance(judge, ValueError):
        raise judge
    return judge.faults(value)


def unjudgeable(schema: Schema) -> str | None:
    """Why no value can be judged by the schema, after "the schema"; None where values can be."""
    judge = _judge(json.dumps(schema, sort_keys=True))
    if isinstance(judge, TooCostly):
        return str(judge)
    if isinstance(judge, ValueError):
        return f"is no JSON Schema: {str(judge).splitlines()[0][:200]}"
    return None


@lru_cache(maxsize=_KEPT)
def _judge(schema: str) -> _Judge | ValueError:
    try:
        return _Judge(json.loads(schema))
    except (ValueError, RecursionError) as error:
        return error if isinstance(error, ValueError) else TooCostly("is nested too deeply")


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched")
