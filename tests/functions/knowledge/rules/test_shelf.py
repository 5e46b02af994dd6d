"""What fits on a shelf, what makes room, what is recalled and kept. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.memories import MemorySource
from functions.knowledge.rules.shelf import (
    ROOM,
    Entry,
    Match,
    Owner,
    Shelf,
    best_matches,
    live,
    owners_recalled_by,
)
from functions.knowledge.rules.vectors import nearness, packed
from shared.kit.errors import VersionConflict

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
OWN = Owner("agent", "agt_1")


def _entry(id: str = "mem_1", **fields: Any) -> Entry:
    known = {
        "memory_id": id,
        "tier": "working",
        "fact_hash": id,
        "size": 100,
        "source": MemorySource(kind="person", id="gala"),
        "learned_at": AT,
        "learned_by": "gala",
    }
    return Entry(**{**known, **fields})


def _shelf(*entries: Entry) -> Shelf:
    return Shelf(shelf_id=OWN.shelf_id, entries=entries)


def test_the_longest_unused_makes_room() -> None:
    entries = [_entry(f"mem_{each:02}", learned_at=AT + each * DAY) for each in range(32)]
    used = entries[0].used(AT + 40 * DAY)
    shelf = _shelf(*entries).with_(used)
    assert shelf.to_evict("working", 100) == ("mem_01",)
    assert shelf.to_evict("episodic", 100) == ()
    assert _shelf(*entries[:31]).to_evict("working", 100) == ()


@given(st.lists(st.integers(1, 2_000), max_size=40), st.integers(1, 2_000))
def test_working_memory_is_bounded(sizes: list[int], size: int) -> None:
    shelf = _shelf()
    for number, each in enumerate((*sizes, size)):
        gone = shelf.to_evict("working", each)
        shelf = shelf.without(*gone).with_(_entry(f"mem_{number}", size=each))
    room = ROOM["working"]
    assert len(shelf.entries) <= room.most
    assert sum(each.size for each in shelf.entries) <= room.most_bytes
    assert shelf.entries[-1].size == size


def test_what_is_kept_for_good_makes_no_room() -> None:
    shelf = _shelf(*(_entry(f"mem_{each}", tier="semantic") for each in range(128)))
    with pytest.raises(VersionConflict, match="erase some, or correct one"):
        shelf.to_evict("semantic", 1)
    assert not shelf.has_room("semantic", 1)


def test_a_day_counts_once_and_three_keep() -> None:
    entry = _entry()
    once = entry.used(AT)
    assert once.used(AT + timedelta(hours=3)) is once
    thrice = once.used(AT + DAY).used(AT + 2 * DAY)
    assert (once.is_promoted, thrice.is_promoted) == (False, True)
    strangers = thrice.but(labels=("untrusted",))
    assert not strangers.is_promoted
    assert not thrice.but(tier="episodic").is_promoted


def test_only_what_holds_and_lasts_is_recalled() -> None:
    entries = [
        _entry("mem_now", tier="semantic"),
        _entry("mem_past", tier="semantic", valid_to=AT),
        _entry("mem_ahead", tier="semantic", valid_from=AT + DAY),
        _entry("mem_old", learned_at=AT - 7 * DAY),
        _entry("mem_used", learned_at=AT - 7 * DAY, used_at=AT - DAY),
    ]
    found = live([(OWN, _shelf(*entries))], AT)
    assert [each.memory_id for _, each in found] == ["mem_now", "mem_used"]
    assert _shelf(*entries).tidied(AT).find("mem_past") is None


def test_the_nearest_come_first_and_no_more_labels_than_a_call_takes() -> None:
    many = tuple(f"from:c{each:02}" for each in range(12))
    others = tuple(f"from:d{each:02}" for each in range(12))
    found = [
        Match(OWN, _entry("mem_1", labels=many), 0.9),
        Match(OWN, _entry("mem_2", labels=others), 0.8),
        Match(OWN, _entry("mem_3"), 0.7),
        Match(OWN, _entry("mem_4"), 0.1),
    ]
    recalled = best_matches(found, 2, ("model:small",))
    assert [each.entry.memory_id for each in recalled.matches] == ["mem_1", "mem_3"]
    assert (recalled.labels, recalled.left_out) == ((*many, "model:small"), 1)


def test_the_newest_come_first_where_nothing_was_compared() -> None:
    found = [Match(OWN, _entry(f"mem_{each}", learned_at=AT + each * DAY), None) for each in (1, 2)]
    assert [each.entry.memory_id for each in best_matches(found, 5, ()).matches] == [
        "mem_2",
        "mem_1",
    ]


def test_an_agent_recalls_its_own_its_teams_and_the_tenants() -> None:
    assert [each.shelf_id for each in owners_recalled_by("agt_1", "wsp_1")] == [
        "agent.agt_1",
        "team.wsp_1",
        "tenant",
    ]
    assert [each.shelf_id for each in owners_recalled_by("agt_1", None)] == [
        "agent.agt_1",
        "tenant",
    ]


def test_a_packed_vector_is_as_near_as_the_vector() -> None:
    draw = numpy.random.default_rng(7)
    vectors = draw.normal(size=(50, 384)).astype(numpy.float32)
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    question = vectors[0]
    exact = vectors @ question
    found = nearness(question, [packed(each) for each in vectors])
    assert numpy.abs(exact - numpy.array(found)).max() < 0.005
    assert found[0] > 0.999
    assert nearness(question, []) == []
