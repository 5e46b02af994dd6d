"""What a draft newly allows or denies, with an example that the engine decided; or a proof."""

from collections.abc import Sequence
from time import process_time

import pytest

from functions.policy.compare.compare import Comparison, Side, Witness, compare, weakening
from functions.policy.compare.refusals import NotComparable
from shared.policy.engine import Policies
from shared.policy.requests import Request, Uid
from shared.policy.sources import Source
from tests.functions.policy.compare.random_cases import SCHEMA, Cases
from tests.shared.patience import AMPLE_SECONDS

EVERYBODY = "permit (principal, action, resource);"
LIMIT = """
@id("limit")
forbid (principal, action == Action::"pay", resource) when {{ context.amount > {} }};
"""


def _sources(*texts: str) -> list[Source]:
    return [Source(f"tenant/{number}", text) for number, text in enumerate(texts)]


def compare_texts(before: str, after: str, platform: Sequence[Source] = ()) -> Comparison:
    """Two texts of a tenant, beside the same platform."""
    old, new = (Side(platform, _sources(text)) for text in (before, after))
    return compare(SCHEMA, old, new)


def test_a_raised_limit_newly_allows_exactly_what_lies_between() -> None:
    found = compare_texts(EVERYBODY + LIMIT.format(500), EVERYBODY + LIMIT.format(501))
    assert not found.newly_denied
    assert not found.undecided
    assert {str(each.environment) for each in found.newly_allowed} == {
        'User × Action::"pay" × Doc',
        'User × Action::"pay" × Workspace',
    }
    for each in found.newly_allowed:
        assert each.case.request["context"]["amount"] == 501
        assert (each.before.effect, each.after.effect) == ("deny", "allow")
        assert each.before.determining == ("tenant/0/limit",)


def test_the_other_direction_is_newly_denied() -> None:
    found = compare_texts(EVERYBODY + LIMIT.format(501), EVERYBODY + LIMIT.format(500))
    assert found.newly_allowed == ()
    assert {each.case.request["context"]["amount"] for each in found.newly_denied} == {501}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("context.amount > 500", "500 < context.amount"),
        ("context.amount > 500", "!(context.amount <= 500)"),
        ("principal.active && context.mfa", "if context.mfa then principal.active else false"),
        ('["a", "b"].contains(principal.name)', 'principal.name == "b" || principal.name == "a"'),
        ("resource in Workspace::\"w1\"", "resource in [Workspace::\"w1\"]"),
    ],
)  # fmt: skip
def test_rewritten_policies_are_equivalent(one: str, other: str) -> None:
    policy = 'permit (principal is User, action == Action::"pay", resource) when {{ {} }};'
    assert compare_texts(policy.format(one), policy.format(other)).equivalent


def test_a_group_of_a_group_is_found_as_the_difference() -> None:
    within = 'permit (principal, action, resource in Workspace::"w1");'
    itself = 'permit (principal, action, resource == Workspace::"w1");'
    (doc, *_) = compare_texts(itself, within).newly_allowed
    workspaces = [each for each in doc.case.entities if each["uid"]["type"] == "Workspace"]
    assert any(each["uid"]["id"] == "w1" for each in workspaces)


def test_a_sum_beyond_64_bits_denies_as_the_engine_does() -> None:
    rule = "permit (principal is User, action, resource is Doc) when {{ resource.size {} }};"
    found = compare_texts(rule.format("> 2"), rule.format("+ 1 > 3"))
    assert {each.after.errors != () for each in found.newly_denied} == {True}
    assert found.newly_allowed == ()


def test_what_a_tenant_permits_the_platforms_forbid_still_stops() -> None:
    platform = [Source("platform/constitution", "forbid (principal, action, resource);")]
    assert compare_texts("", EVERYBODY, platform).equivalent


def test_what_the_platform_always_permits_a_tenant_cannot_forbid() -> None:
    text = '@always\npermit (principal is User, action == Action::"write", resource);'
    platform = [Source("platform/always", text)]
    found = compare_texts("", "forbid (principal, action, resource);", platform)
    assert found.equivalent


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ('decimal("1.0").lessThan(decimal("2.0"))', "tenant/0/odd: `lessThan`"),
        ('ip("10.0.0.1").isLoopback()', "tenant/0/odd: `isLoopback`"),
        ("resource.size * context.amount > 3", "tenant/0/odd: the product of two values"),
        ('principal.name == "\U00030000"', "tenant/0/odd: a text with a character beyond"),
    ],
)
def test_what_is_not_translated_is_refused_by_name(condition: str, said: str) -> None:
    odd = '@id("odd") permit (principal is User, action, resource is Doc) when {{ {} }};'
    with pytest.raises(NotComparable, match="^" + said.replace("(", r"\(")):
        compare_texts("", odd.format(condition))


