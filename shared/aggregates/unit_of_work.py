"""A unit of work: what one request reads and decides, and the one commit at its end."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.aggregates.aggregate import Aggregate, Stored
from shared.aggregates.own_words import OwnWords
from shared.aggregates.pending import Pending
from shared.kit.contents import Content, Contents
from shared.kit.control import COLLECTION, ID, Control
from shared.kit.errors import ContentErased
from shared.kit.instants import format_instant
from shared.kit.transitions import Transition, payload
from shared.messaging.changes import Change
from shared.messaging.contents import keep, read_contents
from shared.messaging.recorder import LastEvent, Recorder, last_event
from shared.storage.batches import Document, LostRace
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")

Key = tuple[str, str]


async def read_control(store: TenantStore) -> Control:
    """The control document of a tenant as it is now. Raises Unavailable."""
    document = await store.get(COLLECTION, ID)
    state = document.data.get("state") if document is not None else None
    return Control.model_validate_json(state) if state else Control()


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
        self._current: dict[Key, Pending] = {}
        self._relied_on: dict[Key, None] = {}
        self._kept: dict[str, str | None] = {}
        # What persons wrote, in what this unit reads and saves.
        self.words = OwnWords(self.store, recorder.actor_id, recorder.at)
        self._control = control

    @property
    def workspace_id(self) -> str | None:
        """The workspace that what is new belongs to; None for the tenant as a whole."""
        return self._recorder.workspace_id

    async def find(self, aggregate: Aggregate[S], id: str) -> S | None:
        """As `find_anywhere`; a command finds only what its caller's token opens."""
        return await self.find_anywhere(aggregate, id)

    async def find_anywhere(self, aggregate: Aggregate[S], id: str) -> S | None:
        """The state as this unit saved it or first read it, or None where there is none yet, in
        whichever workspace it lies: for rules, never for what a caller is shown. One read, unless
        it was read before. Raises Unavailable."""
        key = (aggregate.collection, id)
        if key not in self._stored and key not in self._current:
            await self.take(aggregate, id, await self.store.get(*key))
        known: S | None = self._known(key)
        return known

    async def find_all(self, aggregate: Aggregate[S], ids: Iterable[str]) -> list[S | None]:
        """The states with these ids, in their order, in one round trip. Raises Unavailable."""
        wanted = list(ids)
        await self.prefetch(*((aggregate, id) for id in wanted))
        return [await self.find(aggregate, id) for id in wanted]

    async def prefetch(self, *things: tuple[Aggregate[Any], str]) -> None:
        """Reads, in one round trip, those of several things that were not read yet, so that `find`
        reads none of them again. Raises Unavailable."""
        unread = {(each.collection, id): each for each, id in things}
        for key in unread.keys() & (self._stored.keys() | self._current.keys()):
            del unread[key]
        documents = await self.store.get_many([*unread])
        for ((_, id), aggregate), document in zip(unread.items(), documents, strict=True):
            await self.take(aggregate, id, document)

    async def control(self) -> Control:
        """The control document of the tenant: the caller's, or else read once. Raises
        Unavailable."""
        if self._control is None:
            self._control = await read_control(self.store)
        return self._control

    async def take(self, aggregate: Aggregate[S], id: str, document: Document | None) -> S | None:
        """The state in a document, with what it waits for postponed by the time in which its tenant
        was suspended. A state that was read before stays as it was first read: the decision rests
        on that reading, so any later change must fail the commit. Raises Unavailable."""
        key = (aggregate.collection, id)
        if key not in self._stored:
            stored = None if document is None else aggregate.read(document)
            self._stored.setdefault(key, await self._postponed(aggregate, stored))
        known: S | None = self._known(key)
        return known

    def is_postponed(self, aggregate: Aggregate[Any], id: str) -> bool:
        """Whether what the state waits for is due later than is stored, and published."""
        stored = self._stored.get((aggregate.collection, id))
        return stored is not None and stored.postponed is not None

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
        states = [await self.take(aggregate, each.id, each) for each in page.items]
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

    async def look_for(self, *contents: Content) -> None:
        """Reads which contents are stored already, in one round trip, so that even the first
        attempt leaves these out: for contents that most often are stored, where a second attempt
        would do much again. Raises as `read_contents`."""
        if hashes := {each.hash for each in contents} - self._kept.keys():
            await self.read_contents(*hashes)

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
            current = self._current.setdefault(key, Pending(aggregate, self._stored.get(key)))
            before, workspace_id = current.state, self._recorder.workspace_id
            placed = aggregate.placed(unsigned.state, before, workspace_id)
            transition = await self.words.sealed_in(replace(unsigned, state=placed))
            if aggregate.signing is not None:
                transition = await aggregate.signing.signed(
                    transition, before, self._recorder.tenant_id
                )
            current.state = transition.state
            saved.append(transition.state)
            if transition.event is None:
                continue
            current.sequence += 1
            event = self._recorder.record(
                subject=aggregate.subject(key[1]),
                sequence=current.sequence,
                data=payload(transition),
                id=transition.event_id or aggregate.event_id_of(transition.state, current.sequence),
                workspace_id=aggregate.workspace_of(transition.state),
                about=aggregate.about_of(transition.state),
            )
            self.change.record(event)
            current.last_event = latest = last_event(event)
        if self._chains and latest is not None:
            self._recorder.cause = latest
        return saved

    async def save_new(self, *transitions: Transition[Any]) -> list[Any]:
        """As `save`, for states whose documents must not exist yet, not even as placeholders.
        Raises LostRace too where this unit has read such a document, as a query may: one that it
        has not read loses the race at the commit."""
        for each in transitions:
            aggregate = self._aggregates[type(each.state)]
            stored = self._stored.get((aggregate.collection, aggregate.id(each.state)))
            if stored is not None:
                raise LostRace(f"{aggregate.subject(stored.document.id)} was saved before")
        return await self.save(*transitions)

    async def save_change(self, state: T, *steps: Transition[Any]) -> T:
        """The last saved state, or `state` where nothing changes. Raises as `save`."""
        saved = await self.save(*steps)
        last: T = saved[-1] if saved else state
        return last

    def finish(self) -> Change:
        """The commit of all saved transitions."""
        for (_, id), current in self._current.items():
            current.write(id, self.change, self.at)
        for key in self._relied_on:
            saved = self._current.get(key)
            if saved is not None and not saved.is_unchanged:
                continue
            stored = self._stored[key]
            if stored is not None:
                self.change.check(stored.document)
        return self.change

    async def _postponed(
        self, aggregate: Aggregate[S], stored: Stored[S] | None
    ) -> Stored[S] | None:
        if stored is None or stored.state is None or aggregate.postponement is None:
            return stored
        if aggregate.timer(stored.state) is None:
            return stored
        suspensions, data = (await self.control()).suspensions, stored.document.data
        state = aggregate.postponed(stored.state, data, suspensions, self.at)
        return stored if state is stored.state else replace(stored, postponed=state)

    def _known(self, key: Key) -> Any:
        if (current := self._current.get(key)) is not None:
            return current.state
        stored = self._stored[key]
        return (stored.postponed or stored.state) if stored else None
