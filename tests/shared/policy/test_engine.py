"""The engine: deny unless permitted, and whenever something does not fit."""

from datetime import UTC, datetime

import pytest

from docs.policies import acts
from shared.kit.errors import PolicyInvalid
from shared.policy.engine import Policies
from shared.policy.platform import platform_policies
from shared.policy.requests import Entity, Request, Uid
from shared.policy.schema import Schema
from shared.policy.sources import DEEPEST, LONGEST_SOURCE, Source

SCHEMA = Schema(
    """
    entity Role;
    entity Person in [Role] { level: Long };
    entity Paper { owner: Person, pages: Long, readers: Set<Person> };
    action "read_all";
    action "papers.read", "papers.burn" in ["read_all"]
      appliesTo { principal: [Person], resource: [Paper], context: { at: Long } };
    """
)
ANN, BOB = Uid("Person", "ann"), Uid("Person", "bob")
PAPER = Uid("Paper", "p1")
READER = Uid("Role", "reader")
PERMIT = (
    '@id("readers") permit(principal in Role::"reader", action in Action::"read_all", resource);'
)
AT = datetime(2030, 1, 1, tzinfo=UTC)


def entities(*, pages: object = 1, level: object = 1) -> tuple[Entity, ...]:
    return (
        Entity(ANN, {"level": level}, (READER,)),
        Entity(BOB, {"level": level}),
        Entity(PAPER, {"owner": ANN, "pages": pages, "readers": {BOB}}),
    )


def policies(platform: str = PERMIT, *tenant: str) -> Policies:
    sources = [Source(f"tenant/{number}", each) for number, each in enumerate(tenant)]
    return Policies.of(SCHEMA, [Source("platform/base", platform)], sources, "7")


def asks(who: Uid = ANN, action: str = "papers.read", **context: object) -> Request:
    return Request(who, action, PAPER, {"at": 1, **context})  # type: ignore[dict-item]


def test_what_a_policy_permits_is_allowed_and_the_policy_is_named() -> None:
    decision = policies().decide(asks(), entities())
    assert (decision.effect, decision.determining) == ("allow", ("platform/base/readers",))
    assert decision.policy_version == "7"


def test_what_nothing_permits_is_denied() -> None:
    decision = policies().decide(asks(BOB), entities())
    assert (decision.effect, decision.determining, decision.errors) == ("deny", (), ())


def test_a_tenants_permit_widens_and_its_forbid_narrows() -> None:
    permit = '@id("bob") permit(principal == Person::"bob", action, resource);'
    forbid = '@id("burn") forbid(principal, action == Action::"papers.burn", resource);'
    both = policies(PERMIT, permit, forbid)
    assert both.decide(asks(BOB), entities()).determining == ("tenant/0/bob",)
    assert both.decide(asks(ANN, "papers.burn"), entities()).determining == ("tenant/1/burn",)


def test_no_permit_of_a_tenant_beats_a_forbid_of_the_platform() -> None:
    platform = PERMIT + '@id("never") forbid(principal, action == Action::"papers.burn", resource);'
    both = policies(platform, "permit(principal, action, resource);")
    decision = both.decide(asks(ANN, "papers.burn"), entities())
    assert (decision.effect, decision.determining) == ("deny", ("platform/base/never",))


def test_a_forbid_that_cannot_be_evaluated_denies() -> None:
    forbid = "forbid(principal, action, resource) when { resource.pages + 1 > 5 };"
    both = policies(PERMIT, forbid)
    assert both.decide(asks(), entities()).is_allowed
    decision = both.decide(asks(), entities(pages=2**63 - 1))
    assert decision.effect == "deny"
    assert "overflow" in decision.errors[0]


