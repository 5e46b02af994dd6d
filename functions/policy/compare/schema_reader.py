"""Reads a Cedar schema that Cedar itself has rendered."""

import re
from collections.abc import Iterator
from functools import lru_cache

from functions.policy.compare.schema import (
    NOTHING,
    PLAIN,
    Action,
    ComparedSchema,
    EntityOf,
    EntityType,
    Extension,
    Plain,
    RecordOf,
    SetOf,
    Type,
)


@lru_cache(maxsize=4)
def read_schema(rendered: str) -> ComparedSchema:
    """The schema of a text that Cedar has rendered: `str()` of a `cedarpy.Schema`."""
    reading = SchemaReading(rendered)
    reading.declarations()
    return ComparedSchema(reading.entity_types, reading.actions)


_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|Action::(?=")|\w+(?:::\w+)*|[^\s\w]')
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|(.))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


class SchemaReading:
    """Reads what Cedar rendered, which is well formed and always in the same order."""

    def __init__(self, rendered: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(rendered)
        self._at = 0
        self._common: dict[str, int] = {}
        self._declared = {
            after
            for before, after in zip(self._tokens, self._tokens[1:], strict=False)
            if before == "entity"
        }
        self.entity_types: dict[str, EntityType] = {}
        self.actions: dict[str, Action] = {}

    def declarations(self) -> None:
        """Reads types first, since entities and actions name them."""
        for wanted in ("type", "entity", "action"):
            self._at = 0
            while self._at < len(self._tokens):
                kind = self._next()
                assert kind != "namespace", "Schemas of ours have no namespaces."
                if kind == wanted:
                    getattr(self, f"_{kind}")()
                else:
                    self._skip()
                self._take(";")

    def _skip(self) -> None:
        while self._tokens[self._at] != ";":
            self._at += 1

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, *wanted: str) -> bool:
        if self._tokens[self._at] not in wanted:
            return False
        self._at += 1
        return True

    def _type(self) -> None:
        name = self._next()
        self._take("=")
        self._common[name] = self._at
        self._skip()

    def _entity(self) -> None:
        name = self._next()
        if self._take("enum"):
            self.entity_types[name] = EntityType(choices=tuple(self._names()))
            return
        parents = tuple(self._names()) if self._take("in") else ()
        attributes = self._kind() if self._take("=") else NOTHING
        if self._take("tags"):
            self._kind()
        assert isinstance(attributes, RecordOf), "Cedar takes records as shapes only."
        self.entity_types[name] = EntityType(attributes, parents)

    def _action(self) -> None:
        name = _bare(self._next())
        groups = tuple(self._names()) if self._take("in") else ()
        parts: dict[str, Type | tuple[str, ...]] = {}
        if self._take("appliesTo"):
            self._take("{")
            while not self._take("}"):
                part = self._next()
                self._take(":")
                parts[part] = self._kind() if part == "context" else tuple(self._names())
                self._take(",")
        self.actions[name] = Action(
            groups,
            parts.get("principal", ()),  # type: ignore[arg-type]
            parts.get("resource", ()),  # type: ignore[arg-type]
            parts.get("context", NOTHING),  # type: ignore[arg-type]
        )

    def _names(self) -> Iterator[str]:
        if not self._take("["):
            yield _bare(self._next())
            return
        while not self._take("]"):
            self._take("Action::")
            yield _bare(self._next())
            self._take(",")

    def _kind(self) -> Type:
        name = self._next()
        if name == "{":
            return RecordOf(tuple(self._attributes()))
        if name == "Set":
            self._take("<")
            element = self._kind()
            self._take(">")
            return SetOf(element)
        if name in self._common:
            return self._named(self._common[name])
        if name in self._declared:
            return EntityOf(name)
        bare = name.removeprefix("__cedar::")
        return Plain(bare) if bare in PLAIN else Extension(bare)

    def _named(self, at: int) -> Type:
        here, self._at = self._at, at
        kind = self._kind()
        self._at = here
        return kind

    def _attributes(self) -> Iterator[tuple[str, Type, bool]]:
        while not self._take("}"):
            name = _bare(self._next())
            required = not self._take("?")
            self._take(":")
            yield name, self._kind(), required
            self._take(",")


def _bare(token: str) -> str:
    if not token.startswith('"'):
        return token
    return _ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPED.get(found[2], found[2]),
        token[1:-1],
    )
