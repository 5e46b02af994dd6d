"""A chain is whole, or broken at exactly the entry that is not as it was appended."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from functions.audit.rules.chain import Head
from shared.audit_log.entries import GENESIS, Entry, link_hash
from shared.audit_log.notes import TreeHead
from shared.audit_log.tree import GrowingTree, leaf_hash
from tests.functions.audit.chains import first_broken

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
links = st.lists(st.tuples(words, words), min_size=1, max_size=8)


def _first(
    entries: list[Entry], head: Head | None = None, checkpoints: Sequence[TreeHead] = ()
) -> int | None:
    broken = first_broken(entries, head, checkpoints)
    return broken.number if broken else None


def _covers(entries: list[Entry], *numbers: int) -> list[TreeHead]:
    """The checkpoints of these numbers."""
    tree, found = GrowingTree(), []
    for entry in entries:
        tree.add(leaf_hash(entry.hash))
        if entry.number in numbers:
            found.append(TreeHead("acme", entry.number, tree.root))
    return found


def _chain(contents: list[tuple[str, str]], tenant_id: str = "acme") -> list[Entry]:
    entries: list[Entry] = []
    previous = GENESIS
    for number, (event_id, body) in enumerate(contents, start=1):
        link = link_hash(
            previous=previous, tenant_id=tenant_id, number=number, event_id=event_id, body=body
        )
        entries.append(Entry(tenant_id, number, event_id, body, previous, link))
        previous = link
    return entries


def _head(entries: list[Entry]) -> Head:
    return Head(entries[-1].number, entries[-1].hash)


@given(links)
def test_a_chain_as_it_was_appended_is_whole(contents: list[tuple[str, str]]) -> None:
    entries = _chain(contents)
    assert first_broken(entries) is None
    assert first_broken(entries, _head(entries)) is None


def test_no_entries_are_a_whole_chain() -> None:
    assert first_broken([]) is None
    assert first_broken([], Head(0, GENESIS)) is None


@given(links, st.data())
def test_altering_any_part_of_an_entry_breaks_the_chain_at_that_entry(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain(contents)
    place = data.draw(st.integers(0, len(entries) - 1))
    field = data.draw(
        st.sampled_from(["tenant_id", "number", "event_id", "body", "previous_hash", "hash"])
    )
    other: object = data.draw(st.integers() if field == "number" else words)
    altered = replace(entries[place], **{field: other})  # type: ignore[arg-type]
    if altered != entries[place]:
        entries[place] = altered
        assert _first(entries) == place + 1


@given(links, st.data())
def test_an_entry_that_was_replaced_hash_and_all_is_named(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain(contents)
    head = _head(entries)
    covering = _covers(entries, *data.draw(st.sets(st.integers(1, len(entries)))))
    place = data.draw(st.integers(0, len(entries) - 1))
    forged = [*contents]
    forged[place] = (contents[place][0], contents[place][1] + "!")
    entries[place] = _chain(forged)[place]
    assert _first(entries, head, sorted(covering, key=lambda each: each.size)) == place + 1


@given(links, st.data())
def test_an_entry_that_continues_another_chain_is_named(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain(contents)
    head = _head(entries)
    place = data.draw(st.integers(0, len(entries) - 1))
    torn = replace(entries[place], previous_hash="f" * 64)
    names = ("tenant_id", "number", "event_id", "body")
    link = link_hash(previous="f" * 64, **{name: getattr(torn, name) for name in names})
    entries[place] = replace(torn, hash=link)
    assert _first(entries, head) == place + 1


@given(links, st.data())
def test_a_missing_entry_breaks_the_chain_at_its_place(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain(contents)
    head = _head(entries)
    place = data.draw(st.integers(0, len(entries) - 1))
    del entries[place]
    assert _first(entries, head) == place + 1


@given(links, st.data())
def test_two_entries_that_changed_places_break_the_chain_at_the_first(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain([*contents, ("evt_last", "{}")])
    one = data.draw(st.integers(0, len(entries) - 2))
    other = data.draw(st.integers(one + 1, len(entries) - 1))
    entries[one], entries[other] = entries[other], entries[one]
    assert _first(entries) == one + 1


@given(links)
def test_another_tenants_chain_cannot_be_passed_off_as_ours(
    contents: list[tuple[str, str]],
) -> None:
    renamed = [replace(entry, tenant_id="acme") for entry in _chain(contents, tenant_id="evil")]
    assert _first(renamed) == 1


@given(links, st.data())
def test_checkpoints_agree_with_the_chain_they_were_made_of(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain(contents)
    chosen = sorted(data.draw(st.sets(st.sampled_from(range(len(entries))))))
    covering = _covers(entries, *(place + 1 for place in chosen))
    covered = covering[-1].size if covering else 0
    assert first_broken(entries, replace(_head(entries), covered=covered), covering) is None


@given(links, st.data())
def test_a_tail_that_is_gone_together_with_the_head_is_found_by_a_checkpoint(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    whole = _chain(contents)
    left = whole[: data.draw(st.integers(0, len(whole) - 1))]
    head = _head(left) if left else Head(0, GENESIS)
    assert first_broken(left, head) is None
    assert _first(left, head, _covers(whole, len(whole))) == len(left) + 1


@given(links, st.data())
def test_entries_that_were_hashed_anew_are_found_after_the_last_agreeing_checkpoint(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    whole = _chain(contents)
    place = data.draw(st.integers(0, len(whole) - 1))
    forged = [*contents]
    forged[place] = (contents[place][0], contents[place][1] + "!")
    anew = _chain(forged)
    assert first_broken(anew, _head(anew)) is None
    every = _covers(whole, *range(1, len(whole) + 1))
    assert _first(anew, _head(anew), every) == place + 1
    assert _first(anew, _head(anew), [every[-1]]) == 1


@given(links)
def test_a_checkpoint_that_the_head_knows_of_and_is_gone_is_missed(
    contents: list[tuple[str, str]],
) -> None:
    entries = _chain(contents)
    head = replace(_head(entries), covered=len(entries))
    assert _first(entries, head, _covers(entries, len(entries))) is None
    assert _first(entries, head, _covers(entries, *range(1, len(entries)))) == len(entries)


def test_what_is_wrong_is_said_in_words() -> None:
    entries = _chain([("evt_1", "{}"), ("evt_2", "{}"), ("evt_3", "{}")])
    altered = [entries[0], replace(entries[1], body="[]"), entries[2]]
    assert first_broken(altered) == (2, "it was altered")
    assert first_broken([entries[0], entries[2]]) == (2, "it is missing")
    number, why = first_broken(entries[:1], None, _covers(entries, 3)) or (0, "")
    assert number == 2
    assert why == "the entries up to 3 are missing that their checkpoint covers"
