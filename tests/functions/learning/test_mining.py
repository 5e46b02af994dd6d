"""The miner on histories whose rule is known: it is right whenever it speaks."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from functions.approvals.rules.drafts import IN_A_ROW
from functions.learning.rules.candidates import (
    MOST_CANDIDATES,
    MOST_FIELDS,
    RISK,
    candidates,
)
from functions.learning.rules.mined import WHOLE_TENANT, begin
from functions.learning.rules.mining import FEWEST, mine
from functions.learning.rules.pattern import patterns_in
from shared.kit.errors import VersionConflict
from tests.benchmarks.mining import FRESH, SEEDS, by_miner
from tests.compliance.source import ROOT
from tests.functions.learning.histories import AGENTS, START, history


@pytest.mark.parametrize(
    ("number", "least_coverage"),
    [(150, 0.0), (400, 0.5), pytest.param(2_000, 0.8, marks=pytest.mark.nightly)],
)
def test_it_is_right_whenever_it_speaks(number: int, least_coverage: float) -> None:
    told = [
        by_miner(history(seed, number), history(1_000 + seed, FRESH, noise=0.0)) for seed in SEEDS
    ]
    assert {each.precision for each in told} <= {None, 1.0}
    assert not any(each.names_agents for each in told)
    assert sum(each.coverage for each in told) / len(told) >= least_coverage


def test_no_condition_names_whose_a_request_is_in_any_words() -> None:
    """One agent is always approved, the others never: that is no pattern, but a name; also where
    another field says the same."""
    decisions = [
        replace(
            each,
            approved=each.subject == AGENTS[0],
            fields={**each.fields, "content.team": f"team-of-{each.subject[-1]}"},
        )
        for each in history(1, 600)
    ]
    assert mine(decisions)[0] == []


def test_fewer_than_twenty_five_show_nothing_and_chance_shows_nothing() -> None:
    approved = [each for each in history(2, 400, noise=0.0) if each.approved]
    assert mine(approved[: FEWEST - 1])[0] == []
    half = [replace(each, approved=place % 2 == 0) for place, each in enumerate(history(3, 600))]
    assert mine(half)[0] == []


def test_what_later_decisions_contradict_is_not_told() -> None:
    """People changed their mind after the part that is searched."""
    decisions = history(4, 1_000, noise=0.0)
    turned = [
        replace(each, approved=each.approved and place < 700)
        for place, each in enumerate(decisions)
    ]
    assert mine(decisions)[0]
    assert mine(turned)[0] == []


def test_the_same_decisions_give_the_same_patterns_in_any_order() -> None:
    decisions, at = history(5, 800), START + timedelta(days=400)
    told = patterns_in(decisions, "clinic", None, at)
    assert told
    assert patterns_in(list(reversed(decisions)), "clinic", None, at) == told
    elsewhere = patterns_in(decisions, "clinic", "wsp_surgery", at)
    assert {each.pattern_id for each in elsewhere}.isdisjoint(each.pattern_id for each in told)


def test_of_thousands_of_fields_the_most_frequent_are_compared() -> None:
    """What nobody bounds, one content with thousands of fields makes a minute's work."""
    chance = Random(1)
    decisions = [
        replace(each, fields={f"content.a{n}": chance.randint(0, 999) for n in range(2_000)})
        for each in history(6, 60)
    ]
    common = [
        replace(each, fields={**each.fields, "content.zone": chance.choice("ab")})
        if place
        else each
        for place, each in enumerate([*decisions, *history(7, 60)])
    ]
    found = candidates(common)
    assert len(found) <= MOST_CANDIDATES
    fields = {each.condition.field for each in found}
    assert len(fields - {RISK}) <= MOST_FIELDS
    assert "content.zone" in fields
    assert candidates(common) == found
    words = [
        replace(each, fields={f"content.w{n}": chance.choice("abcdefgh") for n in range(100)})
        for each in history(8, 120)
    ]
    assert len(candidates(words)) == MOST_CANDIDATES


def test_mining_that_began_lets_none_begin_for_five_minutes_whether_or_not_it_ended() -> None:
    begun = begin(None, WHOLE_TENANT, START)
    assert begun.mined_at is None
    with pytest.raises(VersionConflict, match="began at 2026-03-02T09:00:00"):
        begin(begun, WHOLE_TENANT, START + timedelta(minutes=4))
    ended = begun.but(mined_at=START, pattern_ids=("pat_1",))
    again = begin(ended, WHOLE_TENANT, START + timedelta(minutes=5))
    assert (again.mined_at, again.pattern_ids) == (START, ("pat_1",))


def test_a_pattern_shows_what_speaks_for_and_against_it() -> None:
    decisions = history(0, 2_000)
    by_id = {each.approval_id: each for each in decisions}
    for pattern in patterns_in(decisions, "clinic", None, START + timedelta(days=400)):
        assert pattern.support == pattern.approved + pattern.exception_count
        assert pattern.lower_bound >= 0.90
        assert pattern.holdout.approved >= 0.90 * pattern.holdout.decisions
        assert not any(by_id[each].approved for each in pattern.exceptions)
        assert by_id[pattern.example_approval_id].approved
        for kept in pattern.kept_out:
            assert kept.refused > 0
            assert not any(by_id[each].approved for each in kept.approval_ids)


def test_the_domain_says_how_many_draft() -> None:
    domain = (ROOT / "docs" / "domain.md").read_text()
    assert f"- {IN_A_ROW} similar approvals in a row by people draft a precedent" in domain
    assert f"draft: {IN_A_ROW} similar approvals, or a pattern" in domain
