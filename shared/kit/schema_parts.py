"""The parts of a JSON Schema (2020-12) as far as they are work: what each costs by itself, which
others judge the same value with it, and which judge what is below. Pure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from shared.kit.json_parts import parts_of
from shared.kit.pattern_work import LARGEST, hides_its_parts, pattern_work

Name = str | int | None
# How long all patterns of a schema may take to prepare, in microseconds.
LONGEST_TO_PREPARE = 60_000
LEAST_MULTIPLE = 1e-9
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_ON_THE_SAME = ("not", "if", "then", "else")
_LISTS_ON_THE_SAME = ("allOf", "anyOf", "oneOf")
_BRANCHING = frozenset({"anyOf", "oneOf"})
# Dividing by a multiple takes as long as so many comparisons.
_OF_MULTIPLES = 250


class TooCostly(ValueError):
    """The schema takes, or may take, too much work. Its text says what of it, and what to write
    instead; it goes on after the schema's name."""


@dataclass(eq=False)
class Part:
    """One object of a schema. `work`: comparisons for a value; `states` and `looking`: of its
    patterns; `evaluated`: whether it asks what others left over, for which they are asked again."""

    work: int = 1
    states: int = 0
    looking: int = 0
    lengths: int = 0
    multiples: int = 0
    unique: int = 0
    evaluated: bool = False
    name_work: int = 0
    name_states: int = 0
    name_looking: int = 0
    same: list["Part"] = field(default_factory=list)
    named: dict[str, "Part"] = field(default_factory=dict)
    any_named: list["Part"] = field(default_factory=list)
    others: list["Part"] = field(default_factory=list)
    names: list["Part"] = field(default_factory=list)
    placed: list["Part | None"] = field(default_factory=list)
    rest: list["Part"] = field(default_factory=list)
    items: list["Part"] = field(default_factory=list)


class Parts:
    """The parts of one schema, by the objects that they are. Raises TooCostly for what no value
    should be judged by."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.has_branches = False
        self._schema = schema
        self._anchors: dict[str, Any] = {}
        self._known: dict[int, Part] = {}
        self._to_prepare: dict[str, int] = {}
        for each in parts_of(schema):
            self._look_at(each)
        try:
            self.root = self._part(schema) or NOTHING
        except RecursionError:
            raise TooCostly("refers on and on: write out what is meant") from None

    def _look_at(self, each: Any) -> None:
        if not isinstance(each, dict):
            return
        if isinstance(each.get("$id"), str) and each is not self._schema:
            raise TooCostly("has a schema with an $id in it: leave that out, and name it in $defs")
        for key in ("$anchor", "$dynamicAnchor"):
            anchor = each.get(key)
            if isinstance(anchor, str) and self._anchors.setdefault(anchor, each) is not each:
                raise TooCostly(f"has the {key} {anchor[:50]!r} twice: give each its own name")
        self.has_branches = self.has_branches or not _BRANCHING.isdisjoint(each)

    def _part(self, schema: Any) -> Part | None:
        """The part that the schema is; None for one that says nothing."""
        if not isinstance(schema, dict) or not schema:
            return None
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = Part()
            self._weigh(known, schema)
            known.same = list(self._on_the_same(schema))
            self._of_objects(known, schema)
            self._of_lists(known, schema)
        return known

    def _weigh(self, part: Part, schema: Mapping[str, Any]) -> None:
        part.work += len(schema)
        types = schema.get("type")
        if isinstance(types, list) and len(types) > 7:
            raise TooCostly("has a type of more than seven: write each type once")
        for key in ("required", "dependentRequired", "dependencies"):
            part.work += sum(1 for _ in parts_of(schema.get(key)))
        for key in ("enum", "const"):
            for each in schema.get(key, ()) if key == "enum" else [schema.get(key)]:
                if isinstance(each, dict | list):
                    part.work += 4 * sum(1 for _ in parts_of(each))
        part.lengths = sum(key in schema for key in ("minLength", "maxLength"))
        part.unique = int(schema.get("uniqueItems") is True)
        multiple = schema.get("multipleOf")
        if isinstance(multiple, int | float):
            if not LEAST_MULTIPLE <= abs(multiple) < math.inf:
                raise TooCostly(f"has a multipleOf below {LEAST_MULTIPLE}: write a larger one")
            part.work += _OF_MULTIPLES
            part.multiples = 1
        if isinstance(schema.get("pattern"), str):
            states, looking = self._matching(schema["pattern"])
            part.states, part.looking = states, looking

    def _matching(self, pattern: str) -> tuple[int, int]:
        """The states of a pattern that reads a text once, and of one that does not."""
        if hides_its_parts(pattern):
            raise TooCostly("has a pattern in verbose mode (?x): write it without that")
        found = pattern_work(pattern)
        if found.states > LARGEST:
            told = f"has a pattern with more than {LARGEST} repetitions in all: use maxLength"
            raise TooCostly(told)
        self._to_prepare[pattern] = found.to_prepare
        if sum(self._to_prepare.values()) > LONGEST_TO_PREPARE:
            told = "has patterns that are too long with their repetitions counted out"
            raise TooCostly(f"{told}: use maxLength, and fewer characters of all scripts")
        return (0, found.states) if found.looks_around else (found.states, 0)

    def _on_the_same(self, schema: Mapping[str, Any]) -> Iterator[Part]:
        found: list[Any] = [
            self._referred(key, schema[key]) for key in _REFERENCES if key in schema
        ]
        found += [schema.get(key) for key in _ON_THE_SAME]
        for key in _LISTS_ON_THE_SAME:
            branches = schema.get(key)
            found += branches if isinstance(branches, list) else []
        for key in ("dependentSchemas", "dependencies"):
            given = schema.get(key)
            found += given.values() if isinstance(given, dict) else []
        yield from self._parts(found)

    def _of_objects(self, part: Part, schema: Mapping[str, Any]) -> None:
        given = schema.get("properties")
        for name, each in (given if isinstance(given, dict) else {}).items():
            part.named[name] = self._part(each) or NOTHING
        given = schema.get("patternProperties")
        for pattern, each in (given if isinstance(given, dict) else {}).items():
            states, looking = self._matching(pattern)
            part.name_work += 4
            part.name_states += states
            part.name_looking += looking
            part.any_named += self._parts([each])
        part.others += self._parts([schema.get("additionalProperties")])
        part.names += self._parts([schema.get("propertyNames")])
        part.any_named += self._parts([schema.get("unevaluatedProperties")])
        part.evaluated = not {"unevaluatedProperties", "unevaluatedItems"}.isdisjoint(schema)

    def _of_lists(self, part: Part, schema: Mapping[str, Any]) -> None:
        placed = schema.get("prefixItems")
        part.placed = [self._part(each) for each in placed] if isinstance(placed, list) else []
        part.rest += self._parts([schema.get("items")])
        part.items += self._parts([schema.get("contains"), schema.get("unevaluatedItems")])

    def _parts(self, schemas: list[Any]) -> list[Part]:
        found = (self._part(each) for each in schemas)
        return [each for each in found if each is not None]

    def _referred(self, key: str, reference: Any) -> Any:
        """What a reference within the schema names."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            told = f"has a {key} that leads out of it"
            raise TooCostly(f"{told}: write out what is meant, or name it in $defs")
        named = unquote(reference[1:])
        if named and not named.startswith("/"):
            return self._anchors.get(named)
        found: Any = self._schema
        for each in named.split("/")[1:]:
            name = each.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            elif isinstance(found, dict) and name in found:
                found = found[name]
            else:
                return None
        return found


NOTHING = Part(work=0)
