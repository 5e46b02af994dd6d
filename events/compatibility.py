"""Finds the changes of a schema that break its readers: those need a new `.vN`."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Each field, by its dotted path, whose change breaks a new reader of old events or an old
    reader of new events: it was removed, changed its type, is newly required, or lost an allowed
    value. New optional fields and new values break nobody."""
    return sorted(set(_Comparison(old, new).nodes("", old, new)))


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._begun: set[tuple[str, str]] = set()

    def nodes(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        """The breaking changes between two nodes of the schemas."""
        references = (old.get("$ref", ""), new.get("$ref", ""))
        if all(references):
            if references in self._begun:
                return
            self._begun.add(references)
        old, new = _resolved(old, self._old), _resolved(new, self._new)
        olds, news = _variants(old, self._old), _variants(new, self._new)
        if set(olds) != set(news):
            yield f"{path or 'the payload'}: was {_said(olds)}, is {_said(news)}"
            return
        for kind, variant in olds.items():
            yield from self._same_kind(path, variant, news[kind])

    def _same_kind(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from _lost_values(path, old, new)
        yield from self._properties(path, old, new)
        for name in ("items", "additionalProperties"):
            if isinstance(old.get(name), dict) and isinstance(new.get(name), dict):
                yield from self.nodes(f"{path}[]", old[name], new[name])

    def _properties(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        olds, news = old.get("properties", {}), new.get("properties", {})
        for name in olds.keys() - news.keys():
            yield f"{_join(path, name)}: was removed"
        for name in set(new.get("required", ())) - set(old.get("required", ())):
            yield f"{_join(path, name)}: is newly required"
        for name in olds.keys() & news.keys():
            yield from self.nodes(_join(path, name), olds[name], news[name])


def _lost_values(path: str, old: Schema, new: Schema) -> Iterator[str]:
    olds, news = _values(old), _values(new)
    if olds is None or news is None:
        if news is not None:
            yield f"{path}: takes only {', '.join(sorted(news))}"
        return
    for value in sorted(olds - news):
        yield f"{path}: no longer takes {value}"


def _values(node: Schema) -> set[str] | None:
    if "const" in node:
        return {str(node["const"])}
    return {str(value) for value in node["enum"]} if "enum" in node else None


def _variants(node: Schema, root: Schema) -> dict[str, Schema]:
    """The types that a value may have; objects also by their title."""
    if "anyOf" in node or "oneOf" in node:
        found: dict[str, Schema] = {}
        for variant in node.get("anyOf", node.get("oneOf", ())):
            found |= _variants(_resolved(variant, root), root)
        return found
    kind = node.get("type", "anything")
    if kind == "object" and "properties" in node:
        kind = f"object {node.get('title', '')}".strip()
    return {str(kind): node}


def _resolved(node: Schema, root: Schema) -> Schema:
    reference = node.get("$ref")
    return root["$defs"][reference.rpartition("/")[2]] if reference else node


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _said(variants: Mapping[str, Schema]) -> str:
    return " or ".join(sorted(variants))
