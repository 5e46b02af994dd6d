"""A chain is whole, or broken at exactly the entry that is not as it was appended."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from functions.audit.rules import GENESIS, Entry, Head, first_broken, link_hash

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
links = st.lists(st.tuples(words, words), min_size=1, max_size=8)


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
        assert first_broken(entries) == place + 1


@given(links, st.data())
def test_replacing_an_entry_hash_and_all_is_seen_at_the_next_or_at_the_head(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain(contents)
    head = _head(entries)
    place = data.draw(st.integers(0, len(entries) - 1))
    forged = [*contents]
    forged[place] = (contents[place][0], contents[place][1] + "!")
    entries[place] = _chain(forged)[place]
    last = place == len(entries) - 1
    assert first_broken(entries, head) == (place + 1 if last else place + 2)


@given(links, st.data())
def test_a_missing_entry_breaks_the_chain_at_its_place(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain(contents)
    head = _head(entries)
    place = data.draw(st.integers(0, len(entries) - 1))
    del entries[place]
    assert first_broken(entries, head) == place + 1


@given(links, st.data())
def test_two_entries_that_changed_places_break_the_chain_at_the_first(
    contents: list[tuple[str, str]], data: st.DataObject
) -> None:
    entries = _chain([*contents, ("evt_last", "{}")])
    one = data.draw(st.integers(0, len(entries) - 2))
    other = data.draw(st.integers(one + 1, len(entries) - 1))
    entries[one], entries[other] = entries[other], entries[one]
    assert first_broken(entries) == one + 1


@given(links)
def test_another_tenants_chain_cannot_be_passed_off_as_ours(
    contents: list[tuple[str, str]],
) -> None:
    renamed = [replace(entry, tenant_id="acme") for entry in _chain(contents, tenant_id="evil")]
    assert first_broken(renamed) == 1