@pytest.mark.parametrize(
    "request_",
    [
        asks(at="noon"),
        asks(at=2**70),
        asks(more=1),
        Request(ANN, "papers.read", PAPER, {}),
        asks(action="papers.eat"),
        Request(PAPER, "papers.read", PAPER, {"at": 1}),
        Request(ANN, "papers.read", ANN, {"at": 1}),
        Request(Uid("No one", "x"), "papers.read", PAPER, {"at": 1}),
        Request(ANN, "papers.read", PAPER, {"at": 1, "x": object()}),  # type: ignore[dict-item]
    ],
)
def test_what_does_not_fit_the_schema_is_denied(request_: Request) -> None:
    decision = policies("permit(principal, action, resource);").decide(request_, entities())
    assert decision.effect == "deny"
    assert decision.errors


@pytest.mark.parametrize(
    "wrong",
    [
        entities(level="high"),
        entities(pages=None),
        (*entities(), Entity(ANN, {"level": 2}, (READER,))),
        (*entities(), Entity(Uid("Thief", "x"))),
        entities(pages=float("nan")),
    ],
)
def test_an_entity_that_does_not_fit_the_schema_denies(wrong: tuple[Entity, ...]) -> None:
    decision = policies("permit(principal, action, resource);").decide(asks(), wrong)
    assert decision.effect == "deny"
    assert decision.errors


def test_prepared_entities_and_more_decide_as_all_together() -> None:
    prepared = SCHEMA.prepare(entities()[:2])
    forbid = "forbid(principal, action, resource) when { resource.owner != principal };"
    both = policies(PERMIT, forbid)
    assert both.decide(asks(), prepared, entities()[2:]).is_allowed
    assert both.decide(asks(), prepared, entities(pages="x")[2:]).errors


def test_obligations_accumulate_over_all_determining_policies() -> None:
    one = '@redact("content.mail") @log("read") permit(principal, action, resource);'
    two = '@redact("content.name") @log("read") permit(principal, action, resource);'
    unmet = '@alert("x") permit(principal, action, resource) when { context.at > 1 };'
    decision = policies(PERMIT, one, two, unmet).decide(asks(), entities())
    assert decision.obligations == (
        ("log", "read"),
        ("redact", "content.mail"),
        ("redact", "content.name"),
    )


def test_what_the_platform_keeps_open_no_tenant_closes() -> None:
    burn = 'principal == Person::"ann", action == Action::"papers.burn", resource'
    keep = f'@id("keep") @always permit({burn});'
    forbid = "forbid(principal, action, resource);"
    broken = (
        "forbid(principal, action, resource) when { resource.pages + 9223372036854775807 > 5 };"
    )
    for tenant in (forbid, broken):
        both = policies(PERMIT + keep, tenant)
        assert both.decide(asks(ANN, "papers.burn"), entities()).is_allowed
        assert not both.decide(asks(ANN), entities()).is_allowed
    never = '@id("never") forbid(principal, action == Action::"papers.burn", resource);'
    assert (
        not policies(PERMIT + keep + never, forbid)
        .decide(asks(action="papers.burn"), entities())
        .is_allowed
    )


