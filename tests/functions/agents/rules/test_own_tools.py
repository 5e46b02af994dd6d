"""The operations that Assent itself offers: an agent may have them, and nothing else of Assent."""

from typing import Any

import pytest

from events.catalogue import CONNECTORS
from events.operations import OPERATIONS, SYSTEM
from functions.agents.rules.checks.ethics import ETHICS
from functions.agents.rules.rights import Powers
from tests.functions.agents.specs import powers

OFFERED = [
    {"name": "counter.add", "effect": "change", "undo": "counter.add"},
    {"name": "ledger.append", "effect": "change"},
    {"name": "transform.apply", "effect": "read"},
]
OWN = {"name": SYSTEM, "connector": SYSTEM, "operations": OFFERED}
SOURCE = {"source": SYSTEM, "mode": "write", "classification": "internal"}


def _with(system: dict[str, Any], *, sources: tuple[dict[str, Any], ...] = (SOURCE,)) -> Powers:
    rights = {"alone": [f"{SYSTEM}/counter.add"], "with_approval": [f"{SYSTEM}/ledger.append"]}
    return powers(systems=[system], rights=rights, data_access=list(sources))


def _bypasses(of: Powers) -> list[str]:
    remedy = "no agent has a right over Assent"
    found = [each for check in ETHICS for each in check.objections(of)]
    return [each.path for each in found if remedy in each.remedy]


def test_an_agent_may_have_the_operations_that_assent_offers() -> None:
    of = _with(OWN)
    assert _bypasses(of) == []
    assert of.unconfirmed == []
    assert of.irreversible == []
    assert of.deeds["assent/counter.add"].undo == "assent/counter.add"
    assert of.deeds["assent/ledger.append"].irreversible


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "assent-core"},
        {"connector": None},
        {"connector": "mail"},
        {"sources": ["assent", "assent-approvals"]},
        {"operations": [*OFFERED, {"name": "approvals.decide", "effect": "decide"}]},
        {"operations": [{**OFFERED[0], "sources": ["assent-approvals"]}]},
    ],
)
def test_an_agent_has_nothing_else_of_assent(changed: dict[str, Any]) -> None:
    assert _bypasses(_with({**OWN, **changed})) != []


def test_the_source_is_assents_own_where_no_system_offers_it() -> None:
    desk = {"name": "desk", "operations": [{"name": "read", "effect": "read"}]}
    assert _bypasses(_with(desk)) == ["/data_access/0/source"]


def test_the_catalogue_says_what_the_operations_say() -> None:
    offered = {f"{SYSTEM}/{name}": each for name, each in CONNECTORS[SYSTEM].items()}
    assert offered.keys() == OPERATIONS.keys()
    for name, confirmed in offered.items():
        definition = OPERATIONS[name]
        undo = definition.undo.operation if definition.undo else None
        assert (confirmed.effect, confirmed.undo) == (definition.effect, undo)


def test_only_what_a_connector_says_undoes_itself() -> None:
    system = {"name": "desk", "operations": [{**OFFERED[0]}]}
    of = powers(systems=[system], rights={"alone": ["desk/counter.add"]})
    assert of.deeds["desk/counter.add"].undo is None
