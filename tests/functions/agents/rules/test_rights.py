"""What the lists of rights come to, and their normal form."""

from typing import Any

import pytest
from pydantic import ValidationError

from events.catalogue import CONNECTORS
from events.effects import EFFECTS, Effect, gravity
from events.rights import MOST_OPERATIONS
from events.specs import Spec
from functions.agents.rules.normal_form import normal_form, read_normal_form
from functions.agents.rules.rights import Powers
from tests.functions.agents.specs import document, hash_of, normal, powers, spec

OPERATIONS = [
    {"name": "users.read", "effect": "read"},
    {"name": "users.rename", "effect": "change", "undo": "users.rename-back"},
    {"name": "users.rename-back", "effect": "change"},
    {"name": "mail", "effect": "send"},
]


def over(rights: dict[str, Any], **system: Any) -> Any:
    return powers(systems=[{"name": "desk", "operations": OPERATIONS, **system}], rights=rights)


def test_a_pattern_stands_for_the_declared_operations_that_never_leaves() -> None:
    of = over({"alone": ["desk/users.*"], "never": ["desk/users.rename", "desk/mail"]})
    assert set(of.alone) == {"desk/users.read", "desk/users.rename-back"}
    assert set(over({"alone": ["desk/*"]}).alone) == {f"desk/{each['name']}" for each in OPERATIONS}
    assert over({"alone": ["desk/users.*"], "never": ["desk/users.*"]}).alone == {}


def test_never_may_name_what_is_not_declared_and_wins_over_an_operation_that_is_named() -> None:
    of = over({"alone": ["desk/mail"], "never": ["desk/mail", "desk/payments.*", "bank/*"]})
    assert of.alone == {}


@pytest.mark.parametrize("named", ["Desk/mail", "desk/Mail", "DESK/*"])
def test_never_rules_out_what_people_read_as_the_same(named: str) -> None:
    of = over({"alone": ["desk/mail"], "never": [named]})
    assert "desk/mail" in of.never
    assert of.alone == {}


def test_an_undo_may_be_done_without_a_right_only_to_undo() -> None:
    of = over({"alone": ["desk/users.rename"]})
    assert of.undoing == {"desk/users.rename-back"}
    assert (of.alone_effects, of.irreversible) == (["change"], [])
    assert over({"with_approval": ["desk/users.rename"]}).alone_effects == []
    assert over({"alone": ["desk/users.*"]}).irreversible == ["desk/users.rename-back"]
    ruled_out = over({"alone": ["desk/users.rename"], "never": ["desk/users.rename-back"]})
    assert ruled_out.irreversible == ["desk/users.rename"]


def test_of_two_entries_of_one_operation_no_limit_holds() -> None:
    few = {"operation": "desk/mail", "per_day": 5, "only": {"to": ["*@a.example"]}}
    assert over({"alone": [few]}).alone["desk/mail"].limits.bounds == {
        "per_day": 5,
        "only": {"to": ["*@a.example"]},
    }
    for entries in ([few, few], ["desk/*", few]):
        assert over({"alone": entries}).alone["desk/mail"].limits.bounds == {}


def test_the_connectors_effect_wins() -> None:
    of = powers(systems__0__operations__3={"name": "articles.publish", "effect": "read"})
    assert of.deeds["clinic-cms/articles.publish"].effect == "publish"
    assert powers(systems__0__connector=None).unconfirmed == [
        "clinic-cms/drafts.restore",
        "clinic-cms/drafts.write",
        "clinic-cms/articles.read",
    ]


def test_what_is_declared_twice_is_as_grave_as_both_whatever_it_is_called() -> None:
    for one, two in (("aa", "bb"), ("zz", "bb")):
        sources = [
            {"name": "x", "effect": "change", "undo": "u", "sources": [s]} for s in (one, two)
        ]
        operations = [*sources, {"name": "u", "effect": "change"}]
        for order in (operations, operations[::-1]):
            of = powers(systems=[{"name": "s", "operations": order}])
            assert of.deeds["s/x"].sources == tuple(sorted((one, two)))
            assert of.deeds["s/x"].undo == "s/u"
    twice = [{"name": "x", "effect": "change", **undo} for undo in ({}, {"undo": "u"})]
    of = powers(systems=[{"name": "s", "operations": [*twice, {"name": "u", "effect": "change"}]}])
    assert of.deeds["s/x"].irreversible