def test_a_tenants_annotation_keeps_nothing_open() -> None:
    mine = '@always permit(principal == Person::"ann", action, resource);'
    both = policies(PERMIT, mine, "forbid(principal, action, resource);")
    assert not both.decide(asks(), entities()).is_allowed


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("permit(", "unexpected end"),
        ("permit(principal == ?principal, action, resource);", "template"),
        ('permit(principal == Thief::"x", action, resource);', "Thief"),
        ("permit(principal, action, resource) when { context.nope };", "nope"),
        ("permit(principal, action, resource) when { resource.owner == 1 };", "type"),
        ('@id("a") permit(principal, action, resource);' * 2, "two policies"),
        ("(" * (DEEPEST + 1), "in more than 50 brackets: write more than one `when`"),
        ("permit(principal, action, resource) when { " + "true && " * 2000, "make two"),
        ("permit(principal, action, resource) when { " + "1+" * 4000 + "1 > 3 };", "write more"),
        ("permit(principal, action, resource) when { " + "true&&" * 62 + "true };", "write more"),
        ("permit(principal, action, resource) when { " + "if true then true else " * 62
         + "true };", "write more"),
        ("permit(principal, action, resource) when { context has " + "a." * 99 + "a };", "a path"),
        ("//" + " " * LONGEST_SOURCE, "characters long"),
        ("permit(principal, action, resource);" * 501, "at most 500"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_enforced_is_refused(text: str, detail: str) -> None:
    with pytest.raises(PolicyInvalid, match=detail):
        policies(PERMIT, text)


@pytest.mark.parametrize("opening", ["(", "[", "{"])
def test_text_that_would_end_cedars_parser_does_not_reach_it(opening: str) -> None:
    closing = {"(": ")", "[": "]", "{": "}"}[opening]
    deep = opening * 20_000 + "1" + closing * 20_000
    with pytest.raises(PolicyInvalid, match="nested too deeply"):
        policies(PERMIT, f"permit(principal, action, resource) when {{ {deep} == 1 }};")


@pytest.mark.parametrize("hiding", ["//\r", '"//', '"\\\n', '"\\\r'])
def test_nothing_is_hidden_from_the_guard_that_cedar_reads(hiding: str) -> None:
    deep = "permit(principal, action, resource) when { " + "(" * (DEEPEST + 1) + "true"
    with pytest.raises(PolicyInvalid, match=r"nested too deeply|invalid token"):
        policies(PERMIT, f"{hiding}{deep}{')' * (DEEPEST + 1)} }};")


@pytest.mark.parametrize("joined", [" && ", " || ", " + "])
def test_a_condition_as_long_as_is_taken_decides(joined: str) -> None:
    part = "1" if joined == " + " else "true"
    whole = joined.join([part] * 56) + (" > 3" if joined == " + " else "")
    text = f"permit(principal, action, resource) when {{ {whole} }};"
    assert policies(PERMIT, text).decide(asks(), entities()).is_allowed


def test_brackets_in_texts_and_comments_count_for_nothing() -> None:
    text = f'// {"(" * 99}\n@log("{"(" * 99}\\"(") permit(principal, action, resource);'
    assert policies(PERMIT, text).decide(asks(), entities()).is_allowed


def test_a_policy_without_an_action_in_its_scope_reaches_every_action() -> None:
    forbid = (
        '@id("no") forbid(principal, action, resource) when { action == Action::"papers.burn" };'
    )
    other = '@id("o") forbid(principal, action in [Action::"papers.burn"], resource);'
    for tenant in (forbid, other):
        both = policies(PERMIT, tenant)
        assert both.decide(asks(), entities()).is_allowed
        assert not both.decide(asks(action="papers.burn"), entities()).is_allowed


def test_every_action_of_the_schema_is_known_with_all_its_groups() -> None:
    schema = platform_policies().schema
    for act in acts().values():
        assert schema.names_of(act.action) == frozenset({act.action, *act.within})


@pytest.mark.parametrize(
    ("attributes", "parts"),
    [
        ({}, ('`Person::"ann"`', "`level`")),
        ({"level": 1, "age": 2}, ('`Person::"ann"`', "`age`")),
        ({"level": "one"}, ('`Person::"ann"`', "`level`")),
    ],
)
def test_an_entity_that_does_not_fit_is_named_with_its_attribute(
    attributes: dict[str, object], parts: tuple[str, ...]
) -> None:
    ann = {"uid": ANN.as_json(), "attrs": attributes, "parents": []}
    decision = policies().decide_slice(asks(), [ann])
    assert decision.effect == "deny"
    assert all(part in decision.errors[0] for part in parts)


def test_what_the_context_lacks_is_named() -> None:
    decision = policies().decide(Request(ANN, "papers.read", PAPER, {}), entities())
    assert decision.errors == (
        "in `context`, expected it to have an attribute `at`, but it does not",
    )
