"""Invariant 6 (docs/domain.md), whatever happens in which order: writers that append the same
events at once, again and late, runs that report receipts, checkpoints that come twice or die half
way; and then whoever owns the database, a checkpoint or an archive alters any part of it."""

import asyncio
import io
import json
import re
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from emulators.buckets import Buckets
from functions.audit import receipts, store
from functions.audit.appender import Appender, append
from functions.audit.check import Checked, check
from functions.audit.checkpoints import cover
from functions.audit.rules.receipts import new_entries
from shared.audit_log.stored_checkpoints import CHECKPOINTS, read_checkpoints
from shared.kit.callers import Caller
from shared.kit.errors import Unavailable
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.batches import Batch, LostRace
from shared.storage.firestore import TenantStore
from shared.verify.check import verify
from shared.verify.notes import Forged
from shared.verify.receipts import verify_receipt
from tests.deaths import dies
from tests.functions.audit.archives import EACH_FILE, Spoiled
from tests.functions.audit.chains import AT, RING, event
from tests.functions.audit.exports import exported
from tests.functions.audit.reports import receipt, report
from tests.functions.audit.tampering import (
    ALONE,
    EACH,
    Rows,
    Tampered,
    another_character,
    hash_anew,
    read_rows,
    write_rows,
)
from tests.shared.cloud import Cloud
from tests.stateful import Act, run_machine, sequences, until_answered

pytestmark = [pytest.mark.platform, pytest.mark.repeats]
_NAMED = re.compile(r"entry ([0-9]+): ")
_WRITERS = st.lists(st.lists(st.integers(0, 40), max_size=12), min_size=1, max_size=3)


def _named(said: str) -> int:
    """The number of the entry that the verification names."""
    found = _NAMED.match(said)
    return int(found[1]) if found else 0


