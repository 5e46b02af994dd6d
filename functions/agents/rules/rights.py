"""What the lists of rights come to: the declared operations with their effects, who decides on each
of them, and the data that they touch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from events.catalogue import CONNECTORS, Confirmed
from events.effects import CONSEQUENTIAL, HARMLESS, Effect, by_gravity, gravity
from events.rights import Right, RightLimits
from events.specs import Operation, Spec, System


class Deed(NamedTuple):
    """A declared operation. `effect` is the graver of what is `declared` and what its connector
    says, where one has `confirmed` it; `undo` names the operation that undoes it, and `undo_fault`
    says why the declared one does not."""

    ref: str
    path: str
    effect: Effect
    declared: Effect
    confirmed: bool
    undo: str | None
    undo_fault: str | None
    sources: tuple[str, ...]

    @property
    def irreversible(self) -> bool:
        """Whether it changes something and nothing undoes it."""
        return self.undo is None and self.effect not in HARMLESS

    @property
    def consequential(self) -> bool:
        """Whether it reaches people, the public, money, rights or what runs."""
        return self.effect in CONSEQUENTIAL

    @property
    def is_known(self) -> bool:
        """Whether a connector confirms its effect, and it touches the data of that system."""
        own = self.ref.partition("/")[0].casefold()
        return self.confirmed and own in map(str.casefold, self.sources)

    def beside(self, other: "Deed") -> "Deed":
        """Two declarations of one operation, as the gravest that they can mean together."""
        return self._replace(
            declared=min(self.declared, other.declared, key=gravity),
            confirmed=self.confirmed and other.confirmed,
            undo=self.undo if self.undo == other.undo else None,
            undo_fault=self.undo_fault or other.undo_fault,
            sources=tuple(sorted({*self.sources, *other.sources})),
        )


class Entry(NamedTuple):
    """One entry of `alone` or `with_approval`, and the operations that it stands for."""

    list_name: str
    path: str
    right: Right
    refs: tuple[str, ...]


class Held(NamedTuple):
    """The right to one operation: its limits, and the first entry that gives it."""

    limits: RightLimits
    path: str


@dataclass(frozen=True)
class Powers:
    """A spec's rights over its declared operations. The order of its lists does not matter: of what
    is declared twice the graver counts. `missing_agents` are those that it needs and nobody
    submitted."""

    spec: Spec
    missing_agents: frozenset[str] = frozenset()

    @cached_property
    def deeds(self) -> dict[str, Deed]:
        """The declared operations, by `system/operation`."""
        found: dict[str, Deed] = {}
        for operation in self.spec.operations:
            deed = self._deed(*operation)
            found[deed.ref] = found[deed.ref].beside(deed) if deed.ref in found else deed
        return found

    @cached_property
    def never(self) -> dict[str, str]:
        """The operations that `never` rules out, declared or not, with the path of the entry. It
        wins over both other lists."""
        listed = [(f"/rights/never/{n}", each) for n, each in enumerate(self.spec.rights.never)]
        return {
            ref: path for path, named in reversed(listed) for ref in (named, *self._meant(named))
        }

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of `alone` and of `with_approval`."""
        rights = self.spec.rights
        return tuple(
            Entry(name, f"/rights/{name}/{index}", right, self._given(right.operation))
            for name, each in (("alone", rights.alone), ("with_approval", rights.with_approval))
            for index, right in enumerate(each)
        )

    @cached_property
    def alone(self) -> dict[str, Held]:
        """What the agent decides on alone."""
        return self._held("alone")

    @cached_property
    def with_approval(self) -> dict[str, Held]:
        """What needs a person's approval; of an operation that `alone` has too, what is above its
        limits there."""
        return self._held("with_approval")

    @cached_property
    def held(self) -> dict[str, Held]:
        """What it may do alone or with approval; the right to what is in both lists is that of
        `alone`."""
        return {**self.with_approval, **self.alone}

    @cached_property
    def undoing(self) -> frozenset[str]:
        """The operations that no list names, and that the agent may do only to undo another."""
        named = {ref for each in self.entries for ref in each.refs}
        undos = {self.deeds[ref].undo for ref in self.held}
        return frozenset(undo for undo in undos if undo and undo not in {*named, *self.never})

    @cached_property
    def alone_deeds(self) -> tuple[Deed, ...]:
        """What happens without a person: what is held alone, and what only undoes that."""
        return self.with_undo(self.alone)

    @cached_property
    def held_deeds(self) -> tuple[Deed, ...]:
        """What it may do, with or without a person, and what only undoes that."""
        return self.with_undo(self.held)

    @property
    def alone_effects(self) -> list[Effect]:
        """The effects of what the agent does alone, from harmless to grave."""
        return by_gravity(deed.effect for deed in self.alone_deeds)

    @cached_property
    def irreversible(self) -> list[str]:
        """What it does alone and nothing undoes, without the operations that only undo another."""
        return sorted(ref for ref in self.alone if self.deeds[ref].irreversible)

    @property
    def unconfirmed(self) -> list[str]:
        """What it does alone, and no connector confirms or it touches data of another system."""
        return [deed.ref for deed in self.alone_deeds if not deed.is_known]

    @cached_property
    def reached(self) -> list[str]:
        """The sources that it declares or that anything it may do touches, the gravest first."""
        found = set(self.spec.sources).union(*(deed.sources for deed in self.held_deeds))
        return sorted(sorted(found), key=self.spec.gravity, reverse=True)

    @cached_property
    def undeclared(self) -> frozenset[str]:
        """The sources that it reaches and `data_access` does not declare."""
        return frozenset(each for each in self.reached if each.casefold() not in self.spec.declared)

    @property
    def untouched(self) -> list[str]:
        """The declared sources that nothing done alone touches: skills reach them all the same."""
        touched = {source.casefold() for deed in self.alone_deeds for source in deed.sources}
        return [each for each in self.spec.sources if each.casefold() not in touched]

    def with_undo(self, held: Mapping[str, Held]) -> tuple[Deed, ...]:
        """The operations that are held, and what only undoes them, the gravest first."""
        refs = {*held, *({self.deeds[ref].undo for ref in held} & self.undoing)}
        deeds = [deed for ref, deed in self.deeds.items() if ref in refs]
        return tuple(sorted(deeds, key=lambda deed: (-gravity(deed.effect), deed.ref)))

    @cached_property
    def _effects(self) -> dict[str, Effect]:
        found: dict[str, Effect] = {}
        for system, _, each in self.spec.operations:
            ref, said = f"{system.name}/{each.name}", _confirmed(system, each)
            known = (found.get(ref, each.effect), said.effect if said else each.effect)
            found[ref] = max(each.effect, *known, key=gravity)
        return found

    def _meant(self, named: str) -> Iterator[str]:
        stem, star, _ = named.casefold().partition("*")
        same = str.startswith if star else str.__eq__
        return (ref for ref in self._effects if same(ref.casefold(), stem))

    def _given(self, named: str) -> tuple[str, ...]:
        if named[-1] != "*":
            return (named,)
        return tuple(ref for ref in self._meant(named) if ref not in self.never)

    def _held(self, name: str) -> dict[str, Held]:
        held: dict[str, Held] = {}
        for entry in self.entries:
            for ref in entry.refs if entry.list_name == name else ():
                if ref in held:
                    # Which of two entries holds is not said, so no limit does.
                    held[ref] = Held(RightLimits(), held[ref].path)
                elif ref in self.deeds and ref not in self.never:
                    held[ref] = Held(entry.right, entry.path)
        return held

    def _deed(self, system: System, path: str, operation: Operation) -> Deed:
        ref = f"{system.name}/{operation.name}"
        undo = f"{system.name}/{operation.undo}" if operation.undo else None
        fault = self._undo_fault(system, operation, undo) if undo else None
        return Deed(
            ref=ref,
            path=path,
            effect=self._effects[ref],
            declared=operation.effect,
            confirmed=_confirmed(system, operation) is not None,
            undo=None if fault else undo,
            undo_fault=fault,
            sources=tuple(sorted({*(operation.sources or system.sources or (system.name,))})),
        )

    def _undo_fault(self, system: System, operation: Operation, undo: str) -> str | None:
        said = _confirmed(system, operation)
        if said is not None and operation.undo != said.undo:
            return f"its connector says that {said.undo or 'nothing'} undoes it, not {undo}"
        if operation.undo == operation.name and said is None:
            return f"{undo} cannot undo itself"
        if undo not in self._effects:
            return f"{undo} is not declared"
        if undo in self.never:
            return f"{undo} is ruled out by never"
        done, undone = self._effects[undo], self._effects[f"{system.name}/{operation.name}"]
        fits = gravity(done) <= gravity(undone) and (done == "draft") == (undone == "draft")
        is_undo = fits and "read" not in (done, undone)
        return None if is_undo else f"{undo} ({done}) is no undo of {operation.name} ({undone})"


def _confirmed(system: System, operation: Operation) -> Confirmed | None:
    return CONNECTORS.get(system.connector or "", {}).get(operation.name)
