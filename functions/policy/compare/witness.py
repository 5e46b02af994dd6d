"""Reads a concrete request with its entities out of the solver's answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from functions.policy.compare.schema import (
    ACTION,
    BOOL,
    LONG,
    EntityOf,
    Extension,
    Plain,
    RecordOf,
    SetOf,
    Type,
)
from functions.policy.compare.terms import LEAST, MOST, Term
from functions.policy.compare.world import World
from shared.policy.requests import Request, Uid
from shared.policy.vocabulary import TENANT

Json = dict[str, Any]
At = tuple[Term, ...]
_EXTENSIONS = {"decimal": "0.0", "ipaddr": "0.0.0.0", "datetime": "1970-01-01", "duration": "0ms"}
_CONSTRUCTORS = {"ipaddr": "ip"}
# Between an entity and a group of a type that cannot contain it directly.
_BETWEEN = "between"


@dataclass(frozen=True)
class Case:
    """A request in Cedar's words, and the entities that it needs."""

    request: Json
    entities: list[Json]

    @property
    def asked(self) -> Request:
        """The request for the engine."""
        who, what = (Uid(**self.request[name]) for name in ("principal", "resource"))
        return Request(who, self.request["action"]["id"], what, self.request["context"])


class Reader:
    """Reads the request and the entities that the solver found; `solver` has answered `sat`. The
    first tenant that no policy names has the id `tenant_id`, where one is given."""

    def __init__(self, world: World, solver: Any, tenant_id: str = "") -> None:
        self._tenant_id = tenant_id
        self._world = world
        self._terms = world.terms
        self._solver = solver
        self._entities: dict[tuple[str, str], Json] = {}
        self._waiting: list[tuple[str, str]] = []
        self._ids: dict[str, dict[Term, str]] = {}
        # The solver says nothing about others: they have what the schema requires, and no groups.
        self._met = {(name, self._id(name, term)): term for name, term in world.met()}
        self._grouped = {(name, self._id(name, term)) for name, term in world.grouped()}

    def case(self) -> Case:
        """The request with every entity that it or a policy reaches."""
        world, environment = self._world, self._world.environment
        principal, resource = (
            self._uid(each.kind.name, self._id(each.kind.name, each.term))
            for each in (world.principal, world.resource)
        )
        context = self._record(environment.context, f"{environment.action}.context", ())
        for entity in world.needed():
            self._uid(entity.kind.name, self._id(entity.kind.name, entity.term))
        for name, known in self._reached():
            self._entities[name, known] = self._entity(name, known)
        return Case(
            {
                "principal": principal,
                "action": {"type": ACTION, "id": environment.action},
                "resource": resource,
                "context": context,
            },
            list(self._entities.values()),
        )

    def _reached(self) -> Iterator[tuple[str, str]]:
        while self._waiting:
            yield self._waiting.pop()

    def _uid(self, name: str, known: str) -> Json:
        if (name, known) not in self._entities:
            self._entities[name, known] = {}
            self._waiting.append((name, known))
        return {"type": name, "id": known}

    def _entity(self, name: str, known: str) -> Json:
        attributes = self._world.schema.entity_types[name].attributes
        term, grouped = self._met.get((name, known)), (name, known) in self._grouped
        return {
            "uid": {"type": name, "id": known},
            "attrs": self._record(attributes, name, (term,) if term is not None else None),
            "parents": list(self._parents(name, known, term)) if grouped else [],
        }

    def _parents(self, name: str, known: str, at: Term) -> Iterator[Json]:
        for above in self._world.used_above(name):
            groups = self._solver.getValue(self._world.ancestors(name, above, at))
            for group in _elements(groups):
                yield self._towards(name, known, above, self._named(above, group))

    def _towards(self, name: str, known: str, above: str, group: str) -> Json:
        """The group itself, or new entities that lead to it."""
        *between, _ = self._world.schema.path(name, above)
        parent = self._uid(above, group)
        for middle in reversed(between):
            uid = {"type": middle, "id": f"{_BETWEEN} {known} and {group}"}
            attributes = self._record(self._world.schema.entity_types[middle].attributes, middle)
            entity = {"uid": uid, "attrs": attributes, "parents": [parent]}
            self._entities[middle, uid["id"]] = entity
            parent = uid
        return parent

    def _record(self, kind: RecordOf, name: str, at: At | None = None) -> Json:
        """The record at an entity or, with `()`, of the request; else with what is required."""
        return {
            attribute: self._stored(inner, f"{name}.{attribute}", at)
            for attribute, inner, required in kind.attributes
            if required or self._is_present(f"{name}.{attribute}", at)
        }

    def _is_present(self, path: str, at: At | None) -> bool:
        if at is None or not self._world.is_asked(f"{path}?"):
            return False
        return bool(self._solver.getValue(self._world.presence(path, at)).getBooleanValue())

    def _stored(self, kind: Type, path: str, at: At | None) -> Any:
        if isinstance(kind, RecordOf):
            return self._record(kind, path, at)
        if isinstance(kind, Extension):
            made = _CONSTRUCTORS.get(kind.name, kind.name)
            return {"__extn": {"fn": made, "arg": _EXTENSIONS[kind.name]}}
        if at is None or not self._world.is_asked(path):
            return self._default(kind)
        symbol = self._terms.symbol(path, self._world.sort(kind), at)
        return self._read(kind, self._solver.getValue(symbol))

    def _read(self, kind: Type, value: Term) -> Any:
        match kind:
            case Plain() if kind == BOOL:
                return value.getBooleanValue()
            case Plain() if kind == LONG:
                # Where no policy asks, the solver may name what no number of Cedar is.
                return max(LEAST, min(int(value.getIntegerValue()), MOST))
            case Plain():
                return value.getStringValue()
            case EntityOf(name):
                return self._reference(name, self._named(name, value))
            case SetOf(element):
                return [self._read(element, item) for item in _elements(value)]
        raise AssertionError("Other types are no terms.")

    def _default(self, kind: Type) -> Any:
        match kind:
            case Plain(name):
                return {BOOL.name: False, LONG.name: 0}.get(name, "")
            case EntityOf(name):
                return self._reference(name, "any")
        return []

    def _reference(self, name: str, known: str) -> Json:
        choices = self._world.schema.entity_types[name].choices
        chosen = known if known in choices or not choices else choices[0]
        return {"__entity": self._uid(name, chosen)}

    def _id(self, name: str, term: Term) -> str:
        """The id of an entity of the solver's answer."""
        return self._named(name, self._solver.getValue(term))

    def _named(self, name: str, value: Term) -> str:
        """The id that policies give to a value, or one that they do not use."""
        if name not in self._ids:
            known = self._world.known(name).items()
            self._ids[name] = {self._solver.getValue(term): id for term, id in known}
        ids = self._ids[name]
        if value not in ids:
            used = set(ids.values())
            own = [self._tenant_id] if name == TENANT and self._tenant_id else []
            free = chain(own, (f"{name.lower()}-{number}" for number in count(1)))
            ids[value] = next(id for id in free if id not in used)
        return ids[value]


def _elements(value: Term) -> list[Term]:
    return sorted(value.getSetValue(), key=str)