class Log(RuleBasedStateMachine):
    """One tenant's log: who appends, covers and exports it, and who tampers with it."""

    def __init__(self, act: Act, cloud: Cloud, owner: str) -> None:
        super().__init__()
        self.act, self.cloud, self.owner = act, cloud, owner
        self.tenant = f"tenant-{uuid.uuid4().hex[:12]}"
        scopes = frozenset({"audit:read", "audit:write"})
        admin = frozenset({"tenant_admin"})
        self.auditor = Caller("mara", self.tenant, scopes, admin, AT, token="")
        self.ids: set[str] = set()
        self.logged: set[str] = set()

    def teardown(self) -> None:
        rows = Rows(self.tenant, (), 0, "0" * 64, 0, ())
        self.act(write_rows(self.owner, rows))

    @initialize(numbers=st.lists(st.integers(0, 40), min_size=1, max_size=24))
    def begin(self, numbers: list[int]) -> None:
        self.writers_append([numbers])

    @rule(writers=_WRITERS)
    def writers_append(self, writers: list[list[int]]) -> None:
        """Each a process of its own; what one appends, another may append too."""
        events = [[event(self.tenant, each) for each in numbers] for numbers in writers]
        self.act(self._append(events))

    @rule(runs=st.lists(st.tuples(st.integers(100, 106), st.integers(0, 3)), max_size=4))
    def runs_report(self, runs: list[tuple[int, int]]) -> None:
        """One event of a run, which reports receipts that another one may report too."""
        reports = [
            report(
                self.tenant, 10 * number + count, *(receipt(number + more) for more in range(count))
            )
            for number, count in runs
        ]
        self.act(self._append([reports, reports[:1]]))

    async def _append(self, writers: Iterable[list[Envelope]]) -> None:
        change, given = Change(), []
        for events in writers:
            writer = Appender()
            for each in events:
                given.append((writer, new_entries(each.attributes(), each.data)))
                if each.id not in self.logged:
                    self.logged.add(each.id)
                    change.record(each)
        change.seal(RING)
        await until_answered(lambda: self._log(change))
        await asyncio.gather(*(writer.append(self.tenant, *entries) for writer, entries in given))
        self.ids |= {entry.event_id for _, entries in given for entry in entries}

    async def _log(self, change: Change) -> None:
        with suppress(LostRace):
            await TenantStore(self.tenant).commit(change)

    @rule(meanwhile=_WRITERS, times=st.integers(1, 2))
    def cover_while_others_append(self, meanwhile: list[list[int]], times: int) -> None:
        async def at_once() -> None:
            events = [[event(self.tenant, each) for each in numbers] for numbers in meanwhile]
            covering = (until_answered(self._cover) for _ in range(times))
            await asyncio.gather(self._append(events), *covering)

        self.act(at_once())

    async def _cover(self) -> None:
        await cover(self.tenant)

    async def _check(self, *, with_log: bool = False) -> Checked:
        return await until_answered(lambda: check(self.tenant, with_log=with_log))

    @rule(moment=st.sampled_from(["before", "after", "in the bucket"]))
    def a_process_dies_while_it_covers(self, moment: Any) -> None:
        async def in_the_bucket() -> None:
            with pytest.MonkeyPatch.context() as environment:
                environment.setenv("ASSENT_BUCKETS_URL", "http://127.0.0.1:9")
                with pytest.raises(Unavailable):
                    await cover(self.tenant)

        if moment == "in the bucket":
            self.act(in_the_bucket())
        else:
            death = ("Commit", moment, 1)
            self.act(dies(self.cloud, lambda: cover(self.tenant), death))

    @rule()
    def verify_all(self) -> None:
        checked = self.act(self._check(with_log=True))
        assert (checked.broken, checked.entries) == ((), len(self.ids))

    @rule(seed=st.integers(0, 2**32), many=st.integers(1, 3))
    def whoever_owns_the_database_alters_entries(self, seed: int, many: int) -> None:
        chance = Random(seed)

        def altered(rows: Rows) -> Tampered:
            found: list[int] = []
            for _ in range(min(many, len(rows.entries))):
                alter = chance.choice(EACH)
                tampered = alter(rows, chance)
                rows, found = tampered.rows, [*found, tampered.first]
            return Tampered(rows, min(found))

        self._tamper(altered)

    @rule(seed=st.integers(0, 2**32), how=st.sampled_from(ALONE))
    def whoever_owns_the_database_tampers(self, seed: int, how: Any) -> None:
        self._tamper(lambda rows: how(rows, Random(seed)))

    @rule(seed=st.integers(0, 2**32))
    def whoever_owns_the_database_hashes_anew(self, seed: int) -> None:
        sizes = [each.number for each in self.act(read_checkpoints(self.tenant))]
        self._tamper(lambda rows: hash_anew(rows, sizes, Random(seed)))

    def _tamper(self, how: Callable[[Rows], Tampered]) -> None:
        """Asserts that the verification names exactly the first entry, and puts all back."""
        rows = self.act(read_rows(self.owner, self.tenant))
        tampered = how(rows)
        self.act(write_rows(self.owner, tampered.rows))
        try:
            broken = self.act(self._check()).broken
            by_log = self.act(self._check(with_log=True)).broken
            statuses = self.act(self._statuses(rows, tampered))
        finally:
            self.act(write_rows(self.owner, rows))
        assert [_named(each) for each in broken] == [tampered.first][: tampered.first], broken
        if tampered.by_log:
            assert tampered.by_log in map(_named, by_log), by_log
        assert statuses <= {"tampered"}, statuses

    async def _statuses(self, rows: Rows, tampered: Tampered) -> set[str]:
        """Of the receipts whose own entries have another text, or another place, than they had."""
        names = ("number", "body", "previous_hash", "hash")
        before = {each["event_id"]: [each[name] for name in names] for each in rows.entries}
        found = set[str]()
        for each in tampered.rows.entries:
            id, is_ours = each["event_id"], each["tenant_id"] == self.tenant
            is_altered = before.get(id) not in (None, [each[name] for name in names])
            if id.startswith("rct_") and is_ours and is_altered and not tampered.by_log:
                verification = await receipts.verify_recorded(self.auditor, id, None)
                found.add(verification.status)
        return found

    @rule(seed=st.integers(0, 2**32), how=st.sampled_from(["altered", "gone"]))
    def whoever_may_write_to_firestore_alters_a_checkpoint(self, seed: int, how: str) -> None:
        stored = sorted(self.act(read_checkpoints(self.tenant)), key=lambda each: each.number)
        if not stored:
            return
        store = TenantStore(self.tenant)
        chosen = stored[-1] if how == "gone" else Random(seed).choice(stored)
        name = f"{chosen.number:020}"

        async def put(note: str | None) -> None:
            batch = Batch()
            if note is None:
                batch.delete(CHECKPOINTS, name)
            else:
                batch.put(CHECKPOINTS, name, {"number": chosen.number, "note": note})
            await store.commit(batch)

        is_noted = self.act(read_rows(self.owner, self.tenant)).covered == chosen.number
        self.act(put(another_character(chosen.note, Random(seed)) if how == "altered" else None))
        broken = self.act(self._check()).broken
        self.act(put(chosen.note))
        if how == "altered":
            assert broken[0].startswith("a checkpoint is forged"), broken
        elif is_noted:
            assert broken == (f"entry {chosen.number}: its checkpoint is missing",)

    @rule(seed=st.integers(0, 2**32), many=st.integers(4, 12))
    def an_archive_is_altered(self, seed: int, many: int) -> None:
        """An export, whose timer comes twice, verifies; with anything altered it names what."""
        archive = self.act(self._exported())
        found = verify(io.BytesIO(archive))
        covered = self.act(store.read_head(self.tenant)).covered
        assert (found.broken, found.entries) == ("", covered)
        chance = Random(seed)
        for _ in range(many):
            spoil = chance.choice(EACH_FILE)
            spoiled: Spoiled = spoil(archive, chance)
            said = verify(io.BytesIO(spoiled.archive)).broken
            assert said, spoil.__name__
            if spoiled.first:
                assert _named(said) == spoiled.first, (spoil.__name__, said)

    async def _exported(self) -> bytes:
        archive = await exported(self.auditor)
        async for entry in TenantStore(self.tenant).find_all(EVENT_LOG):
            if entry.id not in self.logged:
                await append(logged_event(entry.data, AT))
                self.ids.add(entry.id)
                self.logged.add(entry.id)
        return archive

    @precondition(lambda self: any(each.startswith("rct_") for each in self.ids))
    @rule(seed=st.integers(0, 2**32))
    def a_receipt_with_its_proof_is_altered(self, seed: int) -> None:
        chance = Random(seed)
        id = chance.choice(sorted(each for each in self.ids if each.startswith("rct_")))
        self.act(until_answered(self._cover))
        proof = self.act(receipts.show_proof(self.auditor, id)).model_dump(mode="json")
        assert verify_receipt(json.dumps(proof).encode(), proof["keys"]).number
        envelope = proof["envelope"]
        (signature,) = envelope["signatures"]
        for held, name in ((proof, "proof"), (envelope, "payload"), (signature, "sig")):
            whole = held[name]
            held[name] = another_character(whole, chance)
            with pytest.raises(Forged):
                verify_receipt(json.dumps(proof).encode(), proof["keys"])
            held[name] = whole


async def _run(cloud: Cloud, owner: str, most: int, steps: int) -> None:
    cloud.mend()
    await cloud.mailbox("audit")
    await run_machine(lambda act: Log(act, cloud, owner), sequences(most, steps))


@pytest.mark.nightly
async def test_the_first_altered_entry_is_named(
    cloud: Cloud, database: str, buckets: Buckets
) -> None:
    await _run(cloud, database, 6, 10)


@pytest.mark.nightly
@pytest.mark.timeout(900)
async def test_the_first_altered_entry_is_named_after_many_steps(
    cloud: Cloud, database: str, buckets: Buckets
) -> None:
    await _run(cloud, database, 100, 30)
