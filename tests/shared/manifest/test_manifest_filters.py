"""Filters: all that is handled passes, and of the rest as little as 256 bytes can hold back."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.manifest import Clause, Filter, load_manifests, narrowest_filter
from tests.shared.manifest.filter_language import as_read_by_pub_sub

MANIFESTS = load_manifests(Path(__file__).parents[3])
NAMES = st.sampled_from(["a", "ab", "abc", "b", "bb", "noun", "a_rather_long_noun_of_a_topic"])
TYPES = st.builds(lambda noun, verb: f"assent.{noun}.{verb}.v1", NAMES, NAMES)
TOPIC = st.sets(TYPES, min_size=1, max_size=12)


@st.composite
def readers(draw: st.DrawFn) -> tuple[set[str], set[str]]:
    """What a reader handles of a topic, and what else the topic carries."""
    topic = draw(TOPIC)
    handled = draw(st.sets(st.sampled_from(sorted(topic)), min_size=1))
    return handled, topic - handled


@given(reader=readers())
def test_every_version_of_what_is_handled_passes(reader: tuple[set[str], set[str]]) -> None:
    found = narrowest_filter(*reader)
    for event_type in reader[0]:
        assert found.passes(event_type)
        assert found.passes(f"{event_type}7")


@given(reader=readers())
def test_a_filter_fits_pub_sub(reader: tuple[set[str], set[str]]) -> None:
    assert len(str(narrowest_filter(*reader)).encode()) <= 256


@given(reader=readers())
def test_the_text_says_to_pub_sub_what_the_filter_does(reader: tuple[set[str], set[str]]) -> None:
    found = narrowest_filter(*reader)
    as_pub_sub = as_read_by_pub_sub(str(found))
    for event_type in (*reader[0], *reader[1], "", "assent.other.thing.v1"):
        assert found.passes(event_type) == as_pub_sub(event_type)


@example(reader=({"assent.a.b.v1"}, {"assent.a.bb.v1", "assent.ab.b.v1"}))
@given(reader=readers())
def test_nothing_else_passes_that_a_filter_of_the_same_length_holds_back(
    reader: tuple[set[str], set[str]],
) -> None:
    handled, others = reader
    found = narrowest_filter(handled, others)
    passing = sum(map(found.passes, others))
    if passing:
        assert min(_all_that_fit(handled, others)) >= passing


@given(reader=readers(), dice=st.randoms())
def test_the_order_of_the_types_does_not_matter(
    reader: tuple[set[str], set[str]], dice: Random
) -> None:
    shuffled = [sorted(each, key=lambda _: dice.random()) for each in reader]
    assert str(narrowest_filter(*shuffled)) == str(narrowest_filter(*map(sorted, reader)))


def test_a_reader_of_everything_needs_no_filter() -> None:
    found = narrowest_filter(["assent.a.b.v1", "assent.b.a.v1"], [])
    assert str(found) == ""
    assert found.passes("assent.anything.v1")


def test_what_has_no_type_passes_only_where_everything_but_something_does() -> None:
    others = ["assent.a.a.v1", "assent.b.b.v1"]
    assert not narrowest_filter(["assent.a.b.v1"], others).passes("")
    assert narrowest_filter(["assent.a.b.v1", "assent.b.a.v1"], ["assent.c.c.v1"]).passes("")


def test_a_filter_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a type"):
        narrowest_filter([], ["assent.a.b.v1"])


def test_a_reader_may_get_only_what_is_about_one_noun() -> None:
    handled, others = ["assent.a.done.v1", "assent.b.done.v1"], ["assent.a.begun.v1"]
    found = narrowest_filter(handled, others, about="run")
    assert found.passes("assent.a.done.v1", "run")
    assert not found.passes("assent.a.done.v1", "agent")
    assert not found.passes("assent.a.done.v1")
    assert not found.passes("assent.a.begun.v1", "run")
    assert str(found).startswith('attributes.ce-about="run" AND ')
    assert len(str(found)) <= 256


def test_few_types_of_the_checkout_reach_a_reader_unasked() -> None:
    """No filter of 256 bytes is exact for these readers."""
    unasked = {
        f"{each.deployable} {each.topic}": sorted(
            event_type
            for event_type, topics in MANIFESTS.topics_of.items()
            if each.topic in topics
            and each.filter.passes(event_type, each.filter.about)
            and event_type not in MANIFESTS.handles[each.deployable[: -len("-reactions")]].events
        )
        for each in MANIFESTS.subscriptions
    }
    undecided = [
        "assent.approval.confirmed.v1",
        "assent.approval.escalated.v1",
        "assent.approval.silence_revoked.v1",
        "assent.approval.time_given_back.v1",
        "assent.approval.voted.v1",
    ]
    assert {name: types for name, types in unasked.items() if types} == {
        "agents-reactions approvals": undecided,
        "policy-reactions approvals": undecided,
        "runs-reactions approvals": undecided,
        "approvals-reactions agents": [
            "assent.creation_case.approved.v1",
            "assent.creation_case.judged.v1",
        ],
        "mobile-api-reactions agents": ["assent.creation_case.reversal_unneeded.v1"],
    }


def test_a_reader_has_one_subscription_to_a_topic() -> None:
    pairs = [(each.deployable, each.topic) for each in MANIFESTS.subscriptions]
    assert len(pairs) == len(set(pairs))


def _all_that_fit(handled: set[str], others: set[str]) -> Iterator[int]:
    """How many of the others each filter lets through that is one or two clauses, each with up to
    two exceptions, and fits with two bytes to spare for parentheses."""
    families = [each.rstrip("0123456789") for each in handled | others]
    prefixes = sorted({each[:end] for each in families for end in _ends(each, families)})
    clauses = [
        Clause(prefix, without)
        for prefix in ("", *prefixes)
        for number in range(3)
        for without in combinations([p for p in prefixes if p.startswith(prefix)], number)
    ]
    single = [Filter((each,)) for each in clauses]
    positive = [each for each in clauses if not each.without]
    pairs = [Filter(pair) for pair in combinations(positive, 2)]
    for each in (*single, *pairs):
        if all(map(each.passes, handled)) and len(str(each)) <= 254:
            yield sum(map(each.passes, others))


def _ends(text: str, families: Iterable[str]) -> Iterator[int]:
    """Where prefixes of the text begin to tell it from others."""
    for other in families:
        end = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), None)
        if end is not None:
            yield end + 1
