"""Holds the unknowns of a comparison to one concrete request."""

from collections.abc import Iterator
from typing import Any

from functions.policy.compare.schema import EntityOf, Plain, RecordOf, SetOf, Type
from functions.policy.compare.terms import Term
from functions.policy.compare.world import World
from shared.policy.requests import Request

Entities = list[dict[str, Any]]


def pinned(world: World, request: Request, entities: Entities) -> Iterator[Term]:
    """That the principal, the resource, the context and all entities are these."""
    terms = world.terms
    yield terms.same(
        world.principal.term, world.entity(request.principal.type, request.principal.id).term
    )
    yield terms.same(
        world.resource.term, world.entity(request.resource.type, request.resource.id).term
    )
    path = f"{request.action}.context"
    yield from _record(world, world.environment.context, path, (), dict(request.context))
    for entity in entities:
        kind = entity["uid"]["type"]
        at = (world.entity(kind, entity["uid"]["id"]).term,)
        attributes = world.schema.entity_types[kind].attributes
        yield from _record(world, attributes, kind, at, entity["attrs"])
        yield from _groups(world, entity, entities, at[0])


def _groups(world: World, entity: dict[str, Any], entities: Entities, at: Term) -> Iterator[Term]:
    terms, kind = world.terms, entity["uid"]["type"]
    above = _above(entity, {_key(each["uid"]): each for each in entities})
    for group in world.used_above(kind):
        found = [world.entity(name, known).term for name, known in above if name == group]
        whole = terms.set_of(found, terms.entities(group))
        yield terms.same(world.ancestors(kind, group, at), whole)


def _key(uid: dict[str, str]) -> tuple[str, str]:
    return uid["type"], uid["id"]


def _above(
    entity: dict[str, Any], entities: dict[tuple[str, str], dict[str, Any]]
) -> set[tuple[str, str]]:
    parents = {_key(parent) for parent in entity["parents"]}
    return parents.union(*(_above(entities[parent], entities) for parent in parents))


def _record(
    world: World, kind: RecordOf, path: str, at: tuple[Term, ...], value: dict[str, Any]
) -> Iterator[Term]:
    for name, inner, required in kind.attributes:
        place = f"{path}.{name}"
        if not required and world.is_asked(f"{place}?"):
            there = world.terms.truth(name in value)
            yield world.terms.same(world.presence(place, at), there)
        if name in value:
            yield from _stored(world, inner, place, at, value[name])


def _stored(
    world: World, kind: Type, path: str, at: tuple[Term, ...], value: Any
) -> Iterator[Term]:
    if isinstance(kind, RecordOf):
        yield from _record(world, kind, path, at, value)
    elif world.is_asked(path):
        symbol = world.terms.symbol(path, world.sort(kind), at)
        yield world.terms.same(symbol, _constant(world, kind, value))


def _constant(world: World, kind: Type, value: Any) -> Term:
    terms = world.terms
    match kind:
        case EntityOf(name):
            return world.entity(name, value["__entity"]["id"]).term
        case SetOf(element):
            parts = (_constant(world, element, each) for each in value)
            return terms.set_of(parts, world.sort(element))
        case Plain("Bool"):
            return terms.truth(value)
        case Plain("Long"):
            return terms.integer_of(value)
    return terms.text_of(value)
