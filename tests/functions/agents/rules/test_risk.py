"""The risk follows from what is held alone, and the card says why."""

from typing import Any

import pytest

from events.effects import RISKS
from functions.agents.rules.risk import assess, data_classification
from tests.functions.agents.specs import document, powers

EFFECTS = {
    **dict.fromkeys(("read", "draft"), "low"),
    **dict.fromkeys(("change", "send", "publish"), "medium"),
    **dict.fromkeys(("deploy", "delete", "grant", "decide"), "high"),
}
LIMIT = {"usd": 50, "argument": "amount", "currency": "currency"}


def holding(list_of_rights: str, effect: str, **right: Any) -> dict[str, Any]:
    """A change that adds an operation which another undoes."""
    operations = [
        {"name": "act", "effect": effect, "undo": "unact"},
        {"name": "unact", "effect": "draft" if effect == "draft" else "change"},
    ]
    entry = {"operation": "clinic-cms/act", **right}
    rights = document()["rights"]
    listed = [*rights[list_of_rights], entry]
    return {
        "systems__0__operations": [*document()["systems"][0]["operations"], *operations],
        f"rights__{list_of_rights}": listed,
    }


def test_only_reading_and_drafting_with_public_data_is_low() -> None:
    assessment = assess(powers())
    assert assessment.risk == "low"
    assert assessment.reasons == (
        "alone it only reads and drafts, with public data",
        "alone: clinic-cms/drafts.restore (draft, only to undo), clinic-cms/drafts.write (draft), "
        "clinic-cms/articles.read (read)",
        "with a person's approval: clinic-cms/articles.publish (publish), "
        "clinic-cms/articles.unpublish (change, only to undo)",
        "can never be undone: none",
        'data, as declared: "clinic-cms" (public)',
    )


@pytest.mark.parametrize(("effect", "risk"), EFFECTS.items())
def test_the_gravest_effect_that_is_held_alone_counts(effect: str, risk: str) -> None:
    assert assess(powers(**holding("alone", effect))).risk == risk
    assert assess(powers(**holding("with_approval", effect))).risk == "low"


@pytest.mark.parametrize(
    ("limits", "risk"),
    [
        ({}, "critical"),
        ({"per_day": 3}, "critical"),
        ({"up_to_usd": LIMIT}, "critical"),
        ({"up_to_usd": LIMIT, "per_run": 1}, "critical"),
        ({"up_to_usd": LIMIT, "per_day": 20}, "high"),
        ({"up_to_usd": LIMIT, "per_day": 200}, "critical"),
        ({"up_to_usd": {**LIMIT, "usd": 10_000}}, "critical"),
    ],
)
def test_what_is_paid_alone_is_as_grave_as_its_limit(limits: dict[str, Any], risk: str) -> None:
    assert assess(powers(**holding("alone", "pay", **limits))).risk == risk


@pytest.mark.parametrize(
    ("change", "risk", "reason"),
    [
        ({"data_access__0__classification": "internal"}, "medium", "internal"),
        ({"data_access__0__classification": "confidential"}, "high", "confidential"),
        ({"data_access__0__classification": "restricted"}, "high", "restricted"),
        ({"data_access": []}, "high", "data_access does not declare it"),
        ({"data_access__1": ["x", "read", "confidential"]}, "high", "it touches x"),
        ({"data_access__1": ["x", "write", "restricted"]}, "high", "it touches x"),
        ({"containment__blast_radius": "platform"}, "critical", "platform"),
        ({"containment__blast_radius": None}, "critical", "not said"),
        ({"budget": {"per_run_usd": 0.6, "per_day_usd": 5}}, "medium", "defaults"),
        ({"budget": {"per_run_usd": 0.5, "per_day_usd": 6}}, "medium", "defaults"),
    ],
)
def test_each_factor_raises_the_risk_and_says_why(
    change: dict[str, Any], risk: str, reason: str
) -> None:
    if isinstance(row := change.get("data_access__1"), list):
        names = ("source", "mode", "classification")
        change = {"data_access__1": dict(zip(names, row, strict=True))}
    assessment = assess(powers(**change))
    assert assessment.risk == risk
    assert reason in assessment.reasons[0]


def test_what_nothing_undoes_is_high_and_named() -> None:
    plain = {"name": "articles.tag", "effect": "change"}
    of = powers(systems__0__operations__5=plain, rights__alone=["clinic-cms/articles.tag"])
    assessment = assess(of)
    assert assessment.risk == "high"
    assert "nothing undoes clinic-cms/articles.tag, which is done alone" in assessment.reasons
    assert assessment.reasons[-3:] == (
        "can never be undone: clinic-cms/articles.tag",
        'data, as declared: "clinic-cms" (public)',
        "nobody has confirmed the effects of: clinic-cms/articles.tag",
    )


@pytest.mark.parametrize("list_of_rights", ["alone", "with_approval", "never"])
def test_declared_data_counts_whatever_rights_speak_of_it(list_of_rights: str) -> None:
    patients = {"source": "patients", "mode": "write", "classification": "restricted"}
    decoy = {"name": "patients", "operations": [{"name": "look", "effect": "read"}]}
    rights = document()["rights"][list_of_rights]
    before = {"data_access__1": patients}
    after = {
        **before,
        "systems__1": decoy,
        f"rights__{list_of_rights}": [*rights, "patients/look"],
    }
    assert assess(powers(**before)).risk == assess(powers(**after)).risk == "high"


def test_the_card_names_every_right_with_its_limits_gravest_first() -> None:
    names = [f"look.{number:03}" for number in range(120)]
    operations = [{"name": name, "effect": "read"} for name in names]
    operations += [{"name": "give", "effect": "grant"}, {"name": "wipe", "effect": "delete"}]
    entries: list[Any] = [f"desk/{name}" for name in names]
    entries += [{"operation": "desk/give", "only": {"role": ["reader", "clerk.*"]}}, "desk/wipe"]
    of = powers(
        systems=[{"name": "desk", "operations": operations}],
        rights={"alone": entries, "never": []},
    )
    told = [each for each in assess(of).reasons if each.startswith("alone: ")]
    assert len(told) > 1
    assert max(map(len, told)) <= 2_000
    shown = ", ".join(each.removeprefix("alone: ").rstrip(",") for each in told)
    assert shown.startswith("desk/give (grant, only role: reader | clerk.*), desk/wipe (delete), ")
    assert all(f"desk/{name} (read)" in shown for name in names)


def test_a_connector_confirms_no_data_of_another_system() -> None:
    of = powers(
        systems__0__sources=["weather"],
        data_access__1={"source": "weather", "mode": "write", "classification": "public"},
    )
    assert "clinic-cms/articles.read" in of.unconfirmed
    assert of.deeds["clinic-cms/articles.publish"].effect == "publish"
    assert 'data, as declared: "clinic-cms" (public), "weather" (public)' in assess(of).reasons
    assert powers(systems__0__sources=["weather", "Clinic-CMS"]).unconfirmed == []


def test_concerns_raise_the_risk_by_one_step() -> None:
    for of in (powers(), powers(data_access=[]), powers(containment__blast_radius=None)):
        before, after = assess(of), assess(of, concerns=3)
        assert RISKS.index(after.risk) == min(RISKS.index(before.risk) + 1, 3)
        assert "raise the risk: 3" in after.reasons[0]


def test_the_widest_classification_that_is_reached_is_the_specs() -> None:
    assert data_classification(powers()) == "public"
    assert data_classification(powers("finance-kyc-file-checker")) == "restricted"
    assert data_classification(powers(data_access=[])) == "restricted"