def test_an_effect_that_is_declared_graver_than_the_connectors_stays() -> None:
    of = powers(systems__0__operations__0__effect="pay")
    assert of.deeds["clinic-cms/articles.read"].effect == "pay"
    assert hash_of(of.spec) != hash_of(spec())


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_undo_is_no_graver_and_harmless_only_for_what_is_harmless(effect: Effect) -> None:
    for undo in EFFECTS:
        names = [{"name": "act", "effect": effect, "undo": "unact"}]
        of = powers(
            systems=[{"name": "s", "operations": [*names, {"name": "unact", "effect": undo}]}]
        )
        is_fit = gravity(undo) <= gravity(effect) and (undo == "draft") == (effect == "draft")
        assert (of.deeds["s/act"].undo is not None) is (is_fit and "read" not in (undo, effect))


def test_every_undo_of_the_catalogue_is_fit() -> None:
    for connector, confirmed in CONNECTORS.items():
        operations = [
            {"name": name, "effect": said.effect, **({"undo": said.undo} if said.undo else {})}
            for name, said in confirmed.items()
        ]
        of = powers(systems=[{"name": "s", "connector": connector, "operations": operations}])
        assert [deed.undo_fault for deed in of.deeds.values() if deed.undo_fault] == []


def test_the_page_of_a_right_shows_its_effect_its_undo_and_its_limits() -> None:
    shown = normal(spec(rights__alone=[{"operation": "clinic-cms/drafts.write", "per_day": 40}]))
    assert shown["rights"]["alone"] == [
        {
            "operation": "clinic-cms/drafts.write",
            "effect": "draft",
            "confirmed": True,
            "undo": "clinic-cms/drafts.restore",
            "per_day": 40,
        }
    ]
    assert (shown["alone_effects"], shown["irreversible"]) == (["draft"], [])
    assert normal(spec())["alone_effects"] == ["read", "draft"]


def test_the_normal_form_of_the_normal_form_is_the_same() -> None:
    for of in (powers(), over({"alone": ["desk/*", "desk/gone"], "with_approval": ["desk/x.*"]})):
        shown = normal_form(of)
        assert normal_form(Powers(read_normal_form(shown))) == shown


def test_the_order_of_lists_and_the_form_of_a_right_change_no_hash() -> None:
    base = document()
    turned = document(
        skills=base["skills"][::-1],
        escalation_triggers=base["escalation_triggers"][::-1],
        rights__alone=[{"operation": right} for right in base["rights"]["alone"][::-1]],
        systems__0__operations=base["systems"][0]["operations"][::-1],
    )
    assert hash_of(Spec.model_validate(turned)) == hash_of(spec())
    assert hash_of(spec(rights__with_approval=[])) != hash_of(spec())


@pytest.mark.parametrize(
    "limit",
    [{"only": {"to": ["a"]}}, {"up_to_usd": {"usd": 1, "argument": "a", "currency": "c"}}],
)
def test_arguments_are_limited_of_a_named_operation_only(limit: dict[str, Any]) -> None:
    assert over({"alone": [{"operation": "desk/mail", **limit}]}).alone
    assert over({"alone": [{"operation": "desk/*", "per_day": 3}]}).alone
    with pytest.raises(ValidationError, match="name the one that has them"):
        over({"alone": [{"operation": "desk/*", **limit}]})


@pytest.mark.parametrize("derived", ["alone_effects", "irreversible"])
def test_what_is_derived_is_not_for_authors_to_say(derived: str) -> None:
    with pytest.raises(ValidationError):
        Spec.model_validate(document(**{derived: []}))


@pytest.mark.parametrize(
    "named", ["desk", "desk/", "*/mail", "desk/*.read", "desk/us*", "Send a mail", "desk/a/b"]
)
def test_a_right_names_a_system_and_an_operation(named: str) -> None:
    with pytest.raises(ValidationError):
        over({"alone": [named]})


def test_a_spec_with_more_operations_than_are_judged_is_refused_with_its_count() -> None:
    operations = [{"name": f"o{number}", "effect": "read"} for number in range(MOST_OPERATIONS)]
    systems = [{"name": name, "operations": operations} for name in ("one", "two")]
    with pytest.raises(ValidationError, match="has 600 operations"):
        spec(systems=systems)
