"""A unit of work: what one request reads and decides, and the one commit at its end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.aggregates.aggregate import Aggregate, Stored, payload
from shared.kit.contents import Content, Contents
from shared.kit.control import COLLECTION, ID, Control
from shared.kit.errors import ContentErased
from shared.kit.instants import format_instant
from shared.kit.personal import Change as TextChange
from shared.kit.personal import changed_fields, changed_texts
from shared.kit.sealing import is_sealed
from shared.kit.signing import sign
from shared.kit.transitions import Transition
from shared.kit.workspaces import WORKSPACE
from shared.messaging.changes import Change, Timer
from shared.messaging.contents import keep, read_contents
from shared.messaging.recorder import LastEvent, Recorder, last_event
from shared.storage.batches import Document
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore
from shared.storage.secrets import signing_key
from shared.storage.subject_keys import keys_to_seal, opened

S = TypeVar("S", bound=BaseModel)
M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

Key = tuple[str, str]

_TIMED = ("next_timer_type", "next_timer_at")


class UnitOfWork:
    """Reads aggregates of one tenant and collects their transitions. Guarantees that a state that
    was read and saved is committed only if nobody changed it in between; nothing is written before
    the commit. What is new belongs to the workspace of what the unit is about or, where it is about
    nothing yet, to that of its caller or event.

    `attempt` counts from 0: after a lost race the use case runs again with a fresh unit."""

    def __init__(
        self,
        aggregates: Mapping[type[BaseModel], Aggregate[Any]],
        recorder: Recorder,
        change: Change,
        *,
        attempt: int = 0,
        chains: bool = False,
        control: Control | None = None,
    ) -> None:
        self.store = TenantStore(recorder.tenant_id)
        self.at = recorder.at
        self.change = change
        self.attempt = attempt
        self._aggregates = aggregates
        self._recorder = recorder
        # Whether the last event of one `save` causes the events of the next.
        self._chains = chains
        self._stored: dict[Key, Stored[Any] | None] = {}
        self._current: dict[Key, _Current] = {}
        self._relied_on: dict[Key, None] = {}
        self._kept: dict[str, str | None] = {}
        # States that were given time back, and nothing else yet.
        self._later: dict[Key, Any] = {}
        self._control = control

    @property
    def workspace_id(self) -> str | None:
        """The workspace that what is new belongs to; None for the tenant as a whole."""
        return self._recorder.workspace_id

    async def find(self, aggregate: Aggregate[S], id: str) -> S | None:
        """The state as this unit saved it or first read it, or None where there is none yet. One
        read, unless it was read before. Raises Unavailable."""
        key = (aggregate.collection, id)
        if key not in self._stored and key not in self._current:
            self.read(aggregate, id, await self.store.get(*key))
            await self.give_back(aggregate, id)
        known: S | None = self._known(key)
        return known

    async def find_all(self, aggregate: Aggregate[S], ids: Iterable[str]) -> list[S | None]:
        """The states with these ids, in their order, in one round trip. Raises Unavailable."""
        wanted = list(ids)
        await self.prefetch(*((aggregate, id) for id in wanted))
        return [await self.find(aggregate, id) for id in wanted]

    async def prefetch(self, *things: tuple[Aggregate[Any], str]) -> None:
        """Reads several things in one round trip, so that `find` reads none of them again. Raises
        Unavailable."""
        keys = [(aggregate.collection, id) for aggregate, id in things]
        documents = await self.store.get_many(keys)
        for (aggregate, id), document in zip(things, documents, strict=True):
            self.read(aggregate, id, document)
            await self.give_back(aggregate, id)

    async def control(self) -> Control:
        """The control document of the tenant: the caller's, or else read once. Raises
        Unavailable."""
        if self._control is None:
            document = await self.store.get(COLLECTION, ID)
            state = document.data.get("state") if document is not None else None
            self._control = Control.model_validate_json(state) if state else Control()
        return self._control

    async def give_back(self, aggregate: Aggregate[Any], id: str) -> bool:
        """Lets what a state waits for be due later by the time in which its tenant was suspended.
        Returns whether that changes the state. Raises Unavailable."""
        key = (aggregate.collection, id)
        stored = self._stored.get(key)
        if stored is None or stored.state is None or aggregate.lateness is None:
            return False
        if aggregate.timer(stored.state) is not None and key not in self._later:
            suspensions = (await self.control()).suspensions
            later = aggregate.given_back(stored.state, stored.timed_since, suspensions, self.at)
            if later is not stored.state:
                self._later[key] = later
        return key in self._later

    def read(self, aggregate: Aggregate[S], id: str, document: Document | None) -> S | None:
        """The state in a document. A state that was read before stays as it was first read: the
        decision rests on that reading, so any later change must fail the commit."""
        key = (aggregate.collection, id)
        if key not in self._stored:
            self._stored[key] = None if document is None else aggregate.read(document)
        known: S | None = self._known(key)
        return known

    async def query(
        self,
        aggregate: Aggregate[S],
        *,
        where: Iterable[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 25,
    ) -> list[S]:
        """Up to `limit` states that match, each as `find` gives it. Raises Unavailable."""
        page = await self.store.find(
            aggregate.collection,
            where=where,
            order_by=order_by,
            descending=descending,
            limit=limit,
        )
        for each in page.items:
            self.read(aggregate, each.id, each)
            await self.give_back(aggregate, each.id)
        states = [self._known((aggregate.collection, each.id)) for each in page.items]
        return [state for state in states if state is not None]

    def stored(self, aggregate: Aggregate[S], id: str) -> Stored[S] | None:
        """The aggregate as it was read; its document may be a placeholder without a state."""
        return self._stored.get((aggregate.collection, id))

    def is_about(self, aggregate: Aggregate[Any], id: str) -> None:
        """Makes the latest event of a command's or a timer's subject the cause of what follows."""
        stored = self._stored[aggregate.collection, id]
        assert stored is not None
        self._recorder.cause = self._recorder.cause or stored.last_event
        if aggregate.in_workspaces and stored.state is not None:
            self._recorder.workspace_id = aggregate.workspace_of(stored.state)

    def rely_on(self, aggregate: Aggregate[Any], id: str) -> None:
        """Lets the commit fail if somebody changed the aggregate since it was read; one that did
        not exist adds no condition."""
        self._relied_on[aggregate.collection, id] = None

    def sequence(self, aggregate: Aggregate[Any], id: str) -> int:
        """The sequence of the aggregate's latest event, including the events of this unit."""
        key = (aggregate.collection, id)
        known = self._current.get(key) or self._stored.get(key)
        return known.sequence if known else 0

    async def read_contents(self, *hashes: str) -> Contents:
        """The contents with those hashes, in one round trip; `keep` need not look for them again.
        Raises ContentInvalid, Unavailable."""
        contents = await read_contents(self.store, hashes)
        self._kept.update({hash: contents.stored_by(hash) for hash in contents.present})
        return contents

    async def first_to_store(self, hash: str) -> str | None:
        """Who stored the content with that hash first; None where this commit would. The first
        attempt does not look: its commit loses the race where the content is stored already. One
        read at most. Raises ContentInvalid, Unavailable."""
        if self.attempt and hash not in self._kept:
            await self.read_contents(hash)
        return self._kept.get(hash)

    async def keep(self, *contents: Content) -> None:
        """Adds contents to the commit, so that they are stored once. Most are new, so the first
        attempt does not look; where one exists, its commit loses the race and the next attempt
        leaves out what is stored. Raises ContentErased for one that was erased, Unavailable."""
        new = {each.hash: each for each in contents if each.hash not in self._kept}
        self._kept.update(dict.fromkeys(new))
        if self.attempt and new:
            stored = await read_contents(self.store, new)
            if (erased_at := stored.erased_at(*new)) is not None:
                since = format_instant(erased_at)
                raise ContentErased(f"it was erased at {since}, and is never stored again")
            new = {hash: each for hash, each in new.items() if hash not in stored.found}
        for each in new.values():
            keep(self.change, each, self.at, self._recorder.actor_id)

    async def save(self, *transitions: Transition[Any]) -> list[Any]:
        """Adds the transitions to the commit, in their order: contents, states, events, timers.
        Returns the states as they will be stored, signed where the aggregate signs. Raises
        ContentErased, and Unavailable where the signing key cannot be read."""
        await self.keep(*(content for each in transitions for content in each.contents))
        saved: list[Any] = []
        latest: LastEvent | None = None
        for unsigned in transitions:
            aggregate = self._aggregates[type(unsigned.state)]
            key = (aggregate.collection, aggregate.id(unsigned.state))
            current = self._current.setdefault(key, _Current(aggregate, self._stored.get(key)))
            placed = self._placed(current, unsigned)
            transition = await self._signed(current, await self._sealed(placed))
            current.state = transition.state
            saved.append(transition.state)
            if transition.event is None:
                continue
            current.sequence += 1
            event = self._recorder.record(
                subject=aggregate.subject(key[1]),
                sequence=current.sequence,
                data=payload(transition),
                id=transition.event_id,
                workspace_id=aggregate.workspace_of(transition.state),
            )
            self.change.record(event)
            current.last_event = latest = last_event(event)
        if self._chains and latest is not None:
            self._recorder.cause = latest
        return saved

    async def seal(self, model: M) -> M:
        """The model with each text of a person sealed that is not yet. Raises Unavailable."""
        sealed = await self._seal(lambda change: changed_texts(model, self._actor, change))
        return sealed if sealed is not None else model

    async def opened(self, model: M) -> M:
        """The model with each text of a person opened: for a rule that reads it, not to be saved.
        Raises Unavailable, SealBroken."""
        text = model.model_dump_json()
        plain = await opened(self.store.tenant_id, text, in_json=True)
        return model if plain == text else type(model).model_validate_json(plain)

    def finish(self) -> Change:
        """The commit of all saved transitions."""
        for (_, id), current in self._current.items():
            self._write(id, current)
        for key in self._relied_on:
            stored, saved = self._stored[key], self._current.get(key)
            if stored is not None and (saved is None or saved.is_unchanged):
                self.change.check(stored.document)
        return self.change

    def _known(self, key: Key) -> Any:
        current = self._current.get(key)
        if current is None and key in self._later:
            return self._later[key]
        known = current or self._stored[key]
        return known.state if known else None

    async def _sealed(self, transition: Transition[Any]) -> Transition[Any]:
        """The transition with each text of a person sealed that is not yet."""

        def change_all(change: TextChange) -> Transition[Any]:
            state, fields = changed_texts(transition.state, self._actor, change), transition.fields
            if transition.event is not None and fields:
                fields = changed_fields(transition.event, fields, state, self._actor, change)
            return replace(transition, state=state, fields=fields)

        sealed = await self._seal(change_all)
        return sealed if sealed is not None else transition

    async def _seal(self, change_all: Callable[[TextChange], T]) -> T | None:
        """What becomes of something once its texts are sealed; None where none has to be."""
        subjects: set[str] = set()

        def look(text: str, subject: str) -> str:
            if not is_sealed(text):
                subjects.add(subject)
            return text

        change_all(look)
        if not subjects:
            return None
        keys = await keys_to_seal(self.store, subjects, self.at)
        return change_all(
            lambda text, subject: text if is_sealed(text) else keys[subject].seal(text)
        )

    def _placed(self, current: "_Current", transition: Transition[Any]) -> Transition[Any]:
        """The transition with the workspace of what it is about, which no rule can change."""
        if not current.aggregate.in_workspaces:
            return transition
        known, id = current.state, self._recorder.workspace_id
        if known is not None:
            id = current.aggregate.workspace_of(known)
        return replace(transition, state=transition.state.model_copy(update={WORKSPACE: id}))

    @property
    def _actor(self) -> str:
        return self._recorder.actor_id

    async def _signed(self, current: "_Current", transition: Transition[Any]) -> Transition[Any]:
        signing = current.aggregate.signing
        if signing is None:
            return transition
        statement = None
        if transition.event is not None:
            statement = signing.statement(payload(transition), self._recorder.tenant_id)
        # Rules copy the signature that they read, but an earlier transition may have replaced it.
        signature = (current.state or transition.state).signature
        if statement is not None:
            signature = sign(statement.model_dump(mode="json"), await signing_key(signing.key))
        state = transition.state.model_copy(update={"signature": signature})
        return replace(transition, state=state)

    def _write(self, id: str, current: "_Current") -> None:
        aggregate, before = current.aggregate, current.before
        if current.is_unchanged:
            return
        fields = aggregate.fields(current.state, current.sequence, current.last_event)
        timer = aggregate.timer(current.state)
        known = before.data if before else {}
        is_timed_anew = any(fields.get(name) != known.get(name) for name in _TIMED)
        if aggregate.lateness is not None:
            since = format_instant(self.at) if is_timed_anew else known.get("timed_since")
            fields["timed_since"] = since
        if timer is not None and is_timed_anew:
            self.change.schedule(Timer(type=timer[0], subject=aggregate.subject(id), at=timer[1]))
        if before is None:
            self.change.create(aggregate.collection, id, fields)
        else:
            self.change.replace(before, fields)


class _Current:
    """An aggregate as it will be stored, and as it was read."""

    def __init__(self, aggregate: Aggregate[Any], stored: Stored[Any] | None) -> None:
        self.aggregate = aggregate
        self._stored = stored
        self.state: Any = stored.state if stored else None
        self.sequence = stored.sequence if stored else 0
        self.last_event = stored.last_event if stored else None

    @property
    def before(self) -> Document | None:
        return self._stored.document if self._stored else None

    @property
    def is_unchanged(self) -> bool:
        stored = self._stored
        return stored is not None and (stored.sequence, stored.state) == (self.sequence, self.state)
