"""Rights as they are read from the normal form of a spec."""

from typing import Any

import pytest

from events.rights import RightLimits
from shared.agents.rights import KnownRights, beyond, fits

SPEC = {
    "rights": {
        "alone": [{"operation": "cms/read", "effect": "read", "confirmed": True}],
        "with_approval": [
            {
                "operation": "cms/publish",
                "effect": "publish",
                "confirmed": False,
                "undo": "cms/hide",
                "per_run": 2,
            },
            {"operation": "cms/nothing.*"},
        ],
        "never": ["cms/delete.*", "pay/*"],
    }
}
RIGHTS = KnownRights.of(SPEC)


def test_each_list_gives_its_rights_and_an_entry_for_nothing_gives_none() -> None:
    held = RIGHTS.held("cms/publish")
    assert held is not None
    assert (held[0], held[1].limits.per_run, held[1].undo) == ("with_approval", 2, "cms/hide")
    assert RIGHTS.held("cms/nothing.*") is None
    assert RIGHTS.held("cms/other") is None


@pytest.mark.parametrize("operation", ["cms/delete.all", "CMS/Delete.one", "pay/x"])
def test_never_wins_however_it_is_written(operation: str) -> None:
    spec = {"rights": {**SPEC["rights"], "alone": [{"operation": operation, "effect": "read"}]}}
    assert KnownRights.of(spec).held(operation) is None
    assert KnownRights.of(spec).forbidding(operation) is not None


def test_what_only_undoes_another_is_told_from_what_is_held() -> None:
    assert RIGHTS.only_undoes("cms/hide") == "cms/publish"
    assert RIGHTS.only_undoes("cms/publish") is None


@pytest.mark.parametrize(
    ("value", "pattern", "does"),
    [
        ("shelf-1", "shelf-*", True),
        ("shelf", "shelf-*", False),
        ("a@b.example", "*@b.example", True),
        ("a@b.example.evil", "*@b.example", False),
        ("axbxc", "a*b*c", True),
        ("ab", "a*b*b", False),
        ("aba", "ab*ba", False),
        ("a", "a", True),
        ("A", "a", False),
        (5, "5", True),
        (None, "*", True),
        (None, "x", False),
    ],
)
def test_a_star_stands_for_any_characters(value: Any, pattern: str, does: bool) -> None:
    assert fits(value, pattern) is does


@pytest.mark.parametrize(
    ("arguments", "is_within"),
    [
        ({"to": "a@x", "usd": 5, "in": "USD"}, True),
        ({"to": ["a@x", "b@x"], "usd": 5, "in": "USD"}, True),
        ({"to": ["a@x", "b@y"], "usd": 5, "in": "USD"}, False),
        ({"to": [], "usd": 5, "in": "USD"}, False),
        ({"usd": 5, "in": "USD"}, False),
        ({"to": "a@x", "usd": 5.01, "in": "USD"}, False),
        ({"to": "a@x", "usd": -1, "in": "USD"}, False),
        ({"to": "a@x", "usd": 5, "in": "EUR"}, False),
        ({"to": "a@x", "usd": True, "in": "USD"}, False),
        ({"to": "a@x", "usd": "5", "in": "USD"}, False),
        ({"to": "a@x"}, False),
    ],
)
def test_a_call_is_beyond_a_limit_that_its_arguments_do_not_meet(
    arguments: dict[str, Any], is_within: bool
) -> None:
    money = {"usd": 5.0, "argument": "usd", "currency": "in"}
    limits = RightLimits.model_validate({"only": {"to": ["*@x"]}, "up_to_usd": money})
    assert (beyond(limits, arguments) is None) is is_within