def test_a_draft_that_weakens_the_constitution_is_shown_with_a_request() -> None:
    before = [Source("platform/constitution", EVERYBODY + LIMIT.format(500))]
    after = [Source("platform/constitution", LIMIT.format(900))]
    found = weakening(SCHEMA, before, after)
    assert {each.case.request["context"]["amount"] > 500 for each in found.newly_allowed} == {True}
    assert weakening(SCHEMA, after, before).newly_allowed == ()


def test_another_permit_does_not_weaken_the_constitution() -> None:
    before = [Source("platform/constitution", LIMIT.format(500))]
    after = [Source("platform/constitution", EVERYBODY + LIMIT.format(500))]
    assert weakening(SCHEMA, before, after).equivalent


def test_every_example_is_decided_by_the_engine_as_it_says() -> None:
    shown = 0
    for seed in range(20):
        cases = Cases(seed)
        sides = [Side(_sources(cases.policies(3))) for _ in range(2)]
        found = compare(SCHEMA, sides[0], sides[1])
        for direction, witnesses in ((True, found.newly_allowed), (False, found.newly_denied)):
            for witness in witnesses:
                assert _again(witness, sides[0]) is not direction
                assert _again(witness, sides[1]) is direction
                shown += 1
    assert shown > 50


def _again(witness: Witness, side: Side) -> bool:
    asked = witness.case.request
    principal, resource = (Uid(**asked[name]) for name in ("principal", "resource"))
    request = Request(principal, asked["action"]["id"], resource, asked["context"])
    policies = Policies.of(SCHEMA, side.platform, side.tenant, "1")
    return policies.decide_slice(request, witness.case.entities).is_allowed


def hundred(limit: int) -> str:
    """A hundred policies of which the fortieth has the limit."""
    permits = (
        f'permit (principal is User in Role::"r{i}", action, resource in Workspace::"w{i}") '
        f"when {{ context.amount < {limit if i == 40 else 10 * i + 100} "
        f"&& principal has age && principal.age > {i % 7} }};"
        for i in range(90)
    )
    forbids = (
        "forbid (principal, action, resource is Doc) "
        f'when {{ context.amount > {5_000 + i} && resource.tags.contains("t{i}") }};'
        for i in range(10)
    )
    return "\n".join((*permits, *forbids))


@pytest.mark.repeats
def test_a_hundred_policies_are_compared_in_time() -> None:
    began = process_time()
    found = compare_texts(hundred(500), hundred(501))
    assert process_time() - began < AMPLE_SECONDS
    assert {each.case.request["context"]["amount"] for each in found.newly_allowed} == {500}
    assert not found.newly_denied
    assert not found.undecided


def test_what_a_comparison_has_no_time_for_is_undecided() -> None:
    sides = [Side(_sources(text)) for text in (EVERYBODY, "forbid(principal, action, resource);")]
    found = compare(SCHEMA, sides[0], sides[1], seconds=0)
    assert not found.equivalent
    assert (found.newly_allowed, found.newly_denied) == ((), ())
    assert found.undecided


@pytest.mark.parametrize(
    ("text", "pattern", "matches"),
    [
        ("", "", True), ("", "*", True), ("a", "", False), ("ab", "a*b", True), ("a", "a*a", False),
        ("abcb", "a*b", True), ("abc", "*b*", True), ("ac", "*b*", False),
        ("xaab", "*aa*ab", False), ("xaabab", "*aa*ab", True),
        ("a*b", r"a\*b", True), ("axb", r"a\*b", False),
    ],
)  # fmt: skip
def test_a_written_text_matches_a_pattern_as_in_the_engine(
    text: str, pattern: str, matches: bool
) -> None:
    like = f'"{text}" like "{pattern}"'
    policy = f'permit (principal, action == Action::"read", resource) when {{ {like} }};'
    found = compare_texts("", policy)
    assert (found.newly_allowed != (), found.equivalent) == (matches, not matches)


def test_a_pattern_of_many_wildcards_does_not_hold_a_processor() -> None:
    always = f'"{"a" * 3000}" like "{"*a" * 1200}*b"'
    asked = f'resource.title like "{"*a" * 21}"'
    policy = "permit (principal, action, resource is Doc) when {{ {} }};"
    began = process_time()
    assert compare_texts("", policy.format(always) * 8).equivalent
    with pytest.raises(NotComparable, match="more than 20"):
        compare_texts("", policy.format(asked))
    assert process_time() - began < AMPLE_SECONDS
    assert compare_texts("", policy.format(asked.replace("*a", "", 1))).newly_allowed
