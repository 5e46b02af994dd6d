"""What is believed of a fact, and when: corrections, ends, and whose fact it is. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.memories import MemoryEvicted, MemoryExpired, MemorySource
from functions.knowledge.memory_bodies import RememberArguments, read
from functions.knowledge.rules import memory as rules
from functions.knowledge.rules import memory_rights as rights
from functions.knowledge.rules.memory import Claim, Memory
from functions.knowledge.rules.shelf import Owner
from shared.kit.errors import Forbidden, Invalid, VersionConflict

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
OWN = Owner("agent", "agt_1")
GALA = MemorySource(kind="person", id="gala")


def _claim(fact: str = "It is so.", **fields: Any) -> Claim:
    known = {"owner": OWN, "tier": "semantic", "source": GALA, "labels": (), "learned_by": "gala"}
    return Claim(**{**known, "fact": fact, **fields})


def _memory(id: str = "mem_1", at: datetime = AT, **fields: Any) -> Memory:
    return rules.learned(_claim(**fields), id, at).state


def test_a_fact_has_its_source_and_its_times() -> None:
    learned = rules.learned(_claim(valid_from=AT - DAY), "mem_1", AT)
    memory = learned.state
    assert (memory.source, memory.said_by, memory.learned_at) == (GALA, "gala", AT)
    assert (memory.valid_from, memory.valid_to, memory.ended_at) == (AT - DAY, None, None)
    assert [each.value for each in learned.contents] == [
        {"memory_id": "mem_1", "fact": "It is so."}
    ]
    assert memory.fact_hash == learned.contents[0].hash


@pytest.mark.parametrize(("tier", "days"), [("working", 7), ("episodic", 90), ("semantic", None)])
def test_a_tier_lasts(tier: str, days: int | None) -> None:
    due = rules.next_timer(_memory(tier=tier))
    assert due == ((rules.MEMORY_DUE, AT + days * DAY) if days is not None else None)


def test_a_correction_of_what_was_wrong_ends_the_belief_in_it() -> None:
    old = _memory(valid_from=AT - 9 * DAY)
    new, left = (each.state for each in rules.corrected(old, _claim("No."), "mem_2", AT + DAY))
    assert (new.supersedes, new.root_id, new.valid_from) == ("mem_1", "mem_1", AT - 9 * DAY)
    assert (left.status, left.superseded_by, left.ended_at) == ("superseded", "mem_2", AT + DAY)
    assert rules.known_at(left, AT) == old
    assert rules.known_at(left, AT - DAY) is None
    assert rules.known_at(left, AT + DAY) is None


def test_a_fact_that_changed_held_until_then() -> None:
    old = _memory(valid_from=AT - 9 * DAY)
    claim = _claim("It is otherwise.", valid_from=AT - DAY)
    new, left = (each.state for each in rules.corrected(old, claim, "mem_2", AT + DAY))
    assert (left.valid_to, left.closed_at, left.ended_at) == (AT - DAY, AT + DAY, None)
    assert rules.known_at(left, AT + 2 * DAY) == left
    assert rules.holds_at(left, AT - 2 * DAY)
    assert not rules.holds_at(left, AT)
    # What nobody knew yet was believed.
    assert rules.known_at(left, AT) == old
    assert rules.holds_at(old, AT)
    assert rules.holds_at(new, AT)
    # What was erased meanwhile is not shown as held.
    (gone,) = (each.state for each in rules.erased(left, "gala", AT + 2 * DAY))
    known = rules.known_at(gone, AT)
    assert known is not None
    assert (known.status, known.valid_to) == ("erased", None)


def test_a_correction_that_is_asked_for_again_tells_the_same_of_what_was() -> None:
    """An undo holds that again: with the end that the correction gave it, it would hold never."""
    old = _memory(valid_from=AT - 9 * DAY, learned_by="agt_1", invocation_id="inv_0")
    claim = _claim("It is otherwise.", valid_from=AT, learned_by="agt_1", invocation_id="inv_1")
    new, left = (each.state for each in rules.corrected(old, claim, "mem_2", AT))
    was = rules.before(left, "inv_1")
    assert (was.valid_from, was.valid_to) == (old.valid_from, old.valid_to)
    assert rules.before(left, "inv_2").valid_to == AT
    assert rules.before(old, "inv_1") == old
    undoing = _claim(
        valid_from=max(filter(None, (was.valid_from, new.valid_from))), valid_to=was.valid_to
    )._replace(learned_by="agt_1", invocation_id="inv_3")
    undone = rules.corrected(new, undoing, "mem_3", AT + DAY, inherits=False)[0].state
    assert (undone.valid_from, undone.valid_to) == (AT, None)


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=6), st.integers(-20, 20))
def test_at_each_instant_one_version_of_a_fact_is_believed(begins: list[int], asked: int) -> None:
    """However a fact was corrected, exactly one of its versions says something about an instant
    from its first one on, by what is known at the end."""
    versions = [_memory("mem_0", valid_from=AT + begins[0] * DAY)]
    for number, start in enumerate(begins[1:], start=1):
        since = AT + start * DAY
        claim = _claim(str(number), valid_from=since)
        latest = versions[-1]
        if latest.supersedes and latest.valid_from and since < latest.valid_from:
            with pytest.raises(Invalid, match="says what held before"):
                rules.corrected(latest, claim, f"mem_{number}", AT + number * DAY)
            continue
        new, left = rules.corrected(latest, claim, f"mem_{number}", AT + number * DAY)
        versions[-1:] = [left.state, new.state]
    end, instant = AT + 99 * DAY, AT + asked * DAY
    believed = [each for each in versions if rules.known_at(each, end) == each]
    true = [each for each in believed if rules.holds_at(each, instant)]
    first = min(each.valid_from or instant for each in believed)
    assert len(true) == (1 if instant >= first else 0)


def test_what_is_over_is_not_corrected() -> None:
    (left,) = rules.forgotten(_memory(), "gala", None, AT)
    with pytest.raises(VersionConflict, match="is forgotten"):
        rules.corrected(left.state, _claim(), "mem_2", AT)


def test_a_time_that_is_over_ends_what_nobody_recalled() -> None:
    memory, late = _memory(tier="working"), AT + 7 * DAY
    (kept,) = rules.expired(memory, AT + DAY, late)
    assert (kept.state.expires_at, kept.event) == (AT + 8 * DAY, None)
    (over,) = rules.expired(memory, None, late)
    assert (over.state.status, over.state.ended_at, over.event) == ("expired", late, MemoryExpired)
    assert rules.expired(over.state, None, late) == ()
    assert rules.expired(rules.promoted(memory).state, None, late) == ()


def test_what_was_erased_is_erased_once_and_keeps_no_way_to_it() -> None:
    (erased,) = rules.erased(_memory(), "gala", AT + DAY)
    state = erased.state
    assert (state.of_root, state.of_source, state.of_person, state.held_at) == (None,) * 4
    assert rules.erased(state, "gala", AT + 2 * DAY) == ()
    (left,) = rules.erased(rules.evicted(_memory(), "agt_1", AT).state, "gala", AT + DAY)
    assert (left.state.ended_at, rules.evicted(_memory(), "a", AT).event) == (AT, MemoryEvicted)


def test_people_correct_what_people_said() -> None:
    said, learned = _memory(), _memory(invocation_id="inv_1", learned_by="agt_1")
    with pytest.raises(VersionConflict, match="gala said it"):
        rights.require_own(said, [OWN.shelf_id])
    rights.require_own(learned, [OWN.shelf_id])
    with pytest.raises(VersionConflict, match="another agent's"):
        rights.require_own(learned, ["agent.agt_2", "tenant"])
    rights.require_keeper(said, "gala", {"end_user"})
    rights.require_keeper(said, "bert", {"operator"})
    with pytest.raises(Forbidden, match="corrects and erases it"):
        rights.require_keeper(said, "bert", {"end_user"})


def test_few_tell_facts_to_all() -> None:
    rights.require_teller("agent", {"end_user"})
    rights.require_teller("tenant", {"governor"})
    with pytest.raises(Forbidden, match="tell it to an agent"):
        rights.require_teller("tenant", {"end_user"})


def test_a_fact_with_too_many_labels_is_refused() -> None:
    with pytest.raises(VersionConflict, match="21 labels"):
        rules.check_labels(tuple(f"from:c{each}" for each in range(21)))


@pytest.mark.parametrize("fact", ["", "  ", "a" * 1_001, "語" * 700])
def test_a_fact_is_short(fact: str) -> None:
    with pytest.raises(Invalid):
        rules.check_fact(fact)


def test_a_run_names_a_source() -> None:
    with pytest.raises(Invalid, match="source: must be given"):
        read(RememberArguments, {"fact": "It is so."})
    given = {"fact": "It is so.", "source": {"kind": "memory", "id": "m"}, "valid_from": None}
    assert read(RememberArguments, given).owner("agt_1", None) == OWN
    with pytest.raises(Invalid, match="a team is a workspace"):
        read(RememberArguments, {**given, "scope": "team"}).owner("agt_1", None)
    with pytest.raises(Invalid, match="scope"):
        read(RememberArguments, {**given, "scope": "tenant"})
